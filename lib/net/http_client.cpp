#include "net/http_client.hpp"

#include "base/contract.hpp"
#include "net/before.hpp"
#include "net/connecting.hpp"
#include "net/connection.hpp"
#include "net/http_text.hpp"
#include "net/plain_exchange.hpp"
#include "net/reply_reader.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/system/system_error.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>
#include <string_view>
#include <utility>

namespace asio = boost::asio;

namespace ripcord::net {
namespace {

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

/// Whether `request` says so of itself (RFC 9112, 9.6).
bool is_last(const Request& request) {
  const auto connection = find_header(request.headers, "Connection");
  return connection && same_name(*connection, "close");
}

/// The Host header for `place` (RFC 9110, 7.2): no zone, and no port when it is the usual one.
std::string host_of(const Place& place) {
  if (!place.unix_path.empty()) return "localhost";
  const std::uint16_t usual = place.tls ? 443 : 80;
  const std::string host = place.host.substr(0, place.host.find('%'));
  const std::string written = host.contains(':') ? "[" + host + "]" : host;
  return place.port == usual ? written : fmt::format("{}:{}", written, place.port);
}

struct Spoken {
  boost::system::error_code error;
  std::size_t written = 0;
};

/// Writes `text` and reads the reply. A write that fails does not end it: the peer may have
/// replied before it hung up.
asio::awaitable<Result<Spoken>> speak(Clock& clock, Connection& connection, std::string_view text,
                                      ReplyReader& reader) {
  const Transferred written = co_await connection.write(text);
  const boost::system::error_code read_error = co_await reader.read(clock, connection);
  const bool never_asked = written.error && read_error && !reader.has_begun();
  co_return Spoken{never_asked ? written.error : read_error, written.bytes};
}

}  // namespace

struct HttpClient::State {
  asio::any_io_executor executor;
  Clock& clock;
  Resolver& resolver;
  Place place;
  ClientLimits limits;
  Trace trace = {};

  std::optional<PlainExchange> plain = std::nullopt;  ///< all there is of a place without TLS

  /// What is kept between exchanges with a place with TLS.
  struct Keeping {
    std::optional<Connection> connection = std::nullopt;
    Acquaintance acquaintance = {};
  };
  std::unique_ptr<Keeping> keeping = nullptr;  ///< none without TLS

  /// The kept connection, if it is still good; it is no longer kept then.
  [[nodiscard]] std::optional<Connection> take_kept() const {
    std::optional<Connection> connection = std::exchange(keeping->connection, std::nullopt);
    if (connection && (has_aged(*connection) || !is_idle(*connection))) connection.reset();
    return connection;
  }

  /// Whether the certificate behind `connection` has to be seen again.
  [[nodiscard]] bool has_aged(const Connection& connection) const {
    const Secured& secured = connection.tls->secured();
    const Instant now = clock.now();
    return now - secured.checked_at >= certificate_trust_max ||
           (secured.expires && *secured.expires <= now);
  }

  asio::awaitable<Result<Connection>> open(Limit limit) {
    Result<Socket> socket = co_await connect(executor, clock, resolver, place, limit, &trace);
    if (!socket) co_return std::unexpected(std::move(socket).error());
    Connection connection(*std::move(socket), limits.header_bytes);
    const Result<void> secured =
        co_await secure(clock, place, limit, connection, keeping->acquaintance, trace);
    if (!secured) co_return std::unexpected(secured.error());
    co_return Result<Connection>(std::move(connection));
  }

  /// Keeps `connection`, or at least what TLS can go on from.
  void part_with(Connection connection, bool may_keep) const {
    if (may_keep && connection.received.size() == 0) {
      connection.received.shrink_to_fit();  // an idle connection holds no buffer
      keeping->connection.emplace(std::move(connection));
    } else {
      keeping->acquaintance = {.session = connection.tls->session(),
                               .checked_at = connection.tls->secured().checked_at};
    }
  }

  /// One exchange on `connection`, which is kept afterwards if nothing speaks against it.
  asio::awaitable<Try> ask(Connection connection, const WireRequest& request, Limit limit) {
    ReplyReader reader(limits, request.head);
    const Instant asked_at = clock.now();
    trace.secured = connection.tls->secured();
    const auto spoken =
        co_await before(clock, limit.at, speak(clock, connection, request.text, reader));
    if (reader.has_begun()) trace.first_byte = *reader.first_byte_at() - asked_at;
    if (!spoken) {
      co_return Try{.reply =
                        std::unexpected(reply_timeout(reader.is_in_body(), name_of(place), limit))};
    }
    const boost::system::error_code& error = spoken->error;
    if (error) {
      const Error explained = explain(error, reader, connection.tls.get(), name_of(place), limits);
      const bool hung_up = explained.fault == Fault::closed || explained.fault == Fault::refused;
      const bool harmless = request.idempotent || spoken->written == 0;
      co_return Try{.reply = std::unexpected(explained),
                    .unserved = hung_up && harmless && !reader.has_begun()};
    }
    part_with(std::move(connection), reader.may_keep() && !request.is_last);
    co_return Try{.reply = reader.take()};
  }

  /// Over the kept connection, or over a new one.
  asio::awaitable<Result<Reply>> answer(const WireRequest& request, Limit limit) {
    std::optional<Connection> connection = take_kept();
    if (connection) {
      trace.kept = true;
      Try first = co_await ask(*std::move(connection), request, limit);
      if (!first.unserved) co_return std::move(first.reply);
      trace = {};
    }
    Result<Connection> fresh = co_await open(limit);
    if (!fresh) co_return std::unexpected(std::move(fresh).error());
    Try only = co_await ask(*std::move(fresh), request, limit);
    co_return std::move(only.reply);
  }

  asio::awaitable<Result<Reply>> answer_plainly(const WireRequest& request, Limit limit) {
    asio::steady_timer ended(executor, asio::steady_timer::time_point::max());
    std::optional<Result<Reply>> reply;
    plain->begin(request, limit, trace, [&reply, &ended](Result<Reply> came) {
      reply = std::move(came);
      ended.cancel();
    });
    (void)co_await ended.async_wait(asio::as_tuple(asio::use_awaitable));
    if (!reply) {
      plain->cancel();
      throw boost::system::system_error(asio::error::operation_aborted);
    }
    co_return *std::move(reply);
  }
};

HttpClient::HttpClient(asio::any_io_executor executor, Clock& clock, Resolver& resolver,
                       Place place, ClientLimits limits)
    : state_(
          std::make_unique<State>(std::move(executor), clock, resolver, std::move(place), limits)) {
  State& state = *state_;
  if (state.place.tls) {
    state.keeping = std::make_unique<State::Keeping>();
    return;
  }
  state.plain.emplace(PlainExchange::Sides{.executor = state.executor,
                                           .clock = state.clock,
                                           .resolver = state.resolver,
                                           .place = state.place,
                                           .limits = state.limits});
}

HttpClient::~HttpClient() = default;

Result<WireRequest> HttpClient::compose(const Request& request) const {
  Result<std::string> text = to_wire(request, host_of(state_->place));
  if (!text) return std::unexpected(std::move(text).error());
  return WireRequest{.text = *std::move(text),
                     .head = request.method == "HEAD",
                     .is_last = is_last(request),
                     .idempotent = is_idempotent(request.method)};
}

asio::awaitable<Result<Reply>> HttpClient::exchange(Request request, Instant deadline) {
  State& state = *state_;
  state.trace = {};
  const Result<WireRequest> composed = compose(request);
  if (!composed) co_return std::unexpected(composed.error());
  const Instant began = state.clock.now();
  const Limit limit{.at = deadline, .length = deadline - began};
  if (state.plain) {
    Result<Reply> reply = co_await state.answer_plainly(*composed, limit);
    co_return reply;
  }
  Result<Reply> reply = co_await state.answer(*composed, limit);
  state.trace.total = state.clock.now() - began;
  co_return reply;
}

void HttpClient::begin(const WireRequest& request, Instant deadline, Ended ended) {
  State& state = *state_;
  RIPCORD_CONTRACT(state.plain.has_value());
  state.trace = {};
  const Limit limit{.at = deadline, .length = deadline - state.clock.now()};
  state.plain->begin(request, limit, state.trace, std::move(ended));
}

void HttpClient::cancel() {
  if (state_->plain) state_->plain->cancel();
}

const Trace& HttpClient::trace() const {
  return state_->trace;
}

void HttpClient::close() {
  if (state_->keeping) state_->keeping->connection.reset();
  if (state_->plain) state_->plain->close();
}

}  // namespace ripcord::net
