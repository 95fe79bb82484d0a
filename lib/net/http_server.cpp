#include "net/http_server.hpp"

#include "base/contract.hpp"
#include "base/counted.hpp"
#include "net/connection.hpp"
#include "net/http_session.hpp"
#include "net/listener.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <chrono>
#include <optional>
#include <unistd.h>
#include <utility>

namespace asio = boost::asio;

namespace ripcord::net {
namespace {

using namespace std::chrono_literals;

/// After a failed accept (no descriptors, no memory) the same connection is still waiting: asking
/// for it again at once would spin.
constexpr Duration accept_pause = 100ms;

asio::awaitable<Response> whole(HttpServer::Handler handler, IncomingRequest request) {
  Reply reply = co_await handler(std::move(request));
  co_return Response(std::move(reply));
}

}  // namespace

struct HttpServer::State {
  asio::any_io_executor executor;
  TaskGroup& tasks;
  Service service;
  std::optional<Acceptor> acceptor;
  std::string unix_path;          ///< empty on TCP
  std::optional<FileId> unix_id;  ///< of the socket file that we made
  std::size_t served = 0;
  std::size_t turned_away = 0;

  /// Starts serving on `listening`.
  void begin(Acceptor listening) {
    acceptor.emplace(std::move(listening));
    tasks.spawn("http server", accept_all());
  }

  asio::awaitable<void> accept_all() {
    while (acceptor->is_open()) {
      auto [error, socket] = co_await acceptor->async_accept(asio::as_tuple(asio::use_awaitable));
      if (!error) {
        take(std::move(socket));
      } else if (error != asio::error::operation_aborted &&
                 error != asio::error::connection_aborted) {
        co_await service.clock.sleep_until(service.clock.now() + accept_pause);
      }
    }
  }

  /// Beyond the limit there is a 503 for as many again; who comes then is closed on at once.
  void take(Socket socket) {
    prepare(socket);
    const std::size_t connections_max = service.limits.connections_max;
    Connection connection(std::move(socket), service.limits.header_bytes);
    if (served < connections_max) {
      std::optional<Peer> peer;
      if (!unix_path.empty()) peer = peer_of(connection.socket);
      tasks.spawn("http connection", count_serve(std::move(connection), std::move(peer)));
    } else if (turned_away < connections_max) {
      tasks.spawn("http connection", count_turn_away(std::move(connection)));
    }
  }

  asio::awaitable<void> count_serve(Connection connection, std::optional<Peer> peer) {
    const Counted counted(served);
    co_await serve(service, std::move(connection), std::move(peer));
  }

  asio::awaitable<void> count_turn_away(Connection connection) {
    const Counted counted(turned_away);
    co_await net::turn_away(service, std::move(connection));
  }
};

HttpServer::HttpServer(asio::any_io_executor executor, Clock& clock, TaskGroup& tasks,
                       Handler handler, ServerLimits limits)
    : HttpServer(std::move(executor), clock, tasks,
                 StreamingHandler([handler = std::move(handler)](IncomingRequest request) {
                   return whole(handler, std::move(request));
                 }),
                 limits) {}

HttpServer::HttpServer(asio::any_io_executor executor, Clock& clock, TaskGroup& tasks,
                       StreamingHandler handler, ServerLimits limits)
    : state_(std::make_unique<State>(
          State{.executor = std::move(executor),
                .tasks = tasks,
                .service = {.clock = clock, .handler = std::move(handler), .limits = limits},
                .acceptor = std::nullopt,
                .unix_path = {},
                .unix_id = std::nullopt})) {}

HttpServer::~HttpServer() {
  stop();
  RIPCORD_CONTRACT(state_->served == 0 && state_->turned_away == 0);
}

Result<void> HttpServer::listen_tcp(const std::string& host, std::uint16_t port) {
  RIPCORD_CONTRACT(!state_->acceptor);
  Result<Acceptor> listening = listen_on_tcp(state_->executor, host, port);
  if (!listening) return std::unexpected(std::move(listening).error());
  state_->begin(*std::move(listening));
  return {};
}

Result<void> HttpServer::listen_unix(const std::string& path, unsigned mode,
                                     const std::string& group) {
  RIPCORD_CONTRACT(!state_->acceptor);
  Result<Acceptor> listening = listen_on_unix(state_->executor, path, mode, group);
  if (!listening) return std::unexpected(std::move(listening).error());
  state_->unix_path = path;
  state_->unix_id = file_at(path);
  state_->begin(*std::move(listening));
  return {};
}

std::uint16_t HttpServer::port() const {
  return state_->acceptor && state_->unix_path.empty() ? port_of(*state_->acceptor)
                                                       : std::uint16_t{0};
}

void HttpServer::stop() {
  if (!state_->acceptor || !state_->acceptor->is_open()) return;
  // The file first: who connects until the socket is closed is still answered.
  const bool ours = state_->unix_id && file_at(state_->unix_path) == state_->unix_id;
  if (ours) (void)::unlink(state_->unix_path.c_str());
  boost::system::error_code ignored;
  (void)state_->acceptor->close(ignored);
}

}  // namespace ripcord::net
