#include "runtime/notify/silences.hpp"

#include "base/text.hpp"
#include "net/before.hpp"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <chrono>
#include <utility>

namespace ripcord::runtime {
namespace {

using namespace std::chrono_literals;

constexpr Duration commit_patience = 10s;
constexpr Duration forgotten_after = std::chrono::hours(24);
/// For a watch that waits for nothing else.
constexpr Duration look_again = 1h;

std::string what_of(const Silence& silence) {
  if (silence.trigger.empty()) return silence.service;
  return fmt::format("trigger {} of {}", silence.trigger, silence.service);
}

}  // namespace

void Silences::restore(std::vector<Silence> all) {
  for (const Silence& silence : all) last_number_ = std::max(last_number_, silence.number);
  // What ended while nobody watched is told of too: something may have tripped meanwhile.
  const Instant old = clock_.now() - forgotten_after;
  std::erase_if(all, [old](const Silence& silence) {
    return silence.ended_at.has_value() || silence.until < old;
  });
  silences_ = std::move(all);
}

bool Silences::is_silenced(std::string_view service, std::string_view trigger) const {
  const Instant now = clock_.now();
  return std::ranges::any_of(silences_, [&](const Silence& silence) {
    return is_in_force(silence, now) && covers(silence, service, trigger);
  });
}

std::vector<Silence> Silences::in_force() const {
  std::vector<Silence> all = silences_;
  const Instant now = clock_.now();
  std::erase_if(all, [now](const Silence& silence) { return !is_in_force(silence, now); });
  return all;
}

boost::asio::awaitable<Result<Silence>> Silences::begin(Silence asked) {
  asked.number = ++last_number_;
  asked.from = clock_.now();
  std::string text =
      fmt::format("receivers are not told of {} for {} (silence {}): {}", what_of(asked),
                  for_people(asked.until - asked.from), asked.number, asked.reason);
  const Recorder::Turn turn = post(asked, "silence.started", std::move(text), asked.by);
  Result<void> written = co_await recorder_.outcome(turn, clock_.now() + commit_patience);
  if (!written) {
    if (!recorder_.forget(turn)) {
      // A disk that wakes up later keeps what nobody was promised.
      asked.ended_at = clock_.now();
      (void)post(asked, "silence.ended", "it could not be recorded in time", "ripcord");
    }
    co_return std::unexpected(std::move(written).error());
  }
  silences_.push_back(asked);
  changed_.notify();
  co_return asked;
}

boost::asio::awaitable<Result<Silence>> Silences::end(std::int64_t number, std::string by) {
  const Instant now = clock_.now();
  const auto found = std::ranges::find(silences_, number, &Silence::number);
  if (found == silences_.end() || !is_in_force(*found, now)) {
    co_return failure(Fault::missing, fmt::format("there is no silence {} in force", number));
  }
  found->ended_at = now;
  Silence ended = *found;
  changed_.notify();
  std::string text =
      fmt::format("receivers are told of {} again (silence {})", what_of(ended), ended.number);
  // When it cannot be recorded now it is kept for later.
  const Recorder::Turn turn = post(ended, "silence.ended", std::move(text), std::move(by));
  const Result<void> written = co_await recorder_.outcome(turn, clock_.now() + commit_patience);
  if (!written) spdlog::error("the end of silence {}: {}", number, written.error().message);
  co_return ended;
}

boost::asio::awaitable<void> Silences::watch(std::function<void(const Silence& ended)> told) {
  for (;;) {
    std::vector<Silence> over;
    std::erase_if(silences_, [&](const Silence& silence) {
      if (has_ended(silence)) over.push_back(silence);
      return has_ended(silence);
    });
    for (const Silence& silence : over) told(silence);
    if (!over.empty()) continue;
    Instant until = clock_.now() + look_again;
    for (const Silence& silence : silences_) until = std::min(until, silence.until);
    (void)co_await net::before(clock_, until, changed_.wait());
  }
}

bool Silences::has_ended(const Silence& silence) const {
  return silence.ended_at || silence.until <= clock_.now();
}

Recorder::Turn Silences::post(Silence silence, std::string kind, std::string text, std::string by) {
  store::Commit commit;
  spdlog::info("{} {}: {} (by {})", silence.service, kind, text, by);
  commit.records.push_back({.at = clock_.now(),
                            .service = silence.service,
                            .deployment = "",
                            .kind = std::move(kind),
                            .text = std::move(text),
                            .by = std::move(by),
                            .severity = Severity::info});
  commit.silences.push_back(std::move(silence));
  return recorder_.post(std::move(commit));
}

}  // namespace ripcord::runtime
