#pragma once

#include "act/watch.hpp"
#include "base/time.hpp"

#include <cstddef>

namespace ripcord::act {

// The process tree of a keeper: what descends from this process, which is a sub-reaper, so that
// orphans stay in it whatever session they made for themselves.

/// Sends `signal` to every descendant. O(processes of the machine).
void signal_tree(int signal);

/// Whether all descendants are gone by `until` (monotonic). The last of them is always a child of
/// ours, so that its death is heard.
[[nodiscard]] bool await_empty_tree(Watch& watch, Duration until);

/// Kills what is there until nothing is left, for a few seconds at most; how many are left then,
/// such as processes that the kernel itself holds.
[[nodiscard]] std::size_t kill_tree(Watch& watch);

}  // namespace ripcord::act
