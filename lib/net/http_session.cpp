#include "net/http_session.hpp"

#include "base/result.hpp"
#include "net/before.hpp"
#include "net/http_text.hpp"
#include "net/socket_fault.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/string.hpp>
#include <boost/beast/http/error.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

namespace asio = boost::asio;
namespace http = boost::beast::http;

namespace ripcord::net {
namespace {

using Parser = http::request_parser<http::string_body>;
using Message = http::request<http::string_body>;

/// The status that a request which cannot be served is answered with; 0 when there is nobody left
/// to answer.
unsigned status_for(const boost::system::error_code& error) {
  if (error == http::error::header_limit || error == http::error::buffer_overflow) return 431;
  if (error == http::error::body_limit) return 413;
  if (error == http::error::bad_alloc) return 503;
  const bool gone = error == http::error::end_of_stream || error == http::error::partial_message;
  const bool is_http = error.category() == make_error_code(http::error::bad_target).category();
  return is_http && !gone ? 400 : 0;
}

/// A request as it arrived: to be handled, or to be answered with `refusal` at once.
struct Arrived {
  IncomingRequest incoming;
  ReplyForm form;
  unsigned refusal = 0;
  bool gone = false;  ///< the peer hung up
};

Arrived refused(unsigned status) {
  Arrived arrived;
  arrived.form.keep_alive = false;
  arrived.refusal = status;
  arrived.gone = status == 0;
  return arrived;
}

/// HTTP/1.1 wants exactly one Host (RFC 9112, 3.2).
bool has_proper_host(const Message& message) {
  const auto hosts = message.count(http::field::host);
  return hosts == 1 || (hosts == 0 && message.version() == 10);
}

Arrived accepted(Message message, const std::optional<Peer>& peer) {
  if (!has_proper_host(message)) return refused(400);
  Arrived arrived;
  arrived.form = {.head = message.method() == http::verb::head, .keep_alive = message.keep_alive()};
  arrived.incoming.peer = peer;
  Request& request = arrived.incoming.request;
  request.method = std::string(message.method_string());
  request.target = std::string(message.target());
  for (const auto& field : message) {
    request.headers.push_back({std::string(field.name_string()), std::string(field.value())});
  }
  request.body = std::move(message.body());
  return arrived;
}

asio::awaitable<Result<void>> write_all(Connection& connection, std::string_view text) {
  const auto [error, bytes] =
      co_await asio::async_write(connection.socket, asio::buffer(text.data(), text.size()),
                                 asio::as_tuple(asio::use_awaitable));
  throw_if_cancelled(error);
  if (error) co_return failure(fault_of(error), error.message());
  co_return Result<void>();
}

/// Waits until something has come from the peer. False when it has hung up.
asio::awaitable<Result<bool>> await_bytes(Connection& connection) {
  if (connection.received.size() > 0) co_return true;
  const auto [error, bytes] = co_await connection.socket.async_read_some(
      connection.received.prepare(first_read_bytes), asio::as_tuple(asio::use_awaitable));
  throw_if_cancelled(error);
  connection.received.commit(bytes);
  co_return !error;
}

asio::awaitable<Result<Arrived>> read_request(Connection& connection, const ServerLimits& limits,
                                              const std::optional<Peer>& peer) {
  Parser parser;
  parser.header_limit(static_cast<std::uint32_t>(limits.header_bytes));
  parser.body_limit(limits.body_bytes);
  const auto [header_error, header_bytes] = co_await http::async_read_header(
      connection.socket, connection.received, parser, asio::as_tuple(asio::use_awaitable));
  throw_if_cancelled(header_error);
  if (header_error) co_return refused(status_for(header_error));

  const auto expectation = parser.get()[http::field::expect];
  if (boost::beast::iequals(expectation, "100-continue") && !parser.is_done()) {
    const auto told = co_await write_all(connection, "HTTP/1.1 100 Continue\r\n\r\n");
    if (!told) co_return refused(0);
  }
  if (!parser.is_done()) {
    const auto [body_error, body_bytes] = co_await http::async_read(
        connection.socket, connection.received, parser, asio::as_tuple(asio::use_awaitable));
    throw_if_cancelled(body_error);
    if (body_error) co_return refused(status_for(body_error));
  }
  co_return accepted(parser.release(), peer);
}

/// One request and its reply. False when the connection is to be closed after it.
asio::awaitable<bool> serve_one(const Service& service, Connection& connection,
                                const std::optional<Peer>& peer) {
  const ServerLimits& limits = service.limits;
  const Instant read_by = service.clock.now() + limits.request_timeout;
  Result<Arrived> arrived =
      co_await before(service.clock, read_by, read_request(connection, limits, peer));
  if (!arrived) arrived = refused(408);
  if (arrived->gone) co_return false;

  Response reply(Reply{.status = arrived->refusal, .headers = {}, .body = {}});
  if (arrived->refusal == 0) reply = co_await service.handler(std::move(arrived->incoming));
  arrived->form.has_end = !reply.stream || arrived->form.head;
  const std::string text = to_wire(reply, arrived->form);
  const Instant written_by = service.clock.now() + limits.reply_timeout;
  const auto written = co_await before(service.clock, written_by, write_all(connection, text));
  if (!written || arrived->form.has_end) co_return written && arrived->form.keep_alive;
  StreamWriter writer(service.clock, connection, limits.reply_timeout);
  co_await reply.stream(writer);
  co_return false;
}

}  // namespace

asio::awaitable<void> serve(const Service& service, Connection connection,
                            std::optional<Peer> peer) {
  // A new connection owes us a request at once; a kept one may rest.
  Duration patience = service.limits.request_timeout;
  for (bool open = true; open;) {
    const Instant begun_by = service.clock.now() + patience;
    const auto begun = co_await before(service.clock, begun_by, await_bytes(connection));
    open = begun && *begun;
    if (open) open = co_await serve_one(service, connection, peer);
    patience = service.limits.idle_timeout;
  }
  co_await close_gently(service.clock, connection);
}

asio::awaitable<void> turn_away(const Service& service, Connection connection) {
  const Reply reply{.status = 503, .headers = {{"Retry-After", "1"}}, .body = {}};
  const std::string text = to_wire(reply, {.head = false, .keep_alive = false});
  const Instant written_by = service.clock.now() + service.limits.reply_timeout;
  const auto written = co_await before(service.clock, written_by, write_all(connection, text));
  if (written) co_await close_gently(service.clock, connection);
}

}  // namespace ripcord::net
