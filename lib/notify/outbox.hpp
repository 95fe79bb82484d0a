#pragma once

#include "base/result.hpp"
#include "base/time.hpp"
#include "notify/message.hpp"

#include <boost/asio/awaitable.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace ripcord::notify {

/// One message that waits for one receiver.
struct Entry {
  std::int64_t number = 0;  ///< names it in the outbox
  Message message;
  Instant queued_at;
  std::uint32_t attempts = 0;  ///< that have failed so far
  Instant not_before = {};     ///< no attempt earlier
  std::string trouble = {};    ///< why the last attempt failed
  std::string thread = {};     ///< the first Delivered::thread of its incident at this receiver
};

// What became of an entry.

struct WasDelivered {
  Instant at;
  std::string thread = {};  ///< empty when the receiver has no such thing

  friend bool operator==(const WasDelivered&, const WasDelivered&) = default;
};

/// It is never tried again; people are shown why.
struct HasFailed {
  Instant at;
  std::string reason;

  friend bool operator==(const HasFailed&, const HasFailed&) = default;
};

/// One attempt more has failed.
struct WillBeRetried {
  Instant at;
  Instant not_before;
  std::string reason;
  bool thread_is_lost = false;  ///< what is kept as the thread of its incident is to be forgotten

  friend bool operator==(const WillBeRetried&, const WillBeRetried&) = default;
};

using Fate = std::variant<WasDelivered, HasFailed, WillBeRetried>;

/// Where messages wait until they are delivered, durably, a queue for each receiver.
class Outbox {
 public:
  virtual ~Outbox() = default;

  /// The first entry of the receiver's queue, in the order in which they were put in, that was
  /// neither delivered nor has failed; nothing when there is none.
  virtual boost::asio::awaitable<Result<std::optional<Entry>>> next(std::string receiver) = 0;

  /// Keeps what became of the entry. Until that has succeeded the entry stays what it was: after a
  /// crash the same message, with the same id, is sent once more.
  virtual boost::asio::awaitable<Result<void>> note(std::int64_t number, Fate fate) = 0;

  /// Of each incident the last message that was delivered to the receiver, where it was firing, or
  /// resolved and delivered not before `since`. In order of their incidents.
  virtual boost::asio::awaitable<Result<std::vector<Message>>> open_alerts(std::string receiver,
                                                                           Instant since) = 0;
};

}  // namespace ripcord::notify
