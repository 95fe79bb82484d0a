#include "act/tree.hpp"

#include "act/process.hpp"

#include <chrono>
#include <signal.h>  // NOLINT(modernize-deprecated-headers): kill is POSIX
#include <unistd.h>

namespace ripcord::act {
namespace {

/// How long, and how often, KILL is repeated.
constexpr Duration kill_patience = std::chrono::seconds(5);
constexpr Duration kill_again = std::chrono::milliseconds(20);

}  // namespace

void signal_tree(int signal) {
  for (const pid_t pid : descendants_of(::getpid())) (void)::kill(pid, signal);
}

bool await_empty_tree(Watch& watch, Duration until) {
  while (watch.reap()) {
    if (monotonic_time() >= until) return false;
    watch.pump(until);
  }
  return true;
}

std::size_t kill_tree(Watch& watch) {
  const Duration until = monotonic_time() + kill_patience;
  do {
    signal_tree(SIGKILL);  // again, because it may have forked between our look and our signal
  } while (!await_empty_tree(watch, monotonic_time() + kill_again) && monotonic_time() < until);
  return descendants_of(::getpid()).size();
}

}  // namespace ripcord::act
