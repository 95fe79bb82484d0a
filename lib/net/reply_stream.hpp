#pragma once

#include "base/result.hpp"
#include "base/time.hpp"
#include "net/clock.hpp"
#include "net/http_client.hpp"
#include "net/http_message.hpp"
#include "net/resolver.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include <memory>
#include <string>

namespace ripcord::net {

/// One HTTP/1.1 reply, over TLS where the place says so, that may go on for ever: its body is
/// handed on as it comes.
///
/// Memory is bounded by what one read takes, whatever the peer says about its length. Not for
/// overlapping calls.
class ReplyStream {
 public:
  /// Borrows `clock` and `resolver`, which must outlive the stream.
  ReplyStream(boost::asio::any_io_executor executor, Clock& clock, Resolver& resolver, Place place);
  ~ReplyStream();
  ReplyStream(const ReplyStream&) = delete;
  ReplyStream& operator=(const ReplyStream&) = delete;

  /// Connects anew, sends `request` and reads the header of the reply, all before `deadline`. The
  /// Reply has no body: see read(). The faults are those of HttpClient::exchange().
  boost::asio::awaitable<Result<Reply>> open(Request request, Instant deadline);

  /// What has come since, at least one byte; an empty text at the end of the reply. Fault::timeout
  /// when nothing came before `deadline`: the stream is still good then, unlike after any other
  /// fault (those of HttpClient::exchange()). Pre: open() succeeded.
  boost::asio::awaitable<Result<std::string>> read(Instant deadline);

  /// Hangs up.
  void close();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace ripcord::net
