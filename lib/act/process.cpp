#include "act/process.hpp"

#include "act/posix.hpp"
#include "base/text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <ctime>
#include <dirent.h>
#include <fcntl.h>
#include <memory>
#include <unistd.h>

namespace ripcord::act {
namespace {

template <class Number>
bool parse_number(std::string_view text, Number& number) {
  const char* last = text.data() + text.size();
  const auto [end, error] = std::from_chars(text.data(), last, number);
  return error == std::errc() && end == last;
}

struct CloseDirectory {
  void operator()(DIR* directory) const { (void)::closedir(directory); }
};

/// Everything that /proc shows, in its order.
std::vector<ProcessStat> all_processes() {
  std::vector<ProcessStat> all;
  const std::unique_ptr<DIR, CloseDirectory> proc(::opendir("/proc"));
  if (!proc) return all;
  // One thread: a keeper has no other, the daemon does not call this.
  while (const dirent* entry = ::readdir(proc.get())) {  // NOLINT(concurrency-mt-unsafe)
    pid_t pid = 0;
    if (!parse_number(std::string_view(entry->d_name), pid)) continue;
    if (const std::optional<ProcessStat> stat = stat_of(pid)) all.push_back(*stat);
  }
  return all;
}

Duration read_clock(clockid_t clock) {
  timespec time{};
  (void)::clock_gettime(clock, &time);
  return std::chrono::duration_cast<Duration>(std::chrono::seconds(time.tv_sec) +
                                              std::chrono::nanoseconds(time.tv_nsec));
}

Result<std::string> read_proc(const std::string& path) {
  const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!file) return failed(path, errno);
  return read_all(file.get(), 16UL * 1024);
}

}  // namespace

std::optional<ProcessStat> parse_stat(std::string_view text) {
  // "PID (NAME) STATE PPID …": a process chooses its name, which may hold spaces and parentheses.
  const std::size_t open = text.find(" (");
  const std::size_t close = text.rfind(") ");
  if (open == std::string_view::npos || close == std::string_view::npos || close < open) {
    return std::nullopt;
  }
  const std::vector<std::string_view> fields = split(trim(text.substr(close + 2)), ' ');
  constexpr std::size_t start_time_field = 22 - 3;  // counted from the state, which is field 3
  if (fields.size() <= start_time_field || fields[0].size() != 1) return std::nullopt;

  ProcessStat stat;
  stat.state = fields[0].front();
  const bool good = parse_number(text.substr(0, open), stat.mark.pid) &&
                    parse_number(fields[1], stat.parent) &&
                    parse_number(fields[start_time_field], stat.mark.start_time);
  return good ? std::optional(stat) : std::nullopt;
}

std::optional<ProcessStat> stat_of(pid_t pid) {
  const Result<std::string> text = read_proc(fmt::format("/proc/{}/stat", pid));
  return text ? parse_stat(*text) : std::nullopt;
}

ProcessMark mark_of(pid_t pid) {
  const std::optional<ProcessStat> stat = stat_of(pid);
  return stat ? stat->mark : ProcessMark{.pid = pid, .start_time = 0};
}

bool is_alive(const ProcessMark& mark) {
  const std::optional<ProcessStat> stat = stat_of(mark.pid);
  return stat && stat->mark == mark && stat->state != 'Z' && stat->state != 'X';
}

std::vector<pid_t> descendants_of(pid_t ancestor) {
  std::vector<ProcessStat> rest = all_processes();
  std::vector<pid_t> family{ancestor};
  for (std::size_t i = 0; i < family.size(); ++i) {
    const auto children = std::partition(
        rest.begin(), rest.end(), [&](const ProcessStat& p) { return p.parent != family[i]; });
    for (auto child = children; child != rest.end(); ++child) {
      if (child->state != 'Z' && child->state != 'X') family.push_back(child->mark.pid);
    }
    rest.erase(children, rest.end());
  }
  family.erase(family.begin());
  return family;
}

std::string boot_id() {
  const Result<std::string> text = read_proc("/proc/sys/kernel/random/boot_id");
  return text ? std::string(trim(*text)) : std::string();
}

Instant wall_time() {
  return Instant(read_clock(CLOCK_REALTIME));
}

Duration monotonic_time() {
  return read_clock(CLOCK_MONOTONIC);
}

}  // namespace ripcord::act
