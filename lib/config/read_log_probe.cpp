#include "base/text.hpp"
#include "config/probe_readers.hpp"
#include "config/read_http_target.hpp"
#include "probe/log/log_probe.hpp"
#include "probe/pattern.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>
#include <string_view>
#include <utility>

namespace ripcord::config {
namespace {

constexpr std::size_t patterns_max = 16;
constexpr std::size_t name_bytes_max = 40;
constexpr Range<std::uint32_t> lines_range{1, 1'000'000};

/// The names become names of values and occurrences, beside those of the probe itself.
bool is_pattern_name(std::string_view name) {
  const bool is_word =
      !name.empty() && name.size() <= name_bytes_max && std::ranges::all_of(name, [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
      });
  return is_word && name != "lines" && name != "dropped" && !name.ends_with("_total");
}

std::vector<probe::log::Pattern> read_patterns(TableReader& table) {
  std::vector<probe::log::Pattern> patterns;
  for (NamedText& text : table.text_table("pattern")) {
    const std::string key = joined("pattern", text.name);
    if (!is_pattern_name(text.name)) {
      table.note(key, text.place,
                 fmt::format("{} is not a name for a pattern; write up to {} letters a to z, "
                             "digits and \"_\", not \"lines\", \"dropped\" or \"…_total\"",
                             in_quotes(text.name), name_bytes_max));
    } else if (text.text.empty()) {
      table.note(key, text.place, "is empty");
    } else if (const auto checked = probe::check_pattern(text.text); !checked) {
      table.note(key, text.place, checked.error().message);
    }
    patterns.push_back({std::move(text.name), std::move(text.text)});
  }
  if (patterns.size() > patterns_max) {
    table.note("pattern", fmt::format("has more than {} patterns", patterns_max));
  }
  return patterns;
}

std::optional<evaluate::CounterPlaces> counters_of(const Vocabulary& words) {
  const auto place_of = [&](std::string_view name) -> std::optional<std::uint16_t> {
    const auto found = std::ranges::find(words.values, name);
    if (found == words.values.end()) return std::nullopt;
    return static_cast<std::uint16_t>(found - words.values.begin());
  };
  const auto requests = place_of("requests_total");
  const auto errors = place_of("errors_total");
  if (!requests || !errors) return std::nullopt;
  return evaluate::CounterPlaces{.total = *requests, .errors = *errors};
}

}  // namespace

ReadProbe read_log_probe(const NamedTable& from, Mistakes& mistakes) {
  TableReader table(from, log_probe_keys, mistakes);
  const ProbeTiming timing = read_timing(table);
  probe::LogProbeSettings log;
  log.timeout = timing.timeout;
  log.file = table.path("file", "");
  if (table.has("file")) {
    constexpr std::array<std::string_view, 4> others{"container", "compose_project",
                                                     "compose_service", "host"};
    for (const std::string_view other : others) {
      if (table.has(other)) table.note(other, "stands beside file; write one of them");
    }
    refuse_tls(table, "has no use with a file");
  } else {
    log.selector = read_containers(table);
    log.engine = read_engine(table);
  }
  log.patterns = read_patterns(table);
  log.lines_max = table.count("lines_max", log.lines_max, lines_range);
  table.reject_unknown_keys();
  const Vocabulary words = vocabulary_of(log);
  return {.settings = {.name = from.name, .timing = timing, .vocabulary = words},
          .kind = std::move(log),
          .from = from,
          .is_good = table.is_good() && is_name(from.name),
          .can_fail = false,
          .has_latency = false,
          .counters = counters_of(words)};
}

}  // namespace ripcord::config
