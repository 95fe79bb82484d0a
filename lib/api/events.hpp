#pragma once

#include "api/backend.hpp"
#include "api/reading.hpp"
#include "api/routes.hpp"
#include "net/http_message.hpp"
#include "net/http_stream.hpp"

#include <boost/asio/awaitable.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>

namespace ripcord::api {

/// Bounds of the streams of events at one listener.
struct EventLimits {
  std::size_t readers_max = 16;                   ///< one more is answered 503
  std::size_t page = 100;                         ///< records in memory for one reader, at most
  Duration heartbeat = std::chrono::seconds(15);  ///< between signs of life while nothing happens
};

/// Server-sent events (https://html.spec.whatwg.org/multipage/server-sent-events.html): every
/// record of the history as it is committed. The journal is the buffer: a reader is behind by a
/// number, and costs no memory by it.
class EventStreams {
 public:
  /// Borrows `backend`.
  explicit EventStreams(Backend& backend, EventLimits limits = {})
      : backend_(backend), limits_(limits) {}

  /// Answers `request`, whose call is for events. The stream goes on behind what its Last-Event-ID
  /// names; without one it begins with what happens next. Must outlive the stream.
  boost::asio::awaitable<net::Response> open(Call call, net::Request request, Audience audience);

 private:
  boost::asio::awaitable<void> follow(std::uint64_t after, bool is_lost, Audience audience,
                                      net::StreamWriter& writer);

  Backend& backend_;
  EventLimits limits_;
  std::size_t readers_ = 0;
};

}  // namespace ripcord::api
