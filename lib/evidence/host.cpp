#include "evidence/host.hpp"

#include "base/text.hpp"

#include <boost/json/array.hpp>
#include <boost/json/string.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <cstdint>
#include <fstream>
#include <iterator>
#include <optional>
#include <set>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <system_error>
#include <unistd.h>

namespace ripcord::evidence {
namespace {

namespace json = boost::json;

template <class Number>
std::optional<Number> number_in(std::string_view text) {
  Number number{};
  const char* const last = text.data() + text.size();
  const auto [end, error] = std::from_chars(text.data(), last, number);
  if (error != std::errc() || end != last) return std::nullopt;
  return number;
}

/// The words of a line, however many spaces there are between them.
std::vector<std::string_view> words_of(std::string_view line) {
  std::vector<std::string_view> words = split(line, ' ');
  std::erase(words, "");
  return words;
}

/// A file of /proc has no size and is read to its end.
std::optional<std::string> contents(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) return std::nullopt;
  return std::string(std::istreambuf_iterator<char>(file), {});
}

struct MemoryLine {
  std::string_view key;
  std::string_view name;
};
constexpr std::array memory_lines{MemoryLine{"MemTotal", "total_bytes"},
                                  MemoryLine{"MemFree", "free_bytes"},
                                  MemoryLine{"MemAvailable", "available_bytes"},
                                  MemoryLine{"Cached", "cached_bytes"},
                                  MemoryLine{"Dirty", "dirty_bytes"},
                                  MemoryLine{"SwapTotal", "swap_total_bytes"},
                                  MemoryLine{"SwapFree", "swap_free_bytes"}};

json::object disk(const std::string& path, const struct statvfs& status) {
  const std::uint64_t total = status.f_blocks * status.f_frsize;
  const std::uint64_t available = status.f_bavail * status.f_frsize;
  const std::uint64_t used = total - status.f_bfree * status.f_frsize;
  json::object told{{"path", json::string(printable(path, 200))},
                    {"total_bytes", total},
                    {"available_bytes", available}};
  // As df(1) has it: of what somebody other than root can use.
  if (used + available > 0) {
    told["used_percent"] =
        100.0 * static_cast<double>(used) / static_cast<double>(used + available);
  }
  if (status.f_files > 0) {
    told["inodes"] = std::uint64_t{status.f_files};
    told["inodes_available"] = std::uint64_t{status.f_favail};
  }
  if ((status.f_flag & ST_RDONLY) != 0) told["read_only"] = true;
  return told;
}

}  // namespace

json::object parse_loadavg(std::string_view text) {
  const std::vector<std::string_view> words = words_of(trim(text));
  constexpr std::array names{"load_1m", "load_5m", "load_15m"};
  json::object load;
  if (words.size() < names.size() + 1) return load;
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (const auto number = number_in<double>(words[i])) load[names.at(i)] = *number;
  }
  const std::vector<std::string_view> tasks = split(words[names.size()], '/');
  if (tasks.size() != 2) return load;
  if (const auto runnable = number_in<std::uint64_t>(tasks[0])) load["runnable"] = *runnable;
  if (const auto all = number_in<std::uint64_t>(tasks[1])) load["tasks"] = *all;
  return load;
}

json::object parse_meminfo(std::string_view text) {
  json::object memory;
  for (const std::string_view line : split(text, '\n')) {
    const std::size_t colon = line.find(':');
    if (colon == std::string_view::npos) continue;
    const auto* known = std::ranges::find(memory_lines, line.substr(0, colon), &MemoryLine::key);
    const std::vector<std::string_view> words = words_of(line.substr(colon + 1));
    if (known == memory_lines.end() || words.size() != 2 || words[1] != "kB") continue;
    if (const auto kib = number_in<std::uint64_t>(words[0])) memory[known->name] = *kib * 1024;
  }
  return memory;
}

json::object parse_pressure(std::string_view text) {
  json::object pressure;
  for (const std::string_view line : split(text, '\n')) {
    const std::vector<std::string_view> words = words_of(line);
    if (words.empty() || (words[0] != "some" && words[0] != "full")) continue;
    json::object told;
    for (const std::string_view word : words) {
      const std::size_t equals = word.find('=');
      if (!word.starts_with("avg") || equals == std::string_view::npos) continue;
      const auto percent = number_in<double>(word.substr(equals + 1));
      if (percent) told[word.substr(0, equals)] = *percent;
    }
    pressure[words[0]] = std::move(told);
  }
  return pressure;
}

Shown look_at_host(const std::string& proc) {
  Shown shown;
  json::object host;
  const auto read = [&](const char* file, const char* name, auto parse) {
    const std::optional<std::string> text = contents(fmt::format("{}/{}", proc, file));
    json::object parsed = text ? parse(*text) : json::object();
    if (parsed.empty()) {
      shown.missing.push_back(fmt::format("{}/{} cannot be read", proc, file));
    } else {
      host[name] = std::move(parsed);
    }
  };
  read("loadavg", "load", parse_loadavg);
  host["cpus"] = static_cast<std::int64_t>(::sysconf(_SC_NPROCESSORS_ONLN));
  read("meminfo", "memory", parse_meminfo);
  json::object pressure;
  for (const char* of : {"cpu", "memory", "io"}) {
    // Kernels may be built, or started, without it: then there is nothing to miss.
    const auto text = contents(fmt::format("{}/pressure/{}", proc, of));
    if (text) pressure[of] = parse_pressure(*text);
  }
  if (!pressure.empty()) host["pressure_percent"] = std::move(pressure);
  shown.exhibits.push_back({.file = "host.json", .content = std::move(host)});
  return shown;
}

Shown look_at_disks(const std::vector<std::string>& paths) {
  Shown shown;
  json::array disks;
  std::set<dev_t> seen;
  for (const std::string& path : paths) {
    struct stat file{};
    struct statvfs status{};
    if (::stat(path.c_str(), &file) != 0 || ::statvfs(path.c_str(), &status) != 0) {
      const int error = errno;
      if (error == ENOENT) continue;  // no Docker on this machine, for instance
      shown.missing.push_back(fmt::format("{}: {}", path, std::generic_category().message(error)));
    } else if (seen.insert(file.st_dev).second) {
      disks.push_back(disk(path, status));
    }
  }
  shown.exhibits.push_back({.file = "disks.json", .content = std::move(disks)});
  return shown;
}

}  // namespace ripcord::evidence
