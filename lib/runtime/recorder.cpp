#include "runtime/recorder.hpp"

#include <spdlog/spdlog.h>

#include <utility>

namespace ripcord::runtime {
namespace {

/// About a day of a busy service; a row is a few hundred bytes.
constexpr std::size_t backlog_max = 10'000;

}  // namespace

boost::asio::awaitable<Result<void>> Recorder::commit(store::Commit commit) {
  if (backlog_.size() >= backlog_max) {
    backlog_.pop_front();
    ++figures_.commits_lost;
    spdlog::critical("journal: too much is waiting to be written; the oldest commit is lost");
  }
  backlog_.push_back(std::move(commit));
  Result<void> done = co_await retry();
  co_return done;
}

void Recorder::forget_newest() {
  if (!backlog_.empty()) backlog_.pop_back();
}

boost::asio::awaitable<Result<void>> Recorder::retry() {
  while (!backlog_.empty()) {
    std::function<Result<void>()> work = [this, next = backlog_.front()] {
      return journal_.commit(next);
    };
    Result<void> done = co_await pool_.run<void>(std::move(work));
    if (!done && done.error().fault != Fault::exists) {
      ++figures_.commits_failed;
      if (trouble_.empty()) {
        spdlog::critical("the journal cannot be written, going on without it: {}",
                         done.error().message);
      }
      trouble_ = done.error().message;
      co_return done;
    }
    backlog_.pop_front();
    if (!done) {
      // It contradicts what is on disk, so it never will be taken: say so and go on.
      ++figures_.commits_lost;
      spdlog::critical("journal: a commit is lost: {}", done.error().message);
      if (backlog_.empty()) co_return done;
      continue;
    }
    ++figures_.commits;
  }
  if (!trouble_.empty()) spdlog::warn("the journal can be written again; nothing was lost");
  trouble_.clear();
  co_return Result<void>{};
}

}  // namespace ripcord::runtime
