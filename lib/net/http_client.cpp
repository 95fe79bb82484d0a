#include "net/http_client.hpp"

#include "base/text.hpp"
#include "net/before.hpp"
#include "net/connection.hpp"
#include "net/http_text.hpp"
#include "net/reply_reader.hpp"
#include "net/socket_fault.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>
#include <string_view>
#include <utility>

namespace asio = boost::asio;

namespace ripcord::net {
namespace {

/// What is asked, in the form in which every try needs it.
struct Question {
  std::string text;  ///< as it goes over the wire
  bool head = false;
  bool idempotent = false;  ///< asking twice is the same as asking once (RFC 9110, 9.2.2)
  Limit limit;
};

/// One try on one connection.
struct Try {
  Result<Reply> reply;
  bool unserved = false;  ///< hung up on before a byte of the reply: the request may be repeated
};

bool is_idempotent(std::string_view method) {
  constexpr std::array<std::string_view, 6> methods{"GET",    "HEAD",    "PUT",
                                                    "DELETE", "OPTIONS", "TRACE"};
  return std::ranges::find(methods, method) != methods.end();
}

/// The Host header for `place` (RFC 9110, 7.2): no zone, and no port when it is the usual one.
std::string host_of(const Place& place) {
  if (!place.unix_path.empty()) return "localhost";
  const std::string host = place.host.substr(0, place.host.find('%'));
  const std::string written = host.contains(':') ? "[" + host + "]" : host;
  return place.port == 80 ? written : fmt::format("{}:{}", written, place.port);
}

struct Spoken {
  boost::system::error_code error;
  std::size_t written = 0;
};

/// Writes `text` and reads the reply. A write that fails does not end it: the peer may have
/// replied before it hung up.
asio::awaitable<Result<Spoken>> speak(Connection& connection, std::string_view text,
                                      ReplyReader& reader) {
  const auto [write_error, written] =
      co_await asio::async_write(connection.socket, asio::buffer(text.data(), text.size()),
                                 asio::as_tuple(asio::use_awaitable));
  throw_if_cancelled(write_error);
  const boost::system::error_code read_error = co_await reader.read(connection);
  const bool never_asked = write_error && read_error && !reader.has_begun();
  co_return Spoken{never_asked ? write_error : read_error, written};
}

}  // namespace

struct HttpClient::State {
  asio::any_io_executor executor;
  Clock& clock;
  Resolver& resolver;
  Place place;
  ClientLimits limits;
  std::string name;  ///< of the place, for messages
  std::string host;  ///< of the place, for the Host header
  std::optional<Connection> kept;

  /// The kept connection, if it is still good; it is no longer kept then.
  std::optional<Connection> take_kept() {
    std::optional<Connection> connection = std::exchange(kept, std::nullopt);
    if (connection && !is_idle(*connection)) connection.reset();
    return connection;
  }

  /// One exchange on `connection`, which is kept afterwards if nothing speaks against it.
  asio::awaitable<Try> ask(Connection connection, const Question& question) {
    ReplyReader reader(limits, question.head);
    const auto spoken =
        co_await before(clock, question.limit.at, speak(connection, question.text, reader));
    if (!spoken) co_return Try{.reply = std::unexpected(too_late(reader, question.limit))};

    const boost::system::error_code& error = spoken->error;
    if (error) {
      const Error explained = explain(error, reader, name, limits);
      const bool hung_up = explained.fault == Fault::closed || explained.fault == Fault::refused;
      const bool harmless = question.idempotent || spoken->written == 0;
      co_return Try{.reply = std::unexpected(explained),
                    .unserved = hung_up && harmless && !reader.has_begun()};
    }
    const bool may_keep = reader.may_keep() && connection.received.size() == 0;
    if (may_keep) kept.emplace(std::move(connection));
    co_return Try{.reply = reader.take()};
  }

  [[nodiscard]] Error too_late(const ReplyReader& reader, Limit limit) const {
    const std::string_view where =
        reader.is_in_body() ? "in the body of the reply of" : "waiting for the reply of";
    return {Fault::timeout,
            fmt::format("timeout after {} {} {}", for_people(limit.length), where, name)};
  }
};

HttpClient::HttpClient(asio::any_io_executor executor, Clock& clock, Resolver& resolver,
                       Place place, ClientLimits limits)
    : state_(std::make_unique<State>(State{.executor = std::move(executor),
                                           .clock = clock,
                                           .resolver = resolver,
                                           .place = place,
                                           .limits = limits,
                                           .name = printable(to_string(place)),
                                           .host = host_of(place),
                                           .kept = std::nullopt})) {}

HttpClient::~HttpClient() = default;

asio::awaitable<Result<Reply>> HttpClient::exchange(Request request, Instant deadline) {
  State& state = *state_;
  Result<std::string> text = to_wire(request, state.host);
  if (!text) co_return std::unexpected(std::move(text).error());
  const Question question{.text = *std::move(text),
                          .head = request.method == "HEAD",
                          .idempotent = is_idempotent(request.method),
                          .limit = {.at = deadline, .length = deadline - state.clock.now()}};

  std::optional<Connection> kept = state.take_kept();
  if (kept) {
    Try first = co_await state.ask(*std::move(kept), question);
    if (!first.unserved) co_return std::move(first.reply);
  }

  Result<Socket> socket =
      co_await connect(state.executor, state.clock, state.resolver, state.place, question.limit);
  if (!socket) co_return std::unexpected(std::move(socket).error());
  Connection fresh(*std::move(socket), state.limits.header_bytes);
  Try only = co_await state.ask(std::move(fresh), question);
  co_return std::move(only.reply);
}

void HttpClient::close() {
  state_->kept.reset();
}

}  // namespace ripcord::net
