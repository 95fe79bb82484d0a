#pragma once

#include "notify/outbox.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace ripcord::notify::test {

/// An outbox in memory. It outlives a courier, as the journal outlives the daemon.
class FakeOutbox final : public Outbox {
 public:
  struct Kept {
    std::string receiver;
    Entry entry;
    std::optional<Fate> fate = std::nullopt;  ///< once it is final
  };

  explicit FakeOutbox(boost::asio::any_io_executor executor) : executor_(std::move(executor)) {}

  void put(const std::string& receiver, Message message, Instant now) {
    kept.push_back({.receiver = receiver,
                    .entry = {.number = static_cast<std::int64_t>(kept.size()),
                              .message = std::move(message),
                              .queued_at = now}});
  }

  boost::asio::awaitable<Result<std::optional<Entry>>> next(std::string receiver) override {
    for (const Kept& one : kept) {
      if (one.receiver != receiver || one.fate) continue;
      Entry entry = one.entry;
      const auto thread = threads.find(receiver + one.entry.message.incident);
      if (thread != threads.end()) entry.thread = thread->second;
      co_return entry;
    }
    co_return std::nullopt;
  }

  boost::asio::awaitable<Result<void>> note(std::int64_t number, Fate fate) override {
    if (notes_hang) {
      boost::asio::steady_timer never(executor_, boost::asio::steady_timer::time_point::max());
      co_await never.async_wait(boost::asio::use_awaitable);
    }
    if (notes_to_fail > 0) {
      --notes_to_fail;
      co_return failure(Fault::full, "no space left on device");
    }
    Kept& one = kept.at(static_cast<std::size_t>(number));
    keep(one, std::move(fate));
    co_return Result<void>();
  }

  boost::asio::awaitable<Result<std::vector<Message>>> open_alerts(std::string receiver,
                                                                   Instant since) override {
    std::map<std::string, Message> last;
    for (const Kept& one : kept) {
      const auto* delivered = one.fate ? std::get_if<WasDelivered>(&*one.fate) : nullptr;
      if (one.receiver != receiver || delivered == nullptr) continue;
      last.erase(one.entry.message.incident);
      const Standing standing = one.entry.message.standing;
      const bool is_told_again = standing == Standing::firing ||
                                 (standing == Standing::resolved && delivered->at >= since);
      if (is_told_again) last.emplace(one.entry.message.incident, one.entry.message);
    }
    std::vector<Message> open;
    for (auto& [incident, message] : last) open.push_back(std::move(message));
    co_return open;
  }

  /// The reason of one that has failed; empty otherwise.
  [[nodiscard]] std::string failure_of(std::size_t number) const {
    const auto& fate = kept.at(number).fate;
    const auto* failed = fate ? std::get_if<HasFailed>(&*fate) : nullptr;
    return failed == nullptr ? "" : failed->reason;
  }
  [[nodiscard]] std::size_t delivered() const {
    return static_cast<std::size_t>(std::ranges::count_if(kept, [](const Kept& one) {
      return one.fate && std::holds_alternative<WasDelivered>(*one.fate);
    }));
  }

  std::vector<Kept> kept;
  std::map<std::string, std::string> threads;  ///< by receiver and incident
  int notes_to_fail = 0;
  bool notes_hang = false;

 private:
  void keep(Kept& one, Fate fate) {
    const std::string key = one.receiver + one.entry.message.incident;
    if (const auto* retried = std::get_if<WillBeRetried>(&fate)) {
      ++one.entry.attempts;
      one.entry.not_before = retried->not_before;
      one.entry.trouble = retried->reason;
      if (retried->thread_is_lost) threads.erase(key);
      return;
    }
    if (const auto* delivered = std::get_if<WasDelivered>(&fate)) {
      if (!delivered->thread.empty()) threads.emplace(key, delivered->thread);
    }
    one.fate = std::move(fate);
  }

  boost::asio::any_io_executor executor_;
};

}  // namespace ripcord::notify::test
