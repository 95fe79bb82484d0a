#include "config/probe_readers.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>
#include <string>
#include <string_view>

namespace ripcord::config {
namespace {

using namespace std::chrono_literals;

constexpr Range<Duration> interval_range{100ms, 24h};
constexpr Range<Duration> timeout_range{1ms, 10min};
constexpr Duration stale_after_max = 30 * 24h;

struct Kind {
  std::string_view type;
  ReadProbe (*read)(const NamedTable& from, Mistakes& mistakes);
};

// clang-format off: one a line
constexpr std::array kinds{
    Kind{"docker", read_docker_probe},
    Kind{"exec", read_exec_probe},
    Kind{"http", read_http_probe},
    Kind{"log", read_log_probe},
    Kind{"postgres", read_postgres_probe},
    Kind{"promql", read_promql_probe},
    Kind{"scrape", read_scrape_probe},
    Kind{"tcp", read_tcp_probe},
};
// clang-format on

}  // namespace

bool is_value_name(std::string_view text) {
  constexpr std::size_t bytes_max = 64;
  return !text.empty() && text.size() <= bytes_max && std::ranges::all_of(text, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
  });
}

ProbeTiming read_timing(TableReader& table) {
  ProbeTiming timing;
  timing.interval = table.duration("interval", timing.interval, interval_range);
  timing.timeout = table.duration("timeout", timing.timeout, timeout_range);
  timing.retry_interval = table.duration("retry_interval", timing.interval, interval_range);
  timing.stale_after =
      table.duration("stale_after", 3 * timing.interval, {Duration{}, stale_after_max});
  if (table.is_good({"interval", "retry_interval"}) && timing.retry_interval > timing.interval) {
    table.note("retry_interval", fmt::format("{} is longer than interval ({})",
                                             ripcord::to_string(timing.retry_interval),
                                             ripcord::to_string(timing.interval)));
  }
  if (table.is_good({"interval", "stale_after"}) && timing.stale_after < timing.interval) {
    table.note("stale_after", fmt::format("{} is shorter than interval ({})",
                                          ripcord::to_string(timing.stale_after),
                                          ripcord::to_string(timing.interval)));
  }
  return timing;
}

std::vector<ReadProbe> read_probes(TableReader& service, Mistakes& mistakes) {
  std::vector<ReadProbe> probes;
  for (const NamedTable& from : service.tables("probe")) {
    const auto type = read_type(from, probe_types, mistakes);
    const auto* kind = type ? std::ranges::find(kinds, *type, &Kind::type) : kinds.end();
    if (kind != kinds.end()) {
      probes.push_back(kind->read(from, mistakes));
    } else {
      // Kept, so that the triggers which name it are not blamed.
      probes.push_back({.settings = {.name = from.name, .timing = {}},
                        .kind = probe::HttpProbeSettings(),
                        .from = from,
                        .is_good = false});
    }
  }
  return probes;
}

}  // namespace ripcord::config
