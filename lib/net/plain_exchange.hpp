#pragma once

#include "base/indirect.hpp"
#include "base/result.hpp"
#include "base/time.hpp"
#include "net/alarms.hpp"
#include "net/clock.hpp"
#include "net/connection.hpp"
#include "net/http_client.hpp"
#include "net/http_message.hpp"
#include "net/poller.hpp"
#include "net/resolver.hpp"
#include "net/trace.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/ip/address.hpp>
#include <boost/system/error_code.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace ripcord::net {

struct Incoming;
class SpareIncoming;

/// The exchanges of an HttpClient with a place that is not secured: one at a time, over a
/// connection that it keeps, and without a coroutine. Ten thousand probes a second go through here,
/// and a coroutine costs more than all the rest of a probe (ADR 0013).
class PlainExchange final : private Polled {
 public:
  /// Who exchanges with whom. Borrows all.
  struct Sides {
    const boost::asio::any_io_executor& executor;
    Clock& clock;
    Resolver& resolver;
    const Place& place;
    ClientLimits limits;
  };

  explicit PlainExchange(const Sides& sides);
  ~PlainExchange();
  PlainExchange(const PlainExchange&) = delete;
  PlainExchange& operator=(const PlainExchange&) = delete;

  /// Sends `request` and reads the reply, as HttpClient::exchange() says, then calls `ended`; never
  /// from within begin(). Borrows `request` and `trace` until then. Pre: none is under way.
  void begin(const WireRequest& request, Limit limit, Trace& trace, HttpClient::Ended ended);
  /// Ends the one that is under way, if any: its `ended` is not called.
  void cancel();
  /// Drops the kept connection. Pre: none is under way.
  void close();

 private:
  enum class At : std::uint8_t { rest, looking_up, connecting, sending, receiving, failed };
  struct Connecting;
  struct LookUp;

  void ready() override;
  void on_alarm();

  void open();
  void look_up();
  void looked_up(Result<std::vector<boost::asio::ip::address>> addresses);
  void connect_to(std::vector<boost::asio::ip::address> addresses);
  void connect_next();
  void connect_ended();
  void connected();
  void attempt_failed(Error error);
  boost::system::error_code start_connecting(const boost::asio::ip::address& address);
  /// Takes a connected, or connecting, descriptor over. False: it could not be watched, and the
  /// exchange has failed.
  bool take_over(int descriptor, Poller::For what);

  void send();
  void poll_for(Poller::For what);
  void receive();
  /// Reads once: whether there may be more.
  bool receive_into(Incoming& incoming);
  void finish(Incoming& incoming);
  void break_off(const boost::system::error_code& error, const Incoming& incoming);
  [[nodiscard]] Error too_late() const;

  void fail_soon(Error error);
  void end(Result<Reply> reply);

  Sides sides_;
  Poller& poller_;
  SpareIncoming& spare_;
  std::optional<boost::asio::ip::address> numeric_;  ///< the place's host, if it is an address
  Alarm alarm_;

  int descriptor_ = -1;  ///< of the connection
  Poller::For polled_for_ = Poller::For::reading;
  At at_ = At::rest;
  bool is_kept_ = false;  ///< the connection carried an exchange before this one
  const WireRequest* request_ = nullptr;
  Limit limit_;
  Trace* trace_ = nullptr;
  HttpClient::Ended ended_;
  Instant asked_at_;
  std::size_t sent_ = 0;
  boost::system::error_code send_error_;
  std::unique_ptr<Connecting> connecting_;
  std::shared_ptr<LookUp> look_up_;
  std::unique_ptr<Incoming> incoming_;  ///< of a reply that did not come in one piece
  OptionalIndirect<Error> failure_;
};

}  // namespace ripcord::net
