#include "metrics/process.hpp"

#include "base/text.hpp"

#include <charconv>
#include <fstream>
#include <iterator>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <unistd.h>
#include <utility>

namespace ripcord::metrics {
namespace {

using std::filesystem::path;

constexpr Metric cpu_seconds{"process_cpu_seconds_total",
                             "User and system time that this process has used.",
                             prometheus::MetricType::Counter};
constexpr Metric open_fds{"process_open_fds", "File descriptors that are open."};
constexpr Metric max_fds{"process_max_fds", "File descriptors that may be open at most."};
constexpr Metric virtual_memory{"process_virtual_memory_bytes", "Size of the address space."};
constexpr Metric virtual_memory_max{
    "process_virtual_memory_max_bytes",
    "How large the address space may become at most: 2^64 - 1 when there is no limit."};
constexpr Metric resident_memory{"process_resident_memory_bytes", "Memory that is resident."};
constexpr Metric start_time{"process_start_time_seconds",
                            "When this process was started, in seconds since the epoch."};
constexpr Metric threads{"process_threads", "Threads of this process."};

/// All of a small file; empty when it cannot be read.
std::string text_of(const path& file) {
  std::ifstream stream(file);
  return {std::istreambuf_iterator<char>(stream), {}};
}

/// The words of a line, however many blanks part them.
std::vector<std::string_view> words_of(std::string_view line) {
  std::vector<std::string_view> words = split(line, ' ');
  std::erase(words, std::string_view());
  return words;
}

/// Nothing when there is no such word, or when it is no number ("unlimited").
std::optional<double> number_at(const std::vector<std::string_view>& words, std::size_t place) {
  if (place >= words.size()) return std::nullopt;
  const std::string_view word = trim(words[place]);
  double number = 0;
  const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), number);
  if (error != std::errc() || end != word.data() + word.size()) return std::nullopt;
  return number;
}

/// The number that stands `place` words after `key` at the beginning of a line.
std::optional<double> number_of(const std::string& text, std::string_view key, std::size_t place) {
  for (const std::string_view line : split(text, '\n')) {
    if (line.starts_with(key)) return number_at(words_of(line.substr(key.size())), place);
  }
  return std::nullopt;
}

/// RLIM_INFINITY, as other client libraries show it.
constexpr double no_limit = 18446744073709551615.0;

std::optional<double> address_space_max(const std::string& limits) {
  constexpr std::string_view key = "Max address space";
  for (const std::string_view line : split(limits, '\n')) {
    if (!line.starts_with(key)) continue;
    const auto words = words_of(line.substr(key.size()));
    return !words.empty() && words.front() == "unlimited" ? no_limit : number_at(words, 0);
  }
  return std::nullopt;
}

std::optional<double> count_entries(const path& directory) {
  std::error_code error;
  std::filesystem::directory_iterator entry(directory, error);
  double entries = 0;
  for (; !error && entry != std::filesystem::directory_iterator(); entry.increment(error)) {
    ++entries;
  }
  if (error) return std::nullopt;
  return entries;
}

/// The fields of /proc/self/stat that we use, counted from the one after the program's name, which
/// may itself hold blanks and parentheses: see proc(5).
struct Stat {
  std::optional<double> user_ticks;
  std::optional<double> system_ticks;
  std::optional<double> threads;
  std::optional<double> start_ticks;  ///< since the boot
  std::optional<double> virtual_bytes;
  std::optional<double> resident_pages;
};

Stat parse_stat(const std::string& text) {
  const std::size_t name_end = text.rfind(')');
  if (name_end == std::string::npos) return {};
  const auto fields = words_of(std::string_view(text).substr(name_end + 1));
  return {.user_ticks = number_at(fields, 11),
          .system_ticks = number_at(fields, 12),
          .threads = number_at(fields, 17),
          .start_ticks = number_at(fields, 19),
          .virtual_bytes = number_at(fields, 20),
          .resident_pages = number_at(fields, 21)};
}

void add_known(Families& families, const Metric& metric, std::optional<double> value) {
  if (value) add(families.emplace_back(family_of(metric)), {}, *value);
}

}  // namespace

ProcessCollector::ProcessCollector(path proc) : proc_(std::move(proc)) {}

std::vector<prometheus::MetricFamily> ProcessCollector::Collect() const {
  const auto ticks_per_second = static_cast<double>(::sysconf(_SC_CLK_TCK));
  const auto page_bytes = static_cast<double>(::sysconf(_SC_PAGESIZE));
  const Stat stat = parse_stat(text_of(proc_ / "self/stat"));
  const auto booted_at = number_of(text_of(proc_ / "stat"), "btime", 0);

  Families families;
  if (stat.user_ticks && stat.system_ticks) {
    add_known(families, cpu_seconds, (*stat.user_ticks + *stat.system_ticks) / ticks_per_second);
  }
  if (const auto entries = count_entries(proc_ / "self/fd")) {
    add_known(families, open_fds, *entries - 1);  // one was ours, to count them
  }
  const std::string limits = text_of(proc_ / "self/limits");
  add_known(families, max_fds, number_of(limits, "Max open files", 0));
  add_known(families, virtual_memory, stat.virtual_bytes);
  add_known(families, virtual_memory_max, address_space_max(limits));
  if (stat.resident_pages) {
    add_known(families, resident_memory, *stat.resident_pages * page_bytes);
  }
  if (booted_at && stat.start_ticks) {
    add_known(families, start_time, *booted_at + *stat.start_ticks / ticks_per_second);
  }
  add_known(families, threads, stat.threads);
  return families;
}

}  // namespace ripcord::metrics
