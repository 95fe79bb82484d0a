#pragma once

#include "api/backend.hpp"
#include "base/result.hpp"
#include "net/blocking.hpp"
#include "net/clock.hpp"
#include "net/resolver.hpp"
#include "net/task_group.hpp"
#include "net/wakeup.hpp"
#include "notify/courier.hpp"
#include "notify/message.hpp"
#include "notify/settings.hpp"
#include "notify/transport.hpp"
#include "runtime/notify/outbox.hpp"
#include "runtime/recorder.hpp"
#include "runtime/world.hpp"

#include <boost/asio/awaitable.hpp>

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace ripcord::runtime {

/// Tells people: keeps a courier for each receiver, and the outbox from which they deliver.
class Mailroom {
 public:
  struct Hands {
    JournalOutbox::IsSilenced is_silenced;
    /// Hears of each message by which something is wrong, when it is put into a queue.
    std::function<void(const notify::Message& message)> opened;
  };

  /// Borrows what `world` borrows, and `recorder`.
  Mailroom(const World& world, Recorder& recorder, Hands hands,
           net::TaskGroup::OnFailure on_failure);

  /// Takes over what a former daemon has left in the journal. Before the first receiver.
  boost::asio::awaitable<void> restore();

  /// The receivers from now on: keep_applied() starts and ends their couriers.
  void set_receivers(std::vector<notify::ReceiverSettings> receivers);
  /// For ever (until cancelled).
  boost::asio::awaitable<void> keep_applied();
  /// Tells again what is still wrong, for ever (until cancelled).
  boost::asio::awaitable<void> keep_reminding();
  /// Removes old messages from the journal, for ever (until cancelled).
  boost::asio::awaitable<void> keep_tidy();

  /// What is to be written of these messages.
  [[nodiscard]] std::vector<store::OutboxEntry> address(
      const std::vector<notify::Message>& messages) {
    return outbox_.address(messages, receivers_);
  }
  /// Has the couriers deliver it.
  void post(const std::vector<store::OutboxEntry>& entries);

  [[nodiscard]] std::vector<notify::Message> open_incidents() const {
    return outbox_.open_incidents();
  }
  [[nodiscard]] std::optional<notify::Message> open_incident(const std::string& incident) const;
  [[nodiscard]] std::vector<api::ReceiverView> view() const;

  /// Sends `message` to one receiver, at once and once. Fault::missing when there is none of that
  /// name; the failures of notify::compose().
  boost::asio::awaitable<Result<api::ReceiverTest>> test(std::string receiver,
                                                         notify::Message message);

  /// Gives what was not tried yet until `deadline`, then ends. The rest stays in the journal.
  boost::asio::awaitable<void> stop(Instant deadline);

 private:
  /// Where the courier of one receiver works.
  struct Desk {
    Desk(const World& world, notify::CourierTools tools, const notify::ReceiverSettings& settings,
         std::uint64_t seed, net::TaskGroup::OnFailure on_failure);

    notify::Courier courier;
    net::TaskGroup tasks;
  };

  boost::asio::awaitable<void> apply();
  /// The desks of receivers that are gone or have changed, whose couriers are still to be ended.
  [[nodiscard]] std::vector<std::unique_ptr<Desk>> take_outdated();
  [[nodiscard]] const notify::ReceiverSettings* find(const std::string& name) const;

  const World& world_;
  Hands hands_;
  net::TaskGroup::OnFailure on_failure_;
  Recorder& recorder_;
  JournalOutbox outbox_;
  notify::HttpTransport transport_;
  std::vector<notify::ReceiverSettings> receivers_;
  std::map<std::string, std::unique_ptr<Desk>> desks_;
  net::Wakeup to_apply_;
  bool is_applied_ = true;
  bool is_stopping_ = false;
};

}  // namespace ripcord::runtime
