#pragma once

#include <array>
#include <csignal>

namespace ripcord::cli {

/// Keeps the signals that ask a program to end, and those that people make up, from doing anything
/// to this one as long as it lives: they stay pending, to be read from a signalfd.
///
/// Made before any thread is: the threads that come later inherit it.
class HeldSignals {
 public:
  HeldSignals();
  ~HeldSignals();
  HeldSignals(const HeldSignals&) = delete;
  HeldSignals& operator=(const HeldSignals&) = delete;

  /// From now on the signals that ask a program to end do what they did before, those too that are
  /// pending. Call it on the thread that made this.
  void release_ending();

  [[nodiscard]] const sigset_t& held() const { return held_; }
  /// What was blocked before: for a child.
  [[nodiscard]] const sigset_t& before() const { return before_; }

 private:
  sigset_t held_{};
  sigset_t before_{};
};

/// SIGINT, SIGTERM, SIGHUP, SIGQUIT: whoever sends one wants the work to end.
inline constexpr std::array ending_signals{SIGINT, SIGTERM, SIGHUP, SIGQUIT};
/// Whether it is one of them.
[[nodiscard]] bool asks_to_end(int signal);

}  // namespace ripcord::cli
