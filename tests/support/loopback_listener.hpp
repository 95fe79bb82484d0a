#pragma once

#include <cstdint>

namespace ripcord::test {

/// A TCP socket that listens on a free port of 127.0.0.1, for servers that are a thread of a test.
class LoopbackListener {
 public:
  /// Throws std::runtime_error when it cannot. `backlog` connections wait at most to be accepted.
  explicit LoopbackListener(int backlog = 64);
  ~LoopbackListener();
  LoopbackListener(const LoopbackListener&) = delete;
  LoopbackListener& operator=(const LoopbackListener&) = delete;

  [[nodiscard]] std::uint16_t port() const { return port_; }
  /// The next connection, which the caller closes; negative after stop().
  [[nodiscard]] int accept() const;
  /// From any thread: nobody is waited for any more.
  void stop() const;

 private:
  int socket_ = -1;
  int stop_ = -1;  ///< an eventfd
  std::uint16_t port_ = 0;
};

}  // namespace ripcord::test
