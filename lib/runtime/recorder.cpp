#include "runtime/recorder.hpp"

#include "net/before.hpp"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <cstddef>
#include <utility>

namespace ripcord::runtime {
namespace {

using namespace std::chrono_literals;

/// About a day of a busy service; a row is a few hundred bytes.
constexpr std::size_t backlog_max = 10'000;
constexpr std::size_t lost_max = 100;
/// How often a journal that could not be written is tried again.
constexpr Duration retry_pause = 5s;

/// What is on disk says otherwise: it never will be taken.
bool is_contradiction(Fault fault) {
  return fault == Fault::exists || fault == Fault::refused;
}

}  // namespace

Recorder::Turn Recorder::post(store::Commit commit) {
  if (backlog_.size() >= backlog_max) make_room();
  backlog_.push_back({.turn = ++last_turn_, .commit = std::move(commit)});
  arrived_.notify();
  return last_turn_;
}

void Recorder::make_room() {
  const auto oldest = backlog_.begin() + (is_writing_ ? 1 : 0);
  note_loss(oldest->turn, {Fault::full, "too much is waiting to be written"});
  backlog_.erase(oldest);
}

boost::asio::awaitable<Result<void>> Recorder::outcome(Turn turn, Instant deadline) {
  while (is_kept(turn)) {
    if (failed_up_to_ >= turn) co_return failure(Fault::full, trouble_);
    const Result<void> changed = co_await net::before(clock_, deadline, changed_.wait());
    if (changed) continue;
    note_failure({Fault::timeout, "it does not answer: the disk hangs"});
    co_return failure(Fault::timeout, trouble_);
  }
  const auto lost = lost_.find(turn);
  if (lost == lost_.end()) co_return Result<void>{};
  Error error = std::move(lost->second);
  lost_.erase(lost);
  co_return std::unexpected(std::move(error));
}

boost::asio::awaitable<Result<void>> Recorder::commit(store::Commit commit, Instant deadline) {
  const Turn turn = post(std::move(commit));
  Result<void> done = co_await outcome(turn, deadline);
  co_return done;
}

bool Recorder::forget(Turn turn) {
  const auto place = std::ranges::find(backlog_, turn, &Kept::turn);
  const bool is_under_way = is_writing_ && place == backlog_.begin();
  if (place == backlog_.end() || is_under_way) return false;
  backlog_.erase(place);
  return true;
}

bool Recorder::is_kept(Turn turn) const {
  return std::ranges::find(backlog_, turn, &Kept::turn) != backlog_.end();
}

boost::asio::awaitable<void> Recorder::keep_writing() {
  for (;;) {
    if (backlog_.empty()) {
      (void)co_await arrived_.wait();
      continue;
    }
    const Turn newest = last_turn_;
    const bool is_over = co_await write_oldest();
    // What has come meanwhile is a reason to try at once.
    if (is_over || last_turn_ != newest) continue;
    (void)co_await net::before(clock_, clock_.now() + retry_pause, arrived_.wait());
  }
}

boost::asio::awaitable<bool> Recorder::write_oldest() {
  const Turn turn = backlog_.front().turn;
  const Turn newest = last_turn_;
  std::function<Result<void>()> work = [this, next = backlog_.front().commit] {
    return journal_.commit(next);
  };
  is_writing_ = true;
  const Result<void> done = co_await pool_.run<void>(std::move(work));
  is_writing_ = false;
  const bool is_over = done || is_contradiction(done.error().fault);
  if (is_over) backlog_.pop_front();
  if (done) {
    ++figures_.commits;
    told_();
  } else if (is_over) {
    note_loss(turn, done.error());
  } else {
    ++figures_.commits_failed;
    failed_up_to_ = newest;
    note_failure(done.error());
  }
  if (is_over && backlog_.empty() && !trouble_.empty()) {
    spdlog::warn("the journal can be written again");
    trouble_.clear();
    trouble_since_.reset();
  }
  changed_.notify();
  co_return is_over;
}

void Recorder::note_failure(const Error& error) {
  if (trouble_.empty()) {
    spdlog::critical("the journal cannot be written, going on without it: {}", error.message);
  }
  trouble_ = error.message;
  if (!trouble_since_) trouble_since_ = clock_.now();
}

void Recorder::note_loss(Turn turn, const Error& error) {
  ++figures_.commits_lost;
  spdlog::critical("journal: a commit is lost: {}", error.message);
  lost_.emplace(turn, error);
  if (lost_.size() > lost_max) lost_.erase(lost_.begin());
}

boost::asio::awaitable<void> Recorder::drain(Instant deadline) {
  const std::uint64_t failed_before = figures_.commits_failed;
  while (!backlog_.empty() && figures_.commits_failed == failed_before) {
    const Result<void> changed = co_await net::before(clock_, deadline, changed_.wait());
    if (!changed) co_return;
  }
}

}  // namespace ripcord::runtime
