#include "engine/watch.hpp"

#include <algorithm>
#include <utility>

namespace ripcord::engine {
namespace {

bool is_trouble(FindingState state) {
  return state == FindingState::pending || state == FindingState::tripped;
}

/// Whether it has a say in the service's health: what acts on nothing does not keep a stage from
/// being promoted either.
bool counts(const TriggerSettings& trigger) {
  return !trigger.shadow && trigger.action != Action::alert;
}

}  // namespace

Watch::Watch(const ServiceSettings& settings) {
  for (const ProbeSettings& probe : settings.probes) probes_.emplace_back().name = probe.name;
  for (const TriggerSettings& trigger : settings.triggers) {
    probes_[trigger.probe].triggers.push_back(triggers_.size());
    triggers_.push_back(
        {.settings = trigger,
         .trigger = evaluate::Trigger(trigger.rule, settings.probes[trigger.probe].timing)});
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
  state.last = sample;
  if (epoch_ && sample.taken_at < *epoch_) return;

  for (const std::size_t trigger : state.triggers) {
    triggers_[trigger].trigger.take(sample);
    judge(now, trigger, edges);
  }
  update_health(now);
}

void Watch::look_again(Instant now, std::vector<Edge>& edges) {
  for (std::size_t i = 0; i < triggers_.size(); ++i) judge(now, i, edges);
  update_health(now);
}

void Watch::begin_epoch(Instant epoch) {
  for (TriggerState& trigger : triggers_) {
    trigger.trigger.clear();
    trigger.state = FindingState::no_data;
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
                                 .preexisting = trigger.preexisting,
                                 .trips = trigger.trips});
  }
  snapshot.healthy_since = healthy_since_;
}

void Watch::judge(Instant now, std::size_t trigger, std::vector<Edge>& edges) {
  TriggerState& state = triggers_[trigger];
  const FindingState before = std::exchange(state.state, state.trigger.finding(now).state);
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
