#pragma once

#include "model/vocabulary.hpp"
#include "net/before.hpp"
#include "net/wakeup.hpp"
#include "probe/probe.hpp"
#include "tests/support/loop.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <exception>
#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace ripcord::test {

/// One occurrence, and when it was heard of.
struct Heard {
  std::string kind;
  std::uint32_t count = 1;
  std::string note;
  Instant at;
};

/// Watches with a probe and remembers what it hears.
class Watching final : public probe::Watcher {
 public:
  Watching(Loop& loop, probe::Probe& probe, Vocabulary vocabulary)
      : loop_(loop), vocabulary_(std::move(vocabulary)), heard_more_(loop.context.get_executor()) {
    tasks_.spawn("watch", probe.watch(*this));
  }
  ~Watching() override { loop_.end(tasks_); }
  Watching(const Watching&) = delete;
  Watching& operator=(const Watching&) = delete;

  void occurred(Occurrence occurrence) override {
    heard_.push_back({.kind = vocabulary_.occurrences.at(occurrence.kind),
                      .count = occurrence.count,
                      .note = occurrence.note,
                      .at = occurrence.at});
    heard_more_.notify();
  }
  void replaced(probe::Replacement replacement) override {
    replacements_.push_back(std::move(replacement));
    heard_more_.notify();
  }
  void look_now() override {
    ++looks_;
    heard_more_.notify();
  }

  [[nodiscard]] const std::vector<Heard>& heard() const { return heard_; }
  [[nodiscard]] const std::vector<probe::Replacement>& replacements() const {
    return replacements_;
  }
  [[nodiscard]] int looks() const { return looks_; }

  [[nodiscard]] std::uint32_t count(std::string_view kind) const {
    std::uint32_t sum = 0;
    for (const Heard& heard : heard_) {
      if (heard.kind == kind) sum += heard.count;
    }
    return sum;
  }

  /// Runs the loop until `is_so()`, which is asked whenever something was heard; whether it came
  /// to that in time.
  bool wait_until(std::function<bool()> is_so, Duration patience = std::chrono::seconds(15)) {
    return loop_.wait_for(heard_until(std::move(is_so), loop_.clock.now() + patience));
  }

  /// Runs the loop until at least so many of one kind were heard.
  bool wait_for(const std::string& kind, std::uint32_t wanted = 1,
                Duration patience = std::chrono::seconds(15)) {
    return wait_until([this, kind, wanted] { return count(kind) >= wanted; }, patience);
  }

  /// Runs the loop until the first look: from then on everything is heard.
  bool wait_for_look() {
    const int before = looks_;
    return before > 0 || wait_until([this, before] { return looks_ > before; });
  }

 private:
  boost::asio::awaitable<bool> heard_until(std::function<bool()> is_so, Instant deadline) {
    while (!is_so()) {
      const Result<void> more = co_await net::before(loop_.clock, deadline, heard_more_.wait());
      if (!more) break;
    }
    co_return is_so();
  }

  Loop& loop_;
  Vocabulary vocabulary_;
  net::Wakeup heard_more_;
  std::vector<Heard> heard_;
  std::vector<probe::Replacement> replacements_;
  int looks_ = 0;
  net::TaskGroup tasks_{loop_.context.get_executor(),
                        [](const std::string& name, const std::exception_ptr&) {
                          ADD_FAILURE() << name << " threw";
                        }};
};

}  // namespace ripcord::test
