#pragma once

#include "base/result.hpp"
#include "base/time.hpp"
#include "net/clock.hpp"
#include "net/wakeup.hpp"
#include "notify/backoff.hpp"
#include "notify/outbox.hpp"
#include "notify/post.hpp"
#include "notify/settings.hpp"
#include "notify/transport.hpp"
#include "notify/verdict.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include <cstdint>
#include <optional>
#include <random>
#include <string>

namespace ripcord::notify {

/// How a receiver is doing, counted since the courier began.
struct CourierStatus {
  std::uint64_t delivered = 0;  ///< reminders included, as in `retried`
  std::uint64_t failed = 0;     ///< messages that are never tried again
  std::uint64_t retried = 0;    ///< attempts that failed and were, or will be, followed by another
  std::optional<Instant> oldest_pending = std::nullopt;  ///< when the first in the queue came in
  std::string trouble = {};  ///< why the last attempt failed; empty after a success
  std::string disabled =
      {};  ///< why nothing is sent until the settings are loaded anew; empty: it is

  friend bool operator==(const CourierStatus&, const CourierStatus&) = default;
};

/// What a courier works with, borrowed.
struct CourierTools {
  net::Clock& clock;
  Outbox& outbox;
  Transport& transport;
};

/// Delivers the queue of one receiver, in order: a message is tried until it is delivered, refused
/// or too old, and those behind it wait. Each receiver has a courier of its own, so that a dead one
/// delays no other.
///
/// At least once: what was sent but could not be noted is sent again after a restart, with the same
/// id. A receiver that wants reminders is told of its open alerts each minute, and of those that
/// have ended for five minutes more.
class Courier {
 public:
  /// `seed` is of the jitter between attempts.
  Courier(const boost::asio::any_io_executor& executor, CourierTools tools,
          ReceiverSettings settings, std::uint64_t seed);

  /// Delivers for ever; ends only by its cancellation.
  [[nodiscard]] boost::asio::awaitable<void> run();

  /// Something has been put into the queue.
  void wake();

  [[nodiscard]] const CourierStatus& status() const { return status_; }
  [[nodiscard]] const ReceiverSettings& settings() const { return settings_; }

 private:
  /// Does what is due for the first of the queue, or waits until something is.
  boost::asio::awaitable<void> handle(Entry entry);
  [[nodiscard]] std::string too_late(const Entry& entry) const;
  boost::asio::awaitable<void> attempt(Entry entry);
  boost::asio::awaitable<Verdict> deliver(Entry entry);
  [[nodiscard]] Fate fate_of(const Verdict& verdict, const Entry& entry);
  boost::asio::awaitable<void> settle(std::int64_t number, Fate fate);
  boost::asio::awaitable<void> remind_if_due();
  void take_reminded(const Verdict& verdict);
  /// Why it is not told, or nothing once it is; the log has where that begins and ends.
  void tell_trouble(const std::string& reason);
  void disable(const std::string& reason);
  boost::asio::awaitable<Result<net::Reply>> send(const Post& post);
  /// Until `until`, or the next reminder, or somebody calls wake().
  boost::asio::awaitable<void> rest_until(std::optional<Instant> until);

  CourierTools tools_;
  ReceiverSettings settings_;
  Backoff backoff_;
  std::mt19937_64 random_;
  net::Wakeup wakeup_;
  bool is_woken_ = false;
  std::optional<Instant> remind_at_;  ///< nothing for receivers that want no reminders
  CourierStatus status_;
};

}  // namespace ripcord::notify
