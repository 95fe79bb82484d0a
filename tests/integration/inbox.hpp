#pragma once

#include "tests/support/loopback_listener.hpp"

#include <atomic>
#include <cstddef>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace ripcord::test {

/// A server of webhooks on a free port of 127.0.0.1 that keeps what it is sent, and takes it, or
/// refuses it, or does not answer. Its answers repeat the whole request, with all that is secret in
/// it. One request a connection, one after the other.
class Inbox {
 public:
  struct Letter {
    std::string id;    ///< of the header `webhook-id`
    std::string body;  ///< as it came
    int status = 200;  ///< what was answered; 0: nothing
  };

  Inbox() : thread_([this] { serve(); }) {}
  ~Inbox();
  Inbox(const Inbox&) = delete;
  Inbox& operator=(const Inbox&) = delete;

  [[nodiscard]] std::string url() const;
  /// 0: hangs up without an answer.
  void answer(int status) { status_ = status; }
  [[nodiscard]] std::vector<Letter> letters() const;
  /// Those that were taken and have `text` in their body.
  [[nodiscard]] std::vector<Letter> taken_with(const std::string& text) const;

 private:
  void serve();
  void take(int peer);

  LoopbackListener listener_;
  std::atomic<int> status_ = 200;
  mutable std::mutex mutex_;
  std::vector<Letter> letters_;
  std::thread thread_;
};

}  // namespace ripcord::test
