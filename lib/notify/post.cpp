#include "notify/post.hpp"

#include "base/text.hpp"
#include "net/file.hpp"
#include "net/http_text.hpp"
#include "net/url.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <utility>

namespace ripcord::notify {
namespace {

constexpr std::size_t secret_bytes_max = 8192;
/// A part of a URL's path that is as long as this may be a token.
constexpr std::size_t telling_bytes_min = 8;

/// The target as a whole, and each part of it that may be a token: a server may repeat any of them.
void remember_target(Post& post) {
  const std::string target = post.request.target;
  if (target.size() >= telling_bytes_min) post.secrets.push_back(target);
  std::size_t from = 0;
  while (from < target.size()) {
    const std::size_t to = std::min(target.find_first_of("/?&=", from), target.size());
    if (to - from >= telling_bytes_min) post.secrets.push_back(target.substr(from, to - from));
    from = to + 1;
  }
}

Result<net::HttpUrl> read_url(const std::string& file, Post& post) {
  const Result<std::string> text = read_secret(file, post);
  if (!text) return std::unexpected(text.error());
  Result<net::HttpUrl> url = net::parse_http_url(*text);
  if (url) return url;
  // What the parser says repeats the URL.
  return failure(Fault::malformed,
                 fmt::format("{} holds no URL such as https://host/path", printable(file, 200)));
}

void replace_all(std::string& text, std::string_view from, std::string_view to) {
  for (std::size_t at = text.find(from); at != std::string::npos; at = text.find(from, at)) {
    text.replace(at, from.size(), to);
    at += to.size();
  }
}

}  // namespace

Result<std::string> read_secret(const std::string& file, Post& post) {
  const Result<std::string> text = net::read_file(file, secret_bytes_max, net::Readers::not_all);
  if (!text) return std::unexpected(text.error());
  std::string secret(trim(*text));
  if (secret.empty()) {
    return failure(Fault::malformed, fmt::format("{} is empty", printable(file, 200)));
  }
  post.secrets.push_back(secret);
  return secret;
}

Result<Post> post_to(const Address& address, const net::TlsSettings& tls) {
  Post post;
  net::HttpUrl url = address.url.value_or(net::HttpUrl{});
  if (!address.url_file.empty()) {
    Result<net::HttpUrl> read = read_url(address.url_file, post);
    if (!read) return std::unexpected(std::move(read).error());
    url = *std::move(read);
  }
  post.place = std::move(url.place);
  if (post.place.tls) post.place.tls = tls;
  post.request = {.method = "POST",
                  .target = std::move(url.target),
                  .headers = {{"Content-Type", "application/json"}, {"Connection", "close"}},
                  .body = {}};
  if (!address.url_file.empty()) remember_target(post);
  return post;
}

Result<void> authorize(Post& post, const std::string& token_file) {
  if (token_file.empty()) return {};
  const Result<std::string> token = read_secret(token_file, post);
  if (!token) return std::unexpected(token.error());
  net::Header header{"Authorization", fmt::format("Bearer {}", *token)};
  if (!net::is_sendable(header)) {
    return failure(Fault::malformed,
                   fmt::format("{} holds no token that could be sent", printable(token_file, 200)));
  }
  post.request.headers.push_back(std::move(header));
  return {};
}

std::string without_secrets(std::string_view text, const Post& post) {
  std::vector<std::string_view> secrets(post.secrets.begin(), post.secrets.end());
  // The longest first: a part of one may be another.
  std::ranges::sort(secrets, [](auto a, auto b) { return a.size() > b.size(); });
  std::string clean(text);
  for (const std::string_view secret : secrets) replace_all(clean, secret, "***");
  return clean;
}

std::string shown(const Post& post) {
  const net::Request& request = post.request;
  std::string text = fmt::format("{} {}{} {}\n", request.method, post.place.tls ? "https://" : "",
                                 to_string(post.place), request.target);
  for (const net::Header& header : request.headers) {
    text += fmt::format("{}: {}\n", header.name, header.value);
  }
  text += fmt::format("\n{}\n", request.body);
  return without_secrets(text, post);
}

}  // namespace ripcord::notify
