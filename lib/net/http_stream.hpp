#pragma once

#include "base/result.hpp"
#include "base/time.hpp"
#include "net/clock.hpp"
#include "net/connection.hpp"
#include "net/http_message.hpp"

#include <boost/asio/awaitable.hpp>

#include <functional>
#include <string>
#include <string_view>
#include <utility>

namespace ripcord::net {

/// The rest of a reply that has no end of its own.
class StreamWriter {
 public:
  /// Borrows both. `patience` is how long the peer may take for each piece.
  StreamWriter(Clock& clock, Connection& connection, Duration patience)
      : clock_(clock), connection_(connection), patience_(patience) {}

  /// Returns once the kernel has all of `text`. Fault::timeout when the peer did not take it in
  /// time: part of it may be on its way, and only end() may follow. Fault::closed, …: it is gone.
  boost::asio::awaitable<Result<void>> write(std::string text);

  /// After a write() that was late: gives up what follows the next `mark` in it, and writes `last`
  /// instead, if the peer takes that within three times the patience.
  boost::asio::awaitable<void> end(std::string mark, std::string last);

 private:
  boost::asio::awaitable<Result<void>> write_before(Instant deadline, std::string text);
  boost::asio::awaitable<Result<void>> write_pending();

  Clock& clock_;
  Connection& connection_;
  Duration patience_;
  std::string pending_;  ///< what the kernel does not have yet
};

/// A reply, or the beginning of one that goes on as long as `stream` does. The connection ends with
/// it.
struct Response : Reply {
  Response() = default;
  // NOLINTNEXTLINE(google-explicit-constructor): most responses are replies
  Response(Reply reply) : Reply(std::move(reply)) {}

  std::function<boost::asio::awaitable<void>(StreamWriter&)> stream;  ///< none: it is all there
};

}  // namespace ripcord::net
