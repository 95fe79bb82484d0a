#include "probe/docker/cgroup.hpp"

#include "base/text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstddef>
#include <fcntl.h>
#include <unistd.h>
#include <utility>

namespace ripcord::probe::docker {
namespace {

constexpr std::size_t file_bytes_max = 256UL * 1024;

std::vector<std::string> words_of(std::string_view text, char separator) {
  std::vector<std::string> words;
  for (const std::string_view part : split(text, separator)) {
    if (!part.empty()) words.emplace_back(part);
  }
  return words;
}

std::optional<std::uint64_t> number_of(std::string_view text) {
  std::uint64_t number = 0;
  const std::string_view digits = trim(text);
  const char* const last = digits.data() + digits.size();
  const auto [end, error] = std::from_chars(digits.data(), last, number);
  if (error != std::errc() || end != last) return std::nullopt;
  return number;
}

/// A small file of /proc or /sys; nothing when it cannot be read.
std::optional<std::string> contents(const std::string& path) {
  const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (file < 0) return std::nullopt;
  std::string text;
  std::array<char, 4096> piece{};
  ssize_t got = ::read(file, piece.data(), piece.size());
  while (got > 0 && text.size() < file_bytes_max) {
    text.append(piece.data(), static_cast<std::size_t>(got));
    got = ::read(file, piece.data(), piece.size());
  }
  ::close(file);
  if (got < 0) return std::nullopt;
  return text;
}

std::optional<std::uint64_t> number_in(const std::string& path) {
  const auto text = contents(path);
  return text ? number_of(*text) : std::nullopt;
}

/// Without the page cache that can be dropped, as `docker stats` shows it.
std::optional<std::uint64_t> memory_in_use(std::optional<std::uint64_t> usage,
                                           const std::string& stat_file, std::string_view key) {
  if (!usage) return std::nullopt;
  const auto stat = contents(stat_file);
  const std::uint64_t inactive = stat ? number_after(*stat, key).value_or(0) : 0;
  return *usage - (inactive < *usage ? inactive : 0);
}

/// The limit, or the machine's memory where there is none or it is beyond that.
std::optional<std::uint64_t> limit_of(std::optional<std::uint64_t> limit, const std::string& root) {
  const auto meminfo = contents(root + "/proc/meminfo");
  const auto kilobytes = meminfo ? number_after(*meminfo, "MemTotal:") : std::nullopt;
  if (!kilobytes) return limit;
  return std::min(limit.value_or(*kilobytes * 1024), *kilobytes * 1024);
}

struct Places {
  std::vector<CgroupPath> paths;
  const std::vector<CgroupMount>& mounts;
  const std::string& root;

  [[nodiscard]] std::optional<std::string> folder(std::string_view controller) const {
    auto found = cgroup_folder(paths, mounts, controller);
    if (found) found->insert(0, root);
    return found;
  }
};

/// Files of version 1. Nothing without the CPU's, which every container has.
std::optional<Usage> read_version_1(const Places& places) {
  const auto cpu = places.folder("cpuacct");
  const auto used = cpu ? number_in(*cpu + "/cpuacct.usage") : std::nullopt;
  if (!used) return std::nullopt;
  Usage usage;
  usage.cpu_ns = *used;
  if (const auto memory = places.folder("memory")) {
    usage.memory = memory_in_use(number_in(*memory + "/memory.usage_in_bytes"),
                                 *memory + "/memory.stat", "total_inactive_file");
    usage.memory_limit = limit_of(number_in(*memory + "/memory.limit_in_bytes"), places.root);
  }
  if (const auto pids = places.folder("pids")) usage.pids = number_in(*pids + "/pids.current");
  if (const auto block = places.folder("blkio")) {
    // The engine reads them in this order too.
    auto bytes = contents(*block + "/blkio.io_service_bytes_recursive");
    if (!bytes) bytes = contents(*block + "/blkio.throttle.io_service_bytes");
    if (bytes) {
      usage.block_read = sum_blkio(*bytes, "Read");
      usage.block_written = sum_blkio(*bytes, "Write");
    }
  }
  return usage;
}

std::optional<Usage> read_version_2(const Places& places) {
  const auto folder = places.folder("");
  const auto cpu = folder ? contents(*folder + "/cpu.stat") : std::nullopt;
  const auto used_us = cpu ? number_after(*cpu, "usage_usec") : std::nullopt;
  if (!used_us) return std::nullopt;
  Usage usage;
  usage.cpu_ns = *used_us * 1000;
  usage.memory = memory_in_use(number_in(*folder + "/memory.current"), *folder + "/memory.stat",
                               "inactive_file");
  // "max" is no number: there is no limit then.
  usage.memory_limit = limit_of(number_in(*folder + "/memory.max"), places.root);
  usage.pids = number_in(*folder + "/pids.current");
  if (const auto io = contents(*folder + "/io.stat")) {
    usage.block_read = sum_io_stat(*io, "rbytes");
    usage.block_written = sum_io_stat(*io, "wbytes");
  }
  return usage;
}

bool holds(const std::vector<std::string>& words, std::string_view word) {
  return std::ranges::find(words, word) != words.end();
}

}  // namespace

std::vector<CgroupPath> parse_cgroup_paths(std::string_view text) {
  std::vector<CgroupPath> paths;
  for (const std::string_view line : split(text, '\n')) {
    const std::size_t first = line.find(':');
    const std::size_t second = first == std::string_view::npos ? first : line.find(':', first + 1);
    if (second == std::string_view::npos) continue;
    paths.push_back({.controllers = words_of(line.substr(first + 1, second - first - 1), ','),
                     .path = std::string(line.substr(second + 1))});
  }
  return paths;
}

std::vector<CgroupMount> parse_cgroup_mounts(std::string_view text) {
  constexpr std::size_t root_field = 3;
  constexpr std::size_t point_field = 4;
  std::vector<CgroupMount> mounts;
  for (const std::string_view line : split(text, '\n')) {
    const std::size_t dash = line.find(" - ");
    if (dash == std::string_view::npos) continue;
    const auto before = words_of(line.substr(0, dash), ' ');
    const auto after = words_of(line.substr(dash + 3), ' ');
    if (before.size() <= point_field || after.empty()) continue;
    const bool unified = after.front() == "cgroup2";
    if (!unified && after.front() != "cgroup") continue;
    mounts.push_back(
        {.unified = unified,
         .controllers = unified ? std::vector<std::string>() : words_of(after.back(), ','),
         .root = before[root_field],
         .point = before[point_field]});
  }
  return mounts;
}

std::optional<std::string> cgroup_folder(const std::vector<CgroupPath>& paths,
                                         const std::vector<CgroupMount>& mounts,
                                         std::string_view controller) {
  const auto path = std::ranges::find_if(paths, [&](const CgroupPath& one) {
    return controller.empty() ? one.controllers.empty() : holds(one.controllers, controller);
  });
  const auto mount = std::ranges::find_if(mounts, [&](const CgroupMount& one) {
    return controller.empty() ? one.unified : holds(one.controllers, controller);
  });
  if (path == paths.end() || mount == mounts.end()) return std::nullopt;
  std::string_view below = path->path;
  if (mount->root != "/") {
    if (!below.starts_with(mount->root)) return std::nullopt;
    below.remove_prefix(mount->root.size());
  }
  return mount->point + std::string(below);
}

std::optional<std::uint64_t> number_after(std::string_view text, std::string_view key) {
  for (const std::string_view line : split(text, '\n')) {
    if (!line.starts_with(key) || line.size() == key.size()) continue;
    const std::string_view rest = line.substr(key.size());
    if (rest.front() != ' ' && rest.front() != '\t') continue;
    const std::string_view value = trim(rest);
    return number_of(value.substr(0, value.find(' ')));
  }
  return std::nullopt;
}

std::uint64_t sum_blkio(std::string_view text, std::string_view operation) {
  constexpr std::size_t fields = 3;  // 8:0 Read 4096
  std::uint64_t sum = 0;
  for (const std::string_view line : split(text, '\n')) {
    const auto words = words_of(line, ' ');
    if (words.size() == fields && words[1] == operation) sum += number_of(words[2]).value_or(0);
  }
  return sum;
}

std::uint64_t sum_io_stat(std::string_view text, std::string_view key) {
  std::uint64_t sum = 0;
  for (const std::string_view line : split(text, '\n')) {
    for (const std::string_view word : split(line, ' ')) {
      const bool is_it = word.starts_with(key) && word.substr(key.size()).starts_with('=');
      if (is_it) sum += number_of(word.substr(key.size() + 1)).value_or(0);
    }
  }
  return sum;
}

NetworkBytes parse_net_dev(std::string_view text) {
  constexpr std::size_t sent_field = 8;
  NetworkBytes bytes;
  for (const std::string_view line : split(text, '\n')) {
    const std::size_t colon = line.find(':');
    if (colon == std::string_view::npos || trim(line.substr(0, colon)) == "lo") continue;
    const auto numbers = words_of(line.substr(colon + 1), ' ');
    if (numbers.size() <= sent_field) continue;
    bytes.received += number_of(numbers.front()).value_or(0);
    bytes.sent += number_of(numbers[sent_field]).value_or(0);
  }
  return bytes;
}

bool has_own_network(const Container& container) {
  const std::string_view mode = container.network_mode;
  return !mode.empty() && mode != "host" && mode != "none" && !mode.starts_with("container:");
}

Result<Usage> CgroupReader::read(const Container& container, std::uint64_t clock_ns) {
  const std::string process = fmt::format("{}/proc/{}", root_, container.pid);
  const auto paths = container.pid == 0 ? std::nullopt : contents(process + "/cgroup");
  if (mounts_.empty()) {
    mounts_ = parse_cgroup_mounts(contents(root_ + "/proc/self/mountinfo").value_or(""));
  }
  // The id is in the path whoever made it (cgroupfs or systemd): otherwise the engine's process
  // numbers are not ours, and this is somebody else.
  if (!paths || !paths->contains(container.id)) {
    return failure(Fault::missing, "the container's process cannot be seen from here");
  }
  const Places places{.paths = parse_cgroup_paths(*paths), .mounts = mounts_, .root = root_};
  const bool is_version_1 = places.folder("cpuacct").has_value();
  auto usage = is_version_1 ? read_version_1(places) : read_version_2(places);
  if (!usage) {
    mounts_.clear();  // they may have been mounted elsewhere since
    return failure(Fault::missing, "the container's cgroup files cannot be read");
  }
  usage->clock_ns = clock_ns;
  if (!has_own_network(container)) return *usage;
  if (const auto devices = contents(process + "/net/dev")) {
    const NetworkBytes bytes = parse_net_dev(*devices);
    usage->network_received = bytes.received;
    usage->network_sent = bytes.sent;
  }
  return *usage;
}

}  // namespace ripcord::probe::docker
