#pragma once

#include "net/url.hpp"
#include "notify/receiver.hpp"
#include "notify/settings.hpp"
#include "tests/support/temp_dir.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>
#include <utility>

namespace ripcord::notify::test {

/// The message of which docs/notifications.md shows every payload: as runtime's Herald makes it,
/// whose test compares them.
inline Message rollback_started() {
  return {.id = "msg_d3a5747595c4ab60",
          .event = "rollback.started",
          .severity = Severity::critical,
          .standing = Standing::firing,
          .service = "backend",
          .deployment = "backend-20261122-190312",
          .version = "v2.4.0",
          .previous_version = "v2.3.1",
          .incident = "backend-20261122-190312",
          .started_at = parse_instant("2026-11-22T19:03:12Z").value(),
          .at = parse_instant("2026-11-22T19:11:40.25Z").value(),
          .ended_at = std::nullopt,
          .title = "backend: rolling back from v2.4.0 to v2.3.1",
          .what_happened =
              "rolling backend back from v2.4.0 to v2.3.1: 3 of 3 failures in a "
              "row: connection refused",
          .numbers = {{"unhealthy",
                       "trigger unhealthy has tripped: 3 of 3 failures in a row: connection "
                       "refused"},
                      {"trigger", "unhealthy"},
                      {"bad for", "10s before it tripped"},
                      {"evidence", "/var/lib/ripcord/evidence/backend-20261122-190312"},
                      {"since the start", "8m 28s"},
                      {"more", "ripcord show backend-20261122-190312"}},
          .what_ripcord_did = "The evidence is captured, then the rollback steps run, once.",
          .what_you_should_do = "Nothing now: how it ends is told.",
          .links = {{"page", "https://deploy.example.org/"},
                    {"evidence",
                     "https://deploy.example.org/api/v1/deployments/backend-20261122-190312/"
                     "evidence/index.html"}},
          .by = "ripcord"};
}

inline Message resolved(Message message) {
  message.event = "rollback.succeeded";
  message.standing = Standing::resolved;
  message.at = parse_instant("2026-11-22T19:13:02Z").value();
  message.ended_at = message.at;
  message.title = "backend: back on v2.3.1";
  return message;
}

/// What nobody should be hurt by, in every text.
inline Message hostile() {
  const std::string text =
      "@everyone <!channel> <@U1> <b>x</b> *b* _i_ [l](http://e) `c` \"q\" \\ \x1b[31m\x07\n\xff &";
  Message message = rollback_started();
  for (std::string* one :
       {&message.service, &message.version, &message.title, &message.what_happened,
        &message.what_ripcord_did, &message.what_you_should_do, &message.by}) {
    *one = text;
  }
  message.numbers = {{text, text}};
  message.links = {
      {text, "javascript:alert(1)"}, {text, "https://h/<!channel>|x"}, {text, "https://h/good"}};
  return message;
}

/// Every text much too long, of characters of three bytes.
inline Message huge() {
  std::string text;
  for (int i = 0; i < 3'000; ++i) text += "€";
  Message message = rollback_started();
  for (std::string* one : {&message.version, &message.title, &message.what_happened,
                           &message.what_ripcord_did, &message.what_you_should_do, &message.by}) {
    *one = text;
  }
  message.numbers.assign(60, {text, text});
  message.links.assign(50, {text, "https://h/good"});
  return message;
}

/// A directory for secrets, which only the owner may read.
class Secrets {
 public:
  std::string file(const std::string& name, const std::string& text) {
    const std::filesystem::path path = directory_.path() / name;
    std::ofstream(path) << text << '\n';
    std::filesystem::permissions(
        path, std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
    return path;
  }

 private:
  ripcord::test::TempDir directory_;
};

inline Address at(std::string_view url) {
  return {.url = net::parse_http_url(url).value(), .url_file = {}};
}

inline ReceiverSettings receiver(ReceiverKind kind) {
  return {.name = "ops", .kind = std::move(kind)};
}

/// The request that tells of `message` half past seven.
inline Post posted(const ReceiverSettings& settings, const Message& message,
                   std::string thread = "") {
  const Instant now = parse_instant("2026-11-22T19:30:00Z").value();
  Result<Post> post = compose(settings, message, {.now = now, .thread = std::move(thread)});
  if (post) return *std::move(post);
  ADD_FAILURE() << post.error().message;
  return {};
}

inline boost::json::value body_of(const Post& post) {
  return boost::json::parse(post.request.body);
}

inline std::string header(const Post& post, std::string_view name) {
  return std::string(net::find_header(post.request.headers, name).value_or(""));
}

/// The text at `pointer` (RFC 6901).
inline std::string text_at(const boost::json::value& value, std::string_view pointer) {
  boost::json::error_code error;
  const boost::json::value* found = value.find_pointer(pointer, error);
  if (found == nullptr || !found->is_string()) return "nothing";
  return std::string(found->get_string());
}

}  // namespace ripcord::notify::test
