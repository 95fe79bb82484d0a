#include "ripcord/held_signals.hpp"

#include <algorithm>
#include <array>

namespace ripcord::cli {
namespace {

constexpr std::array ending{SIGINT, SIGTERM, SIGHUP, SIGQUIT};

}  // namespace

HeldSignals::HeldSignals() {
  ::sigemptyset(&held_);
  for (const int signal : ending) ::sigaddset(&held_, signal);
  ::sigaddset(&held_, SIGUSR1);
  ::sigaddset(&held_, SIGUSR2);
  // Fails only for a set that is none.
  (void)::pthread_sigmask(SIG_BLOCK, &held_, &before_);
}

HeldSignals::~HeldSignals() {
  (void)::pthread_sigmask(SIG_SETMASK, &before_, nullptr);
}

bool asks_to_end(int signal) {
  return std::ranges::find(ending, signal) != ending.end();
}

}  // namespace ripcord::cli
