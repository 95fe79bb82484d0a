#include "engine/watch.hpp"

#include <algorithm>
#include <utility>

namespace ripcord::engine {
namespace {

/// One unknown sample may be a hiccup of the probe's own.
constexpr std::uint32_t blind_after = 2;

bool is_trouble(FindingState state) {
  return state == FindingState::pending || state == FindingState::tripped;
}

/// Whether it has a say in the service's health: what acts on nothing does not keep a stage from
/// being promoted either.
bool counts(const TriggerSettings& trigger) {
  return !trigger.shadow && trigger.action != Action::alert;
}

/// Whether it passes only by what a probe knows. That nobody has complained yet tells nothing.
bool needs_knowledge(const evaluate::Rule& rule) {
  const auto* occurrences = std::get_if<evaluate::Occurrences>(&rule);
  return occurrences == nullptr || occurrences->needs_samples;
}

}  // namespace

Watch::Watch(const ServiceSettings& settings) {
  for (const ProbeSettings& probe : settings.probes) probes_.emplace_back().name = probe.name;
  for (const TriggerSettings& trigger : settings.triggers) {
    probes_[trigger.probe].triggers.push_back(triggers_.size());
    triggers_.emplace_back(trigger, settings.probes[trigger.probe].timing);
    const auto* regression = std::get_if<evaluate::Regression>(&trigger.rule);
    if (regression != nullptr) triggers_.back().good.emplace(settings.baseline);
  }
}

void Watch::apply(const ServiceSettings& before, const ServiceSettings& settings) {
  Watch fresh(settings);
  for (ProbeState& probe : fresh.probes_) {
    const auto old = std::ranges::find(probes_, probe.name, &ProbeState::name);
    if (old == probes_.end()) continue;
    std::vector<std::size_t> triggers = std::move(probe.triggers);
    probe = *old;
    probe.triggers = std::move(triggers);
  }
  for (TriggerState& trigger : fresh.triggers_) {
    const auto old = std::ranges::find_if(triggers_, [&](const TriggerState& candidate) {
      return candidate.settings.name == trigger.settings.name;
    });
    if (old == triggers_.end()) continue;
    trigger.trips = old->trips;
    const bool is_same =
        old->settings.rule == trigger.settings.rule &&
        before.probes[old->settings.probe] == settings.probes[trigger.settings.probe];
    if (!is_same) continue;
    trigger.trigger = old->trigger;
    trigger.state = old->state;
    trigger.learned = old->learned;
    if (before.baseline == settings.baseline) trigger.good = old->good;
  }
  for (const ProbeState& probe : fresh.probes_) {
    if (probe.unknown_in_a_row >= blind_after) ++fresh.blind_probes_;
  }
  fresh.epoch_ = epoch_;
  if (fresh.is_healthy()) fresh.healthy_since_ = healthy_since_;
  *this = std::move(fresh);
}

void Watch::take(Instant now, std::size_t probe, const Sample& sample, std::vector<Edge>& edges) {
  ProbeState& state = probes_[probe];
  ++state.samples;
  if (sample.outcome == Outcome::bad) ++state.samples_bad;
  if (sample.outcome == Outcome::unknown) ++state.samples_unknown;
  note_sight(state, sample.outcome);
  state.last = sample;
  if (epoch_ && sample.taken_at < *epoch_) return;

  for (const std::size_t trigger : state.triggers) {
    triggers_[trigger].trigger.take(sample);
    judge(now, trigger, edges);
  }
  update_health(now);
  for (const std::size_t trigger : state.triggers) learn(triggers_[trigger], sample);
}

void Watch::take(Instant now, std::size_t probe, const Occurrence& occurrence,
                 std::vector<Edge>& edges) {
  if (epoch_ && occurrence.at < *epoch_) return;
  for (const std::size_t trigger : probes_[probe].triggers) {
    triggers_[trigger].trigger.take(occurrence);
    judge(now, trigger, edges);
  }
  update_health(now);
}

void Watch::note_sight(ProbeState& probe, Outcome outcome) {
  if (outcome == Outcome::unknown) {
    if (++probe.unknown_in_a_row == blind_after) ++blind_probes_;
  } else {
    if (probe.unknown_in_a_row >= blind_after) --blind_probes_;
    probe.unknown_in_a_row = 0;
  }
}

void Watch::learn(TriggerState& trigger, const Sample& sample) const {
  if (!trigger.good || !healthy_since_ || sample.outcome != Outcome::good) return;
  const auto number =
      evaluate::measured(std::get<evaluate::Regression>(trigger.settings.rule), sample);
  if (number) trigger.good->take(sample.ended_at(), *number);
}

void Watch::look_again(Instant now, std::vector<Edge>& edges) {
  for (std::size_t i = 0; i < triggers_.size(); ++i) judge(now, i, edges);
  update_health(now);
}

std::optional<Instant> Watch::next_change(Instant now) const {
  std::optional<Instant> earliest;
  for (const TriggerState& trigger : triggers_) {
    const auto change = trigger.trigger.next_change(now);
    if (change && (!earliest || *change < *earliest)) earliest = change;
  }
  return earliest;
}

std::vector<TriggerBaseline> Watch::baselines() const {
  std::vector<TriggerBaseline> baselines;
  for (const TriggerState& trigger : triggers_) {
    if (!trigger.good) continue;
    Baseline baseline = trigger.good->baseline();
    const auto& rule = std::get<evaluate::Regression>(trigger.settings.rule);
    if (baseline.count < rule.samples_min && trigger.learned) baseline = *trigger.learned;
    if (baseline.count > 0) baselines.push_back({trigger.settings.name, std::move(baseline)});
  }
  return baselines;
}

void Watch::arm(const std::vector<TriggerBaseline>& baselines) {
  for (TriggerState& trigger : triggers_) {
    const auto of = std::ranges::find(baselines, trigger.settings.name, &TriggerBaseline::trigger);
    if (of != baselines.end()) trigger.trigger.arm(of->baseline);
  }
}

void Watch::learned(const std::vector<TriggerBaseline>& baselines) {
  for (TriggerState& trigger : triggers_) {
    const auto of = std::ranges::find(baselines, trigger.settings.name, &TriggerBaseline::trigger);
    trigger.learned = of == baselines.end() ? std::nullopt : std::optional(of->baseline);
  }
}

void Watch::begin_peaks() {
  keeps_peaks_ = true;
  for (TriggerState& trigger : triggers_) trigger.peak = {};
}

void Watch::begin_epoch(Instant epoch) {
  for (TriggerState& trigger : triggers_) {
    trigger.trigger.clear();
    trigger.state = FindingState::no_data;
    if (trigger.good) trigger.good->clear();
  }
  epoch_ = epoch;
  healthy_since_.reset();
  update_health(epoch);
}

void Watch::mark_preexisting() {
  for (TriggerState& trigger : triggers_) {
    if (is_trouble(trigger.state)) trigger.preexisting = true;
  }
}

void Watch::restore_preexisting(const std::vector<std::string>& names) {
  for (TriggerState& trigger : triggers_) {
    trigger.preexisting = std::ranges::find(names, trigger.settings.name) != names.end();
  }
}

std::vector<std::string> Watch::preexisting() const {
  std::vector<std::string> names;
  for (const TriggerState& trigger : triggers_) {
    if (trigger.preexisting) names.push_back(trigger.settings.name);
  }
  return names;
}

std::vector<std::size_t> Watch::acting(Action action) const {
  std::vector<std::size_t> acting;
  for (std::size_t i = 0; i < triggers_.size(); ++i) {
    const TriggerState& trigger = triggers_[i];
    const bool may_act = !trigger.preexisting && !trigger.settings.shadow;
    if (may_act && trigger.settings.action == action && trigger.state == FindingState::tripped) {
      acting.push_back(i);
    }
  }
  return acting;
}

const std::string& Watch::name(std::size_t trigger) const {
  return triggers_[trigger].settings.name;
}

std::string Watch::reason(std::size_t trigger, Instant now) const {
  return triggers_[trigger].trigger.reason(now);
}

std::optional<Instant> Watch::bad_since(std::size_t trigger) const {
  return triggers_[trigger].trigger.bad_since();
}

void Watch::write(Instant now, ServiceSnapshot& snapshot) const {
  for (const ProbeState& probe : probes_) {
    snapshot.probes.push_back({.name = probe.name,
                               .last = probe.last,
                               .samples = probe.samples,
                               .samples_bad = probe.samples_bad,
                               .samples_unknown = probe.samples_unknown});
  }
  for (const TriggerState& trigger : triggers_) {
    snapshot.triggers.push_back({.name = trigger.settings.name,
                                 .probe = probes_[trigger.settings.probe].name,
                                 .kind = std::string(evaluate::kind_name(trigger.settings.rule)),
                                 .finding = trigger.trigger.finding(now),
                                 .reason = trigger.trigger.reason(now),
                                 .time_to_trip = trigger.trigger.time_to_trip(now),
                                 .preexisting = trigger.preexisting,
                                 .trips = trigger.trips});
  }
  snapshot.healthy_since = healthy_since_;
}

void Watch::judge(Instant now, std::size_t trigger, std::vector<Edge>& edges) {
  TriggerState& state = triggers_[trigger];
  const Finding finding = state.trigger.finding(now);
  if (keeps_peaks_ && finding.progress > state.peak.progress) {
    state.peak = {.progress = finding.progress, .reason = state.trigger.reason(now)};
  }
  const FindingState before = std::exchange(state.state, finding.state);
  if (before == state.state) return;
  if (state.state == FindingState::tripped) ++state.trips;
  edges.push_back({.trigger = trigger, .from = before, .to = state.state});
  if (state.state == FindingState::pass) state.preexisting = false;
}

bool Watch::is_healthy() const {
  bool is_judged = false;
  bool has_pass = false;
  for (const TriggerState& trigger : triggers_) {
    if (!counts(trigger.settings)) continue;
    const bool must_know = trigger.settings.on_no_data != OnNoData::ignore;
    if (is_trouble(trigger.state)) return false;
    if (trigger.state == FindingState::no_data && must_know) return false;
    if (!needs_knowledge(trigger.settings.rule)) continue;
    is_judged = true;
    has_pass = has_pass || trigger.state == FindingState::pass;
  }
  return has_pass || !is_judged;
}

void Watch::update_health(Instant now) {
  if (!is_healthy()) {
    healthy_since_.reset();
  } else if (!healthy_since_) {
    healthy_since_ = now;
  }
}

}  // namespace ripcord::engine
