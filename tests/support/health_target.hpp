#pragma once

#include <atomic>
#include <cstdint>
#include <thread>

namespace ripcord::test {

/// A real application's health endpoint for tests: a server on a free port of 127.0.0.1 whose
/// answer can be changed at any time. Answers every path alike, one request a connection.
class HealthTarget {
 public:
  HealthTarget();
  ~HealthTarget();
  HealthTarget(const HealthTarget&) = delete;
  HealthTarget& operator=(const HealthTarget&) = delete;

  [[nodiscard]] std::uint16_t port() const { return port_; }
  void answer(int status) { status_ = status; }
  /// Requests answered so far.
  [[nodiscard]] int answered() const { return answered_; }

 private:
  void serve();

  int listener_ = -1;
  int stop_ = -1;  ///< an eventfd
  std::uint16_t port_ = 0;
  std::atomic<int> status_ = 200;
  std::atomic<int> answered_ = 0;
  std::thread thread_;
};

}  // namespace ripcord::test
