#include "base/text.hpp"
#include "net/connection.hpp"
#include "net/reply_reader.hpp"
#include "net/url.hpp"
#include "probe/http/json_condition.hpp"
#include "probe/http/redirect.hpp"
#include "probe/target_fault.hpp"
#include "tests/support/manual_clock.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/local/connect_pair.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/write.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <exception>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace {

namespace asio = boost::asio;
using ripcord::net::ClientLimits;
using ripcord::net::Connection;
using ripcord::net::Reply;
using ripcord::net::ReplyReader;
using Local = asio::local::stream_protocol;

constexpr ClientLimits limits{.header_bytes = 1024, .body_bytes = 2048};

void expect(bool condition) {
  if (!condition) std::abort();
}

/// Must be something to show to a person, and be the peer's doing.
void expect_sensible(const ripcord::Error& error) {
  expect(ripcord::probe::is_targets(error.fault));
  expect(!error.message.empty());
  expect(ripcord::printable(error.message, error.message.size()) == error.message);
}

void expect_within_limits(const Reply& reply) {
  expect(reply.status >= 100 && reply.status <= 999);
  expect(reply.body.size() <= limits.body_bytes);
  std::size_t header = 0;
  for (const auto& [name, value] : reply.headers) header += name.size() + value.size();
  expect(header <= limits.header_bytes);
}

/// What the http probe does with a reply.
void use(const Reply& reply) {
  const std::string why =
      ripcord::probe::unmet({{.pointer = "/database/status", .expected = "ok"}}, reply.body);
  expect(ripcord::printable(why, why.size()) == why);
  if (!ripcord::probe::is_redirect(reply.status)) return;
  ripcord::probe::HttpTarget from{.url = "http://target.example/a/b"};
  from.place.host = "target.example";
  from.headers = {{"Authorization", "secret"}};
  const ripcord::net::Request request{.headers = from.headers, .body = {}};
  const auto next = redirected(from, request, reply);
  if (!next) return expect_sensible(next.error());
  expect(next->to.place.tls == std::nullopt && next->to.place.unix_path.empty());
  const bool is_known = next->to.place.host == "target.example" && next->to.place.port == 80;
  expect(is_known == next->same_place);
  expect(next->same_place || (next->to.place.no_link_local && next->request.headers.empty()));
  expect(check_sendable(next->request).has_value());
}

}  // namespace

/// The first byte says whether the request was a HEAD, and how long the first piece is; the rest
/// comes from the peer, in two pieces, and then the peer hangs up.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0 || size > 16UL * 1024) return 0;
  const std::string_view bytes(reinterpret_cast<const char*>(data) + 1, size - 1);  // NOLINT
  const std::size_t first = std::min<std::size_t>(bytes.size(), data[0] >> 1U);

  asio::io_context context(1);
  ripcord::test::ManualClock clock(context);
  Local::socket ours(context);
  Local::socket theirs(context);
  asio::local::connect_pair(ours, theirs);
  Connection connection(ripcord::net::Socket(std::move(ours)), limits.header_bytes);
  ReplyReader reader(limits, (data[0] & 1U) != 0);

  std::optional<boost::system::error_code> ended;
  asio::co_spawn(context, reader.read(clock, connection),
                 [&](const std::exception_ptr& thrown, boost::system::error_code error) {
                   expect(!thrown);
                   ended = error;
                 });
  boost::system::error_code hung_up;  // the reader may have seen enough of it
  asio::write(theirs, asio::buffer(bytes.substr(0, first)), hung_up);
  context.poll();
  asio::write(theirs, asio::buffer(bytes.substr(first)), hung_up);
  theirs.close();
  context.restart();
  context.run();

  expect(ended.has_value());
  if (*ended) {
    expect_sensible(explain(*ended, reader, connection.tls.get(), "peer:80", limits));
    return 0;
  }
  (void)reader.may_keep();
  const Reply reply = reader.take();
  expect_within_limits(reply);
  use(reply);
  return 0;
}
