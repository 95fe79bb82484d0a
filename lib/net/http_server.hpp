#pragma once

#include "base/result.hpp"
#include "base/time.hpp"
#include "net/clock.hpp"
#include "net/http_message.hpp"
#include "net/http_stream.hpp"
#include "net/task_group.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

namespace ripcord::net {

struct ServerLimits {
  std::size_t connections_max = 64;  ///< one more is answered 503 and closed
  std::size_t header_bytes = 16UL * 1024;
  std::size_t body_bytes = 256UL * 1024;  ///< a larger one is answered 413
  Duration request_timeout =
      std::chrono::seconds(5);  ///< from the first byte to the last of a request
  Duration idle_timeout = std::chrono::seconds(60);   ///< between requests on one connection
  Duration reply_timeout = std::chrono::seconds(10);  ///< for the peer to take our reply
};

/// Serves HTTP/1.1 on one TCP address or one unix socket.
///
/// Must outlive its tasks: stop(), then cancel and join the group, before it dies.
class HttpServer {
 public:
  /// Answers a request; must not throw except when cancelled.
  using Handler = std::function<boost::asio::awaitable<Reply>(IncomingRequest)>;
  /// The same, also with replies that have no end of their own.
  using StreamingHandler = std::function<boost::asio::awaitable<Response>(IncomingRequest)>;

  /// Borrows `clock` and `tasks`; every connection is a task of `tasks`.
  HttpServer(boost::asio::any_io_executor executor, Clock& clock, TaskGroup& tasks, Handler handler,
             ServerLimits limits = {});
  HttpServer(boost::asio::any_io_executor executor, Clock& clock, TaskGroup& tasks,
             StreamingHandler handler, ServerLimits limits = {});
  ~HttpServer();
  HttpServer(const HttpServer&) = delete;
  HttpServer& operator=(const HttpServer&) = delete;

  /// Listens on a numeric address; port 0 takes a free one. Fault::busy when it is taken,
  /// Fault::denied when not permitted, Fault::malformed when `host` is not numeric.
  Result<void> listen_tcp(const std::string& host, std::uint16_t port);

  /// Listens on a unix socket with this mode and, when `group` is not empty, this group. A socket
  /// file that nobody listens on is replaced; Fault::busy when somebody does.
  Result<void> listen_unix(const std::string& path, unsigned mode, const std::string& group);

  /// The TCP port that is listened on; 0 before listen_tcp().
  [[nodiscard]] std::uint16_t port() const;

  /// Stops accepting and removes the unix socket file. Connections end with their tasks.
  void stop();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace ripcord::net
