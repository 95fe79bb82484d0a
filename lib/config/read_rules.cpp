#include "config/read_rules.hpp"

#include "base/text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace ripcord::config {
namespace {

using namespace std::chrono_literals;

constexpr Range<Duration> above_range{1ms, 10min};
constexpr Range<Duration> window_range{100ms, 24h};
constexpr Range<Duration> hold_range{0s, 24h};
constexpr Range<Duration> within_range{1s, 7 * 24h};
constexpr Range<std::uint32_t> samples_range{1, 100'000};
constexpr Range<double> any_number{std::numeric_limits<double>::lowest(),
                                   std::numeric_limits<double>::max()};
constexpr std::uint32_t more_than_max = 10'000;  ///< of occurrences: bounds the memory

/// The place in `names` that the text at `key` names; 0 after noting that it names none. `what` it
/// is: `"value"`.
std::uint16_t read_place(TableReader& table, std::string_view key,
                         const std::vector<std::string>& names, std::string_view what) {
  const std::string name = table.text(key, "");
  if (!table.is_good({key})) return 0;
  const auto found = std::ranges::find(names, name);
  if (found != names.end()) return static_cast<std::uint16_t>(found - names.begin());
  if (names.empty()) {
    table.note(key, fmt::format("the probe reports no {}", what));
    return 0;
  }
  const std::string near = nearest(name, names);
  table.note(key, fmt::format("the probe has no {} {}; {}", what, in_quotes(name),
                              near.empty() ? fmt::format("it has {}", fmt::join(names, ", "))
                                           : fmt::format("did you mean \"{}\"?", near)));
  return 0;
}

std::optional<evaluate::CounterPlaces> read_counters(TableReader& table, const ReadProbe& probe) {
  if (!table.has("errors") && !table.has("requests")) return probe.counters;
  table.require("errors");
  table.require("requests");
  if (!table.is_good({"errors", "requests"})) return std::nullopt;
  const std::vector<std::string>& names = probe.settings.vocabulary.values;
  return evaluate::CounterPlaces{.total = read_place(table, "requests", names, "value"),
                                 .errors = read_place(table, "errors", names, "value")};
}

}  // namespace

evaluate::ConsecutiveFailures read_consecutive_failures(TableReader& table,
                                                        const ReadProbe* /*probe*/) {
  evaluate::ConsecutiveFailures rule;
  rule.failures = table.count("failures", rule.failures, {1, 1000});
  return rule;
}

evaluate::Latency read_latency(TableReader& table, const ReadProbe* /*probe*/) {
  evaluate::Latency rule;
  rule.quantile = table.quantile("quantile", rule.quantile);
  rule.above = table.duration("above", rule.above, above_range);
  rule.window = table.duration("window", rule.window, window_range);
  rule.hold = table.duration("for", rule.hold, hold_range);
  rule.samples_min = table.count("samples_min", rule.samples_min, samples_range);
  return rule;
}

evaluate::ErrorRatio read_error_ratio(TableReader& table, const ReadProbe* probe) {
  evaluate::ErrorRatio rule;
  if (probe != nullptr) rule.counters = read_counters(table, *probe);
  rule.above = table.ratio("above", rule.above, {0, 1});
  if (table.is_good({"above"}) && rule.above >= 1) {
    table.note("above", "no share is above 1: it can never trip");
  }
  rule.window = table.duration("window", rule.window, window_range);
  rule.hold = table.duration("for", rule.hold, hold_range);
  rule.samples_min = table.count("samples_min", rule.samples_min, samples_range);
  return rule;
}

evaluate::ConnectionLost read_connection_lost(TableReader& table, const ReadProbe* /*probe*/) {
  return {.hold = table.duration("for", Duration{}, hold_range)};
}

bool counts_signals(const TableReader& table) {
  return table.has("signal");
}

evaluate::Occurrences read_occurrences(TableReader& table, const ReadProbe* probe) {
  evaluate::Occurrences rule;
  if (counts_signals(table)) {
    rule.what = table.text("signal", rule.what);
    // That nobody has complained is known without asking anything.
    rule.needs_samples = false;
    if (!is_name(rule.what)) table.note("signal", in_quotes(rule.what) + " is not a name");
  } else {
    table.require("occurrence");
    rule.what = table.text("occurrence", rule.what);
  }
  if (probe != nullptr && table.is_good({"occurrence"})) {
    rule.kind =
        read_place(table, "occurrence", probe->settings.vocabulary.occurrences, "occurrence");
  }
  rule.more_than = table.count("more_than", rule.more_than, {0, more_than_max});
  rule.within = table.duration("within", rule.within, within_range);
  if (table.has("more_than_long") || table.has("within_long")) {
    table.require("more_than_long");
    table.require("within_long");
    rule.more_than_long = table.count("more_than_long", 0, {0, more_than_max});
    rule.within_long = table.duration("within_long", Duration{}, within_range);
  }
  return rule;
}

evaluate::Value read_value(TableReader& table, const ReadProbe* probe) {
  evaluate::Value rule;
  table.require("value");
  rule.what = table.text("value", rule.what);
  if (probe != nullptr && table.is_good({"value"})) {
    rule.value = read_place(table, "value", probe->settings.vocabulary.values, "value");
  }
  const bool has_below = table.has("below");
  if (has_below && table.has("above")) {
    table.note("below", "above is set as well: one trigger has one bound");
  } else if (!has_below) {
    table.require("above");
  }
  rule.bound = has_below ? evaluate::Bound::below : evaluate::Bound::above;
  rule.limit = table.number(has_below ? "below" : "above", 0, any_number);
  rule.hold = table.duration("for", rule.hold, hold_range);
  return rule;
}

evaluate::Regression read_regression(TableReader& table, const ReadProbe* probe) {
  evaluate::Regression rule;
  if (table.has("value")) {
    rule.what = table.text("value", rule.what);
    if (probe != nullptr && table.is_good({"value"})) {
      rule.value = read_place(table, "value", probe->settings.vocabulary.values, "value");
    }
  }
  const std::string worse = table.text("worse", "higher");
  if (worse == "lower") {
    rule.worse = Worse::lower;
  } else if (worse != "higher") {
    table.note("worse", fmt::format(R"(expected "higher" or "lower", found {})", in_quotes(worse)));
  }
  if (table.has("quantile")) rule.quantile = table.quantile("quantile", 0.95);
  rule.worse_by = table.ratio("worse_by", rule.worse_by, {0, 1000});
  rule.floor = table.number("floor", rule.floor, {0, any_number.max});
  rule.window = table.duration("window", rule.window, window_range);
  rule.hold = table.duration("for", rule.hold, hold_range);
  rule.samples_min = table.count("samples_min", rule.samples_min, samples_range);
  return rule;
}

}  // namespace ripcord::config
