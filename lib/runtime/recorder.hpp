#pragma once

#include "base/result.hpp"
#include "net/blocking.hpp"
#include "store/journal.hpp"

#include <boost/asio/awaitable.hpp>

#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <string>

namespace ripcord::runtime {

/// Commits to the journal, in order, through a thread of its own; keeps what could not be written
/// and tries again before anything newer.
class Recorder {
 public:
  struct Figures {
    std::uint64_t commits = 0;
    std::uint64_t commits_failed = 0;
    std::uint64_t commits_lost = 0;  ///< given up for good
  };

  /// Borrows both. `pool` has exactly one thread.
  Recorder(store::Journal& journal, net::BlockingPool& pool) : journal_(journal), pool_(pool) {}

  /// On disk when it returns without an Error. With one, the commit is kept for later.
  /// Calls must not overlap.
  boost::asio::awaitable<Result<void>> commit(store::Commit commit);

  /// Takes back the newest commit that could not be written, as if it had never been asked for.
  void forget_newest();

  /// Tries what is kept once more.
  boost::asio::awaitable<Result<void>> retry();

  [[nodiscard]] bool has_backlog() const { return !backlog_.empty(); }
  /// Why the journal cannot be written; empty when it can.
  [[nodiscard]] const std::string& trouble() const { return trouble_; }
  [[nodiscard]] const Figures& figures() const { return figures_; }

  /// Runs a query of the journal on its thread.
  template <class T>
  boost::asio::awaitable<Result<T>> query(std::function<Result<T>(store::Journal&)> ask) {
    std::function<Result<T>()> work = [this, ask = std::move(ask)] { return ask(journal_); };
    return pool_.run<T>(std::move(work));
  }

 private:
  store::Journal& journal_;
  net::BlockingPool& pool_;
  std::deque<store::Commit> backlog_;  ///< oldest first
  std::string trouble_;
  Figures figures_;
};

}  // namespace ripcord::runtime
