#pragma once

#include "base/indirect.hpp"
#include "base/result.hpp"
#include "base/time.hpp"
#include "net/clock.hpp"
#include "net/http_message.hpp"
#include "net/resolver.hpp"
#include "net/tls_settings.hpp"
#include "net/trace.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

namespace ripcord::net {

/// A unix socket's path cannot be longer.
inline constexpr std::size_t unix_path_max = 107;

/// Where a client connects: a host and port, or a unix socket when `unix_path` is not empty.
struct Place {
  std::string host;  ///< a name, an IPv4 or an IPv6 address (without brackets)
  std::uint16_t port = 80;
  std::string unix_path;
  OptionalIndirect<TlsSettings> tls = std::nullopt;  ///< nothing: not secured
  bool no_link_local = false;  ///< link-local addresses are refused: for a place that a peer named

  friend bool operator==(const Place&, const Place&) = default;
};

/// `"127.0.0.1:8000"`, `"[::1]:8000"`, `"unix:/run/x.sock"`.
[[nodiscard]] std::string to_string(const Place& place);

struct ClientLimits {
  std::size_t header_bytes = 16UL * 1024;
  std::size_t body_bytes = 64UL * 1024;
};

/// A request as it goes over the wire.
struct WireRequest {
  std::string text;
  bool head = false;
  bool is_last = false;     ///< it says that its connection carries no other (`Connection: close`)
  bool idempotent = false;  ///< asking twice is the same as asking once (RFC 9110, 9.2.2)
};

/// One HTTP/1.1 client to one place, over TLS where the place says so, which keeps its connection
/// between exchanges.
///
/// A kept connection that turns out to have been closed by the peer (before any byte of the reply)
/// is replaced once, silently: a server that ends idle connections is not a failure. One that is
/// secured is replaced after ten minutes, so that a new certificate is seen. A request with
/// `Connection: close` is the last on its connection. Not for overlapping calls: one exchange at a
/// time.
class HttpClient {
 public:
  /// Borrows `clock` and `resolver`, which must outlive the client.
  HttpClient(boost::asio::any_io_executor executor, Clock& clock, Resolver& resolver, Place place,
             ClientLimits limits = {});
  ~HttpClient();
  HttpClient(const HttpClient&) = delete;
  HttpClient& operator=(const HttpClient&) = delete;

  /// Sends `request` (Host, User-Agent and Content-Length are added when missing) and reads the
  /// whole reply, whatever its status; all of it before `deadline`. 1xx replies are skipped,
  /// redirects are not followed. Each failure has its own words, with the place, and a Fault:
  ///   refused      connection refused, no such unix socket, connection reset before a reply, our
  ///                client certificate not accepted, a link-local address where that is not allowed
  ///   unreachable  no route to the host or network
  ///   timeout      "… while connecting", "… waiting for the reply", "… in the body"
  ///   closed       the peer hung up in the middle of the reply, or instead of one
  ///   malformed    not HTTP, or broken HTTP; TLS that cannot be trusted: an expired certificate,
  ///                the wrong name, an unknown authority, an old version
  ///   too_large    header or body beyond the limits
  ///   missing      the name lookup failed or took too long: nothing is known about the target
  ///   missing, full, denied, internal   our own side: no descriptors, a file for TLS that cannot
  ///   be
  ///                read, our own certificate expired, …
  /// Throws only when cancelled.
  boost::asio::awaitable<Result<Reply>> exchange(Request request, Instant deadline);

  using Ended = std::function<void(Result<Reply>)>;

  /// `request` as exchange() would send it.
  [[nodiscard]] Result<WireRequest> compose(const Request& request) const;
  /// exchange() without a coroutine, for those who ask often: `ended` is called with what it would
  /// return, never from within begin(). Borrows `request` until then. Pre: the place has no TLS.
  void begin(const WireRequest& request, Instant deadline, Ended ended);
  /// Ends what begin() began, if it is still under way: its `ended` is not called.
  void cancel();

  /// How the last exchange went, as far as it came. Valid until the next.
  [[nodiscard]] const Trace& trace() const;

  /// Drops the kept connection. Pre: no exchange is under way.
  void close();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace ripcord::net
