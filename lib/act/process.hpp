#pragma once

#include "base/time.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <sys/types.h>
#include <vector>

namespace ripcord::act {

/// Names one process for ever within a boot: a pid alone is used again.
struct ProcessMark {
  pid_t pid = 0;
  std::uint64_t start_time = 0;  ///< in clock ticks since boot: field 22 of /proc/PID/stat

  friend bool operator==(const ProcessMark&, const ProcessMark&) = default;
};

/// What is used of /proc/PID/stat.
struct ProcessStat {
  ProcessMark mark;
  pid_t parent = 0;
  char state = '?';  ///< `Z` is a zombie
};

/// Nothing when `text` is not the content of a stat file. The name in it may hold any bytes.
[[nodiscard]] std::optional<ProcessStat> parse_stat(std::string_view text);

/// Nothing when there is no such process.
[[nodiscard]] std::optional<ProcessStat> stat_of(pid_t pid);

/// Of a process that exists; without /proc its start time is 0.
[[nodiscard]] ProcessMark mark_of(pid_t pid);

/// True while that very process exists and is no zombie.
[[nodiscard]] bool is_alive(const ProcessMark& mark);

/// Children, their children and so on, without zombies. O(processes of the machine).
[[nodiscard]] std::vector<pid_t> descendants_of(pid_t ancestor);

/// Of the running kernel; another one after each start of the machine. Empty if it cannot be read.
[[nodiscard]] std::string boot_id();

/// The clocks of a keeper, which lives alone and for one run only: it has no net::Clock.
[[nodiscard]] Instant wall_time();
[[nodiscard]] Duration monotonic_time();

}  // namespace ripcord::act
