#include "base/text.hpp"
#include "config/objections.hpp"
#include "config/read_rules.hpp"
#include "config/readers.hpp"
#include "evaluate/rules.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace ripcord::config {
namespace {

/// What a docker probe calls it when a container begins again.
constexpr std::string_view restart = "restart";

engine::Action read_action(TableReader& table) {
  const std::string action = table.text("action", "rollback");
  if (action == "hold") return engine::Action::hold;
  if (action == "alert") return engine::Action::alert;
  if (action != "rollback") {
    table.note("action", fmt::format(R"(expected "rollback", "hold" or "alert", found {})",
                                     in_quotes(action)));
  }
  return engine::Action::rollback;
}

engine::OnNoData read_on_no_data(TableReader& table) {
  const std::string word = table.text("on_no_data", "ignore");
  if (word == "hold") return engine::OnNoData::hold;
  if (word != "ignore") {
    table.note("on_no_data",
               fmt::format(R"(expected "ignore" or "hold", found {})", in_quotes(word)));
  }
  return engine::OnNoData::ignore;
}

/// Has a probe that scrapes a histogram report the quantile that the rule looks at.
void bind(evaluate::Latency& rule, ReadProbe& probe) {
  auto* scrape = std::get_if<probe::ScrapeProbeSettings>(&probe.kind);
  if (scrape == nullptr || scrape->latency.empty()) return;
  std::vector<std::string>& names = probe.settings.vocabulary.values;
  probe::ScrapeQuantile wanted{.quantile = rule.quantile,
                               .window = rule.window,
                               .value_name = fmt::format("latency_p{:g}_{}", rule.quantile * 100,
                                                         ripcord::to_string(rule.window)),
                               .samples_min = rule.samples_min};
  const std::size_t first = names.size() - scrape->quantiles.size();
  const auto known = std::ranges::find_if(scrape->quantiles, [&](const auto& quantile) {
    return quantile.quantile == wanted.quantile && quantile.window == wanted.window &&
           quantile.samples_min == wanted.samples_min;
  });
  rule.value = static_cast<std::uint16_t>(
      first + static_cast<std::size_t>(known - scrape->quantiles.begin()));
  if (known != scrape->quantiles.end()) return;
  const std::string stem = wanted.value_name;
  for (int i = 2; std::ranges::find(names, wanted.value_name) != names.end(); ++i) {
    wanted.value_name = fmt::format("{}_{}", stem, i);
  }
  names.push_back(wanted.value_name);
  scrape->quantiles.push_back(std::move(wanted));
}
/// Has a probe that follows a log look so far back after a restart as the rule remembers.
void bind(const evaluate::Occurrences& rule, ReadProbe& probe) {
  auto* log = std::get_if<probe::LogProbeSettings>(&probe.kind);
  if (log != nullptr) log->look_back = std::max({log->look_back, rule.within, rule.within_long});
}
/// The other rules find what they look at.
void bind(const auto& /*rule*/, ReadProbe& /*probe*/) {}

/// Reads the triggers of one service.
class TriggerReader {
 public:
  TriggerReader(std::vector<ReadProbe>& probes, std::optional<Duration> bake, Mistakes& mistakes)
      : probes_(probes), bake_(bake), mistakes_(mistakes) {}

  /// Nothing after noting that its type is not known.
  std::optional<engine::TriggerSettings> read(const NamedTable& from) {
    struct Kind {
      std::string_view type;
      engine::TriggerSettings (TriggerReader::*read)(const NamedTable& from);
    };
    static constexpr std::array kinds{
        Kind{"consecutive_failures",
             &TriggerReader::read_kind<consecutive_failures_keys, read_consecutive_failures>},
        Kind{"latency", &TriggerReader::read_kind<latency_keys, read_latency>},
        Kind{"error_ratio", &TriggerReader::read_kind<error_ratio_keys, read_error_ratio>},
        Kind{"connection_lost",
             &TriggerReader::read_kind<connection_lost_keys, read_connection_lost>},
        Kind{"occurrences", &TriggerReader::read_kind<occurrences_keys, read_occurrences>},
        Kind{"value", &TriggerReader::read_kind<value_keys, read_value>},
        Kind{"regression", &TriggerReader::read_kind<regression_keys, read_regression>},
    };
    const std::optional<std::string_view> type = read_type(from, trigger_types, mistakes_);
    if (!type) return std::nullopt;
    return (this->*std::ranges::find(kinds, *type, &Kind::type)->read)(from);
  }

  /// What each probe that can have it gets: see docs/configuration.md.
  std::vector<engine::TriggerSettings> built_in() {
    for (std::uint32_t i = 0; i < probes_.size(); ++i) {
      if (probes_[i].is_good) add_built_in(i);
    }
    return std::move(built_in_);
  }

 private:
  template <const KeySet& keys, auto read_rule>
  engine::TriggerSettings read_kind(const NamedTable& from) {
    TableReader table(from, keys, mistakes_);
    engine::TriggerSettings trigger{.name = from.name, .probe = 0, .rule = {}};
    const bool is_of_people = &keys == &occurrences_keys && counts_signals(table);
    if (is_of_people) {
      refuse_a_probe(table);
      trigger.probe.reset();
    }
    const std::optional<std::uint32_t> place = is_of_people ? std::nullopt : read_probe_name(table);
    ReadProbe* probe = place && probes_[*place].is_good ? &probes_[*place] : nullptr;
    auto rule = read_rule(table, probe);
    if (probe != nullptr && table.is_good()) bind(rule, *probe);
    if (place) trigger.probe = place;
    trigger.action = read_action(table);
    trigger.on_no_data = read_on_no_data(table);
    trigger.shadow = table.flag("shadow", false);
    if (probe != nullptr && table.is_good()) object_to(rule, trigger, *probe, table);
    trigger.rule = rule;
    table.reject_unknown_keys();
    return trigger;
  }

  template <class Rule>
  void object_to(const Rule& rule, const engine::TriggerSettings& trigger, const ReadProbe& probe,
                 TableReader& table) const {
    // What acts on nothing may take longer than a deployment is watched.
    const bool acts = trigger.action != engine::Action::alert && !trigger.shadow;
    for (Objection& objection : objections(rule, probe, acts ? bake_ : std::nullopt)) {
      table.note(objection.key, std::move(objection.message));
    }
  }

  static void refuse_a_probe(TableReader& table) {
    for (const std::string_view key : {"probe", "occurrence"}) {
      if (!table.has(key)) continue;
      table.note(key, "signal is set as well: what people report is seen by no probe");
    }
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

  void add_built_in(std::uint32_t place) {
    ReadProbe& probe = probes_[place];
    if (probe.can_fail) add(place, "failures", evaluate::ConsecutiveFailures());
    if (probe.has_connection) add_if_it_can_trip(place, "connection", evaluate::ConnectionLost());
    evaluate::Latency latency;
    bind(latency, probe);
    if (probe.has_latency || latency.value) add_if_it_can_trip(place, "latency", latency);
    if (probe.counters || probe.can_fail) {
      add_if_it_can_trip(place, "errors", evaluate::ErrorRatio{.counters = probe.counters});
    }
    const std::vector<std::string>& occurrences = probe.settings.vocabulary.occurrences;
    const auto restarts = std::ranges::find(occurrences, restart);
    if (restarts != occurrences.end()) {
      const auto kind = static_cast<std::uint16_t>(restarts - occurrences.begin());
      add_if_it_can_trip(place, "restarts",
                         evaluate::Occurrences{.kind = kind, .what = "restarts"});
    }
  }

  template <class Rule>
  void add_if_it_can_trip(std::uint32_t place, std::string_view name, const Rule& rule) {
    if (objections(rule, probes_[place], bake_).empty()) add(place, name, rule);
  }

  template <class Rule>
  void add(std::uint32_t place, std::string_view of, const Rule& rule) {
    const ReadProbe& probe = probes_[place];
    const std::string name = fmt::format("{}.{}", probe.settings.name, of);
    if (!is_name(name)) {
      mistakes_.note(probe.from.place, probe.from.path,
                     fmt::format("its built-in trigger would be called {}, longer than 64 "
                                 "characters: shorten the probe's name or configure triggers",
                                 in_quotes(name)));
    }
    for (const Objection& objection : objections(rule, probe, bake_)) {
      mistakes_.note(probe.from.place, probe.from.path,
                     fmt::format("built-in trigger {}: {}", in_quotes(name), objection.message));
    }
    built_in_.push_back({.name = name, .probe = place, .rule = rule});
  }

  std::vector<ReadProbe>& probes_;
  std::optional<Duration> bake_;
  Mistakes& mistakes_;
  std::vector<engine::TriggerSettings> built_in_;
};

}  // namespace

std::vector<engine::TriggerSettings> read_triggers(TableReader& service,
                                                   std::vector<ReadProbe>& probes,
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
