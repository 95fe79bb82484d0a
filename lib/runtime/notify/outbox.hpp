#pragma once

#include "base/result.hpp"
#include "base/time.hpp"
#include "net/clock.hpp"
#include "net/wakeup.hpp"
#include "notify/outbox.hpp"
#include "notify/settings.hpp"
#include "runtime/recorder.hpp"
#include "store/journal.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace ripcord::runtime {

/// The queues of all receivers: in memory, so that people are told although the disk is full, and
/// in the journal, so that they are told after a restart.
class JournalOutbox final : public notify::Outbox {
 public:
  /// Whether nobody is to be told of `message` now, unless it ends what was told.
  using IsSilenced = std::function<bool(const notify::Message& message)>;

  /// Borrows `clock` and `recorder`.
  JournalOutbox(const boost::asio::any_io_executor& executor, net::Clock& clock, Recorder& recorder,
                IsSilenced is_silenced)
      : clock_(clock),
        recorder_(recorder),
        is_silenced_(std::move(is_silenced)),
        noted_(executor) {}

  /// Takes over what a former daemon has left.
  void restore(const std::vector<store::OutboxEntry>& left);

  /// What is to be written of these messages, one for each receiver that wants it. Nothing is
  /// queued yet. A message that an incident is over goes as such to those alone that were told of
  /// it; a second one that only says again what the receiver was told last goes to nobody. A
  /// service that is well again ends whatever else of it was open, for receivers that keep alerts.
  [[nodiscard]] std::vector<store::OutboxEntry> address(
      const std::vector<notify::Message>& messages,
      const std::vector<notify::ReceiverSettings>& receivers);

  /// What is to be written so that receivers are told again of what is still wrong, once their
  /// `repeat_interval` has passed since they were told last. Nothing is queued yet.
  [[nodiscard]] std::vector<store::OutboxEntry> reminders(
      const std::vector<notify::ReceiverSettings>& receivers, Instant now);

  /// Queues what has been written, or could not be.
  void put(const std::vector<store::OutboxEntry>& entries);

  /// Gives up all that waits for a receiver.
  void give_up(const std::string& receiver, const std::string& why);
  /// How many it gave up of a receiver that is still there, because too many waited.
  [[nodiscard]] std::uint64_t given_up(const std::string& receiver) const;
  /// What a receiver was never told, for whatever reason.
  struct Losses {
    std::uint64_t count = 0;
    std::string last = {};  ///< `"TITLE: REASON"` of the newest

    friend bool operator==(const Losses&, const Losses&) = default;
  };
  [[nodiscard]] Losses losses(const std::string& receiver) const;
  /// What a receiver has called the threads of incidents means nothing to it any more.
  void forget_threads(const std::string& receiver);

  [[nodiscard]] std::size_t waiting(const std::string& receiver) const;
  /// When the oldest of that was queued; nothing when nothing waits.
  [[nodiscard]] std::optional<Instant> waiting_since(const std::string& receiver) const;
  /// Whether something waits of which no try has failed yet.
  [[nodiscard]] bool has_untried() const;
  /// Returns after the next note().
  boost::asio::awaitable<Result<void>> wait_for_note() { return noted_.wait(); }
  [[nodiscard]] std::vector<std::string> receivers() const;  ///< of which something is kept
  /// The incidents of which a receiver was told last that something is wrong, with the numbers of
  /// all that were told.
  [[nodiscard]] std::vector<notify::Message> open_incidents() const;

  boost::asio::awaitable<Result<std::optional<notify::Entry>>> next(std::string receiver) override;
  boost::asio::awaitable<Result<void>> note(std::int64_t number, notify::Fate fate) override;
  boost::asio::awaitable<Result<std::vector<notify::Message>>> open_alerts(std::string receiver,
                                                                           Instant since) override;

 private:
  struct Told {
    notify::Message message;
    Instant at;
  };
  struct Thread {
    std::string name;
    Instant at;  ///< when it began
  };
  struct Queue {
    std::deque<notify::Entry> waiting;
    std::map<std::string, notify::Message> open;  ///< by incident: the last, where it is not over
    std::map<std::string, Told> delivered;  ///< by incident: the last that was, but for notices
    std::map<std::string, Thread> threads;  ///< by incident
    std::uint64_t given_up = 0;
    Losses losses;
  };

  void address_to(const notify::ReceiverSettings& receiver, const notify::Message& message,
                  std::vector<store::OutboxEntry>& entries);
  [[nodiscard]] std::optional<notify::Message> for_receiver(
      const notify::Message& message, const notify::ReceiverSettings& receiver) const;
  /// The ends of what else is open at the receiver of a service that is well again.
  [[nodiscard]] std::vector<notify::Message> ended_with(
      const notify::Message& message, const notify::ReceiverSettings& receiver) const;
  static void note_loss(Queue& queue, const notify::Message& message, const std::string& reason);
  void take_in(const store::OutboxEntry& entry, notify::Message message);
  /// Whether the receiver was told `last`, which is open, not after `before`, and nothing of it
  /// waits.
  [[nodiscard]] static bool was_told_before(const Queue& queue, const notify::Message& last,
                                            Instant before);
  static void forget_old(Queue& queue, Instant before);
  static void end_in_vain(Queue& queue, const notify::Message& end, Instant at);
  [[nodiscard]] std::int64_t new_number();
  void keep(const std::string& receiver, Queue& queue, std::size_t place, const notify::Fate& fate);
  [[nodiscard]] static store::OutboxEntry row_of(const std::string& receiver,
                                                 const notify::Entry& entry);
  void write(const std::string& receiver, const notify::Entry& entry, store::OutboxFate fate,
             std::optional<Instant> ended_at);

  net::Clock& clock_;
  Recorder& recorder_;
  IsSilenced is_silenced_;
  net::Wakeup noted_;
  std::map<std::string, Queue> queues_;
  std::int64_t last_number_ = 0;
};

}  // namespace ripcord::runtime
