#include "ripcord/held_signals.hpp"

#include <algorithm>

namespace ripcord::cli {

HeldSignals::HeldSignals() {
  ::sigemptyset(&held_);
  for (const int signal : ending_signals) ::sigaddset(&held_, signal);
  ::sigaddset(&held_, SIGUSR1);
  ::sigaddset(&held_, SIGUSR2);
  // Fails only for a set that is none.
  (void)::pthread_sigmask(SIG_BLOCK, &held_, &before_);
}

HeldSignals::~HeldSignals() {
  (void)::pthread_sigmask(SIG_SETMASK, &before_, nullptr);
}

void HeldSignals::release_ending() {
  ::sigset_t freed{};
  ::sigemptyset(&freed);
  for (const int signal : ending_signals) {
    if (::sigismember(&before_, signal) == 0) ::sigaddset(&freed, signal);
  }
  (void)::pthread_sigmask(SIG_UNBLOCK, &freed, nullptr);
}

bool asks_to_end(int signal) {
  return std::ranges::find(ending_signals, signal) != ending_signals.end();
}

}  // namespace ripcord::cli
