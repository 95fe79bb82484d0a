#include "base/text.hpp"
#include "config/readers.hpp"
#include "evaluate/rules.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

namespace ripcord::config {
namespace {

using namespace std::chrono_literals;

constexpr std::int64_t samples_max = 100'000;  ///< in one window: bounds the memory
constexpr Range<Duration> above_range{1ms, 10min};
constexpr Range<Duration> window_range{100ms, 24h};
constexpr Range<Duration> hold_range{0s, 24h};

/// Why a rule can never trip, or may not be used, and which key to change.
struct Objection {
  std::string_view key;
  std::string message;
};

std::vector<Objection> objections(const evaluate::ConsecutiveFailures& rule,
                                  const ProbeTiming& timing, std::optional<Duration> bake) {
  const Duration takes = timing.interval + (rule.failures - 1) * timing.retry_interval;
  if (!bake || takes < *bake) return {};
  return {{"failures",
           fmt::format("{} in a row take {} at this probe's interval, and bake is {}: it can never "
                       "trip",
                       plural(rule.failures, "failure"), ripcord::to_string(takes),
                       ripcord::to_string(*bake))}};
}

std::vector<Objection> objections(const evaluate::Latency& rule, const ProbeTiming& timing,
                                  std::optional<Duration> bake) {
  std::vector<Objection> found;
  if (timing.timeout <= rule.above) {
    found.push_back(
        {"above", fmt::format("the probe gives up at {}, so it can never see more "
                              "than {}: raise its timeout",
                              ripcord::to_string(timing.timeout), ripcord::to_string(rule.above))});
  }
  const std::int64_t held = rule.window / timing.interval;
  if (held < rule.samples_min) {
    found.push_back({"window", fmt::format("{} hold {} at the probe's interval of {}, fewer than "
                                           "samples_min ({}): it can never trip",
                                           ripcord::to_string(rule.window),
                                           plural(static_cast<std::size_t>(held), "sample"),
                                           ripcord::to_string(timing.interval), rule.samples_min)});
  }
  const std::int64_t most = rule.window / std::min(timing.interval, timing.retry_interval);
  if (most > samples_max) {
    found.push_back({"window", fmt::format("{} hold {} samples, more than {}: shorten it, or "
                                           "lengthen the probe's interval",
                                           ripcord::to_string(rule.window), most, samples_max)});
  }
  if (bake && rule.hold >= *bake) {
    found.push_back({"for", fmt::format("{} is not shorter than bake ({}): it can never trip",
                                        ripcord::to_string(rule.hold), ripcord::to_string(*bake))});
  }
  return found;
}

evaluate::ConsecutiveFailures read_consecutive_failures(TableReader& table) {
  evaluate::ConsecutiveFailures rule;
  rule.failures = table.count("failures", rule.failures, {1, 1000});
  return rule;
}

evaluate::Latency read_latency(TableReader& table) {
  evaluate::Latency rule;
  rule.quantile = table.quantile("quantile", rule.quantile);
  rule.above = table.duration("above", rule.above, above_range);
  rule.window = table.duration("window", rule.window, window_range);
  rule.hold = table.duration("for", rule.hold, hold_range);
  rule.samples_min = table.count("samples_min", rule.samples_min, {1, 100'000});
  return rule;
}

/// Reads the triggers of one service.
class TriggerReader {
 public:
  TriggerReader(const std::vector<ReadProbe>& probes, std::optional<Duration> bake,
                Mistakes& mistakes)
      : probes_(probes), bake_(bake), mistakes_(mistakes) {}

  /// Nothing after noting that its type is not known.
  std::optional<engine::TriggerSettings> read(const NamedTable& from) {
    const std::optional<std::string_view> type = read_type(from, trigger_types, mistakes_);
    if (!type) return std::nullopt;
    if (*type == "latency") return read(from, latency_keys, read_latency);
    return read(from, consecutive_failures_keys, read_consecutive_failures);
  }

  /// The built-in set: three failures in a row; slow answers where the probe waits for them; and a
  /// tenth of errors where the probe asks often enough.
  std::vector<engine::TriggerSettings> built_in() {
    std::vector<engine::TriggerSettings> triggers;
    for (std::uint32_t i = 0; i < probes_.size(); ++i) {
      const ReadProbe& probe = probes_[i];
      if (!probe.is_good) continue;
      const std::string& name = probe.settings.name;
      const evaluate::ConsecutiveFailures failures;
      check_built_in(probe, name + ".failures", failures);
      triggers.push_back({name + ".failures", i, failures});
      const evaluate::Latency latency;
      if (objections(latency, probe.settings.timing, bake_).empty()) {
        triggers.push_back({name + ".latency", i, latency});
      }
      // Only where its window can hold enough of them: it would never know anything.
      const evaluate::ErrorRatio errors;
      const bool fits = errors.window / probe.settings.timing.interval >= errors.samples_min;
      if (fits && (!bake_ || errors.hold < *bake_)) {
        triggers.push_back({name + ".errors", i, errors});
      }
    }
    return triggers;
  }

 private:
  template <class Rule>
  engine::TriggerSettings read(const NamedTable& from, const KeySet& keys,
                               Rule (*read_rule)(TableReader&)) {
    TableReader table(from, keys, mistakes_);
    engine::TriggerSettings trigger{.name = from.name, .probe = 0, .rule = {}};
    const std::optional<std::uint32_t> probe = read_probe_name(table);
    const Rule rule = read_rule(table);
    if (probe) {
      trigger.probe = *probe;
      note_objections(table, rule, probes_[*probe]);
    }
    trigger.rule = rule;
    table.reject_unknown_keys();
    return trigger;
  }

  std::optional<std::uint32_t> read_probe_name(TableReader& table) {
    table.require("probe");
    const std::string name = table.text("probe", "");
    if (!table.is_good({"probe"})) return std::nullopt;
    std::vector<std::string> names;
    names.reserve(probes_.size());
    for (const ReadProbe& probe : probes_) names.push_back(probe.settings.name);
    const auto found = std::ranges::find(names, name);
    if (found != names.end()) return static_cast<std::uint32_t>(found - names.begin());

    const std::string near = nearest(name, names);
    table.note("probe",
               fmt::format("there is no probe {}{}", in_quotes(name),
                           near.empty() ? "" : fmt::format("; did you mean \"{}\"?", near)));
    return std::nullopt;
  }

  template <class Rule>
  void note_objections(TableReader& table, const Rule& rule, const ReadProbe& probe) {
    if (!probe.is_good || !table.is_good()) return;
    for (Objection& objection : objections(rule, probe.settings.timing, bake_)) {
      table.note(objection.key, std::move(objection.message));
    }
  }

  void check_built_in(const ReadProbe& probe, const std::string& name,
                      const evaluate::ConsecutiveFailures& rule) {
    if (!is_name(name)) {
      mistakes_.note(probe.from.place, probe.from.path,
                     fmt::format("its built-in trigger would be called {}, longer than 64 "
                                 "characters: shorten the probe's name or configure triggers",
                                 in_quotes(name)));
    }
    for (const Objection& objection : objections(rule, probe.settings.timing, bake_)) {
      mistakes_.note(probe.from.place, probe.from.path,
                     fmt::format("built-in trigger {}: {}", in_quotes(name), objection.message));
    }
  }

  const std::vector<ReadProbe>& probes_;
  std::optional<Duration> bake_;
  Mistakes& mistakes_;
};

}  // namespace

std::vector<engine::TriggerSettings> read_triggers(TableReader& service,
                                                   const std::vector<ReadProbe>& probes,
                                                   std::optional<Duration> bake,
                                                   Mistakes& mistakes) {
  TriggerReader reader(probes, bake, mistakes);
  const std::vector<NamedTable> tables = service.tables("trigger");
  if (tables.empty() && service.is_good({"trigger"})) return reader.built_in();
  std::vector<engine::TriggerSettings> triggers;
  for (const NamedTable& from : tables) {
    if (auto trigger = reader.read(from)) triggers.push_back(*std::move(trigger));
  }
  return triggers;
}

}  // namespace ripcord::config
