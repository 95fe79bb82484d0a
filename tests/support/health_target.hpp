#pragma once

#include "tests/support/loopback_listener.hpp"

#include <atomic>
#include <cstdint>
#include <thread>
#include <vector>

namespace ripcord::test {

/// A real application's health endpoint for tests: a server on a free port of 127.0.0.1 whose
/// answer can be changed at any time. Answers every path alike, one request a connection.
class HealthTarget {
 public:
  HealthTarget() : thread_([this] { serve(); }) {}
  ~HealthTarget();
  HealthTarget(const HealthTarget&) = delete;
  HealthTarget& operator=(const HealthTarget&) = delete;

  [[nodiscard]] std::uint16_t port() const { return listener_.port(); }
  void answer(int status) { status_ = status; }
  /// Requests answered so far.
  [[nodiscard]] int answered() const { return answered_; }
  /// When the `count`-th answer in a row with this status left, in nanoseconds since the epoch; 0
  /// when there were fewer. Asked once the answers have come to rest.
  [[nodiscard]] std::int64_t answered_at(int count) const {
    return count <= static_cast<int>(row_.size()) ? row_[static_cast<std::size_t>(count) - 1] : 0;
  }

 private:
  void serve();
  void note(int status);

  LoopbackListener listener_;
  std::atomic<int> status_ = 200;
  std::atomic<int> answered_ = 0;
  int last_status_ = 0;
  std::vector<std::int64_t> row_;  ///< the instants of the last answers with one status
  std::thread thread_;
};

}  // namespace ripcord::test
