#pragma once

#include "base/result.hpp"
#include "base/time.hpp"
#include "net/blocking.hpp"
#include "net/clock.hpp"
#include "net/wakeup.hpp"
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

namespace ripcord::runtime {

/// Writes to the journal, in order, through a thread of its own; keeps what could not be written
/// and tries again before anything newer.
class Recorder {
 public:
  struct Figures {
    std::uint64_t commits = 0;
    std::uint64_t commits_failed = 0;
    std::uint64_t commits_lost = 0;  ///< given up for good
  };

  /// The place of a commit in the order of all.
  using Turn = std::uint64_t;

  /// Borrows all of them. `pool` has exactly one thread.
  Recorder(const boost::asio::any_io_executor& executor, net::Clock& clock, store::Journal& journal,
           net::BlockingPool& pool)
      : clock_(clock), journal_(journal), pool_(pool), arrived_(executor), changed_(executor) {}

  /// What hears of each commit that is on disk. Before the first one.
  void tell_on_commit(std::function<void()> told) { told_ = std::move(told); }

  /// Takes a commit, which is written after those before it.
  Turn post(store::Commit commit);

  /// Without an Error it is on disk. With one it is kept for later, unless it contradicts what is
  /// on disk (Fault::exists, refused): then it is lost. Fault::timeout when nobody knows
  /// by `deadline`: the disk hangs.
  boost::asio::awaitable<Result<void>> outcome(Turn turn, Instant deadline);

  /// Both in one.
  boost::asio::awaitable<Result<void>> commit(store::Commit commit, Instant deadline);

  /// Takes a commit back, as if it had never been asked for. False when it is too late for that:
  /// it is written, or lost, or just being written.
  bool forget(Turn turn);

  /// Writes what is posted, for ever (until cancelled).
  boost::asio::awaitable<void> keep_writing();

  /// Returns when all is written, or when that fails, or when `deadline` passes.
  boost::asio::awaitable<void> drain(Instant deadline);

  /// How many commits are kept for later.
  [[nodiscard]] std::size_t backlog() const { return backlog_.size(); }
  [[nodiscard]] bool has_backlog() const { return !backlog_.empty(); }
  /// Why the journal cannot be written; empty when it can.
  [[nodiscard]] const std::string& trouble() const { return trouble_; }
  /// Since when it cannot; nothing when it can.
  [[nodiscard]] const std::optional<Instant>& trouble_since() const { return trouble_since_; }
  /// Returns after the next try to write.
  boost::asio::awaitable<Result<void>> wait_for_change() { return changed_.wait(); }
  [[nodiscard]] const Figures& figures() const { return figures_; }

  /// Runs a query of the journal on its thread.
  template <class T>
  boost::asio::awaitable<Result<T>> query(std::function<Result<T>(store::Journal&)> ask) {
    std::function<Result<T>()> work = [this, ask = std::move(ask)] { return ask(journal_); };
    return pool_.run<T>(std::move(work));
  }

 private:
  struct Kept {
    Turn turn = 0;
    store::Commit commit;
  };

  /// False when the oldest commit must be tried again later.
  boost::asio::awaitable<bool> write_oldest();
  void note_failure(const Error& error);
  void note_loss(Turn turn, const Error& error);
  void make_room();
  [[nodiscard]] bool is_kept(Turn turn) const;

  net::Clock& clock_;
  store::Journal& journal_;
  net::BlockingPool& pool_;
  net::Wakeup arrived_;
  net::Wakeup changed_;
  std::deque<Kept> backlog_;  ///< oldest first
  bool is_writing_ = false;   ///< the oldest is on its way to the disk
  Turn last_turn_ = 0;
  Turn failed_up_to_ = 0;       ///< the newest that waited when an attempt failed
  std::map<Turn, Error> lost_;  ///< the latest of those that are, for who waits for them
  std::string trouble_;
  std::optional<Instant> trouble_since_;
  std::function<void()> told_ = [] {};
  Figures figures_;
};

}  // namespace ripcord::runtime
