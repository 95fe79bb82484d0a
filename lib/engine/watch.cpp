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

/// What it counts when it is what people report; else empty.
std::string signal_of(const TriggerSettings& trigger) {
  return trigger.probe ? "" : std::get<evaluate::Occurrences>(trigger.rule).what;
}

/// Whether it passes only by what a probe knows. That nobody has complained yet tells nothing.
bool needs_knowledge(const evaluate::Rule& rule) {
  const auto* occurrences = std::get_if<evaluate::Occurrences>(&rule);
  return occurrences == nullptr || occurrences->needs_samples;
}

}  // namespace

Watch::TriggerState::TriggerState(const TriggerSettings& settings, const ProbeTiming& timing)
    : trigger(settings.rule, timing),
      counts(engine::counts(settings)),
      must_know(settings.on_no_data != OnNoData::ignore),
      needs_knowledge(engine::needs_knowledge(settings.rule)) {}

Watch::Watch(std::vector<ProbeSettings> probes, const std::vector<TriggerSettings>& triggers,
             Duration baseline)
    : probe_settings_(std::move(probes)), baseline_(baseline), probes_(probe_settings_.size()) {
  trigger_traits_.reserve(triggers.size());
  triggers_.reserve(triggers.size());
  for (const TriggerSettings& trigger : triggers) {
    trigger_traits_.push_back({.name = trigger.name,
                               .probe = trigger.probe,
                               .signal = signal_of(trigger),
                               .action = trigger.action,
                               .shadow = trigger.shadow});
    if (trigger.probe) {
      probes_[*trigger.probe].triggers.push_back(static_cast<std::uint32_t>(triggers_.size()));
    }
    if (std::holds_alternative<evaluate::Regression>(trigger.rule)) {
      memories_.push_back({.trigger = triggers_.size(), .good = window::BaselineWindow(baseline_)});
    }
    triggers_.emplace_back(trigger,
                           trigger.probe ? probe_settings_[*trigger.probe].timing : ProbeTiming());
  }
}

void Watch::apply(Watch fresh) {
  for (std::size_t i = 0; i < fresh.probes_.size(); ++i) {
    const auto old =
        std::ranges::find(probe_settings_, fresh.probe_settings_[i].name, &ProbeSettings::name);
    if (old == probe_settings_.end()) continue;
    ProbeState& probe = fresh.probes_[i];
    std::vector<std::uint32_t> triggers = std::move(probe.triggers);
    probe = probes_[static_cast<std::size_t>(old - probe_settings_.begin())];
    probe.triggers = std::move(triggers);
    if (probe.unknown_in_a_row >= blind_after) ++fresh.blind_probes_;
  }
  for (std::size_t i = 0; i < fresh.triggers_.size(); ++i) fresh.take_over(i, *this);
  fresh.epoch_ = epoch_;
  if (fresh.is_healthy()) fresh.healthy_since_ = healthy_since_;
  *this = std::move(fresh);
}

void Watch::take_over(std::size_t trigger, const Watch& from) {
  const TriggerTraits& its = trigger_traits_[trigger];
  const auto found = std::ranges::find(from.trigger_traits_, its.name, &TriggerTraits::name);
  if (found == from.trigger_traits_.end()) return;
  const auto place = static_cast<std::size_t>(found - from.trigger_traits_.begin());
  const TriggerState& old = from.triggers_[place];
  TriggerState& state = triggers_[trigger];
  state.trips = old.trips;
  const bool has_same_source =
      its.probe && found->probe ? from.probe_settings_[*found->probe] == probe_settings_[*its.probe]
                                : its.probe.has_value() == found->probe.has_value();
  if (!has_same_source || old.trigger.rule() != state.trigger.rule()) return;
  state.trigger = old.trigger;
  state.state = old.state;
  if (Memory* memory = memory_of(trigger)) {
    const auto known = std::ranges::find(from.memories_, place, &Memory::trigger);
    memory->learned = known->learned;
    if (from.baseline_ == baseline_) memory->good = known->good;
  }
}

void Watch::take(Instant now, std::size_t probe, const Sample& sample, std::vector<Edge>& edges) {
  ProbeState& state = probes_[probe];
  ++state.samples;
  if (sample.outcome == Outcome::bad) ++state.samples_bad;
  if (sample.outcome == Outcome::unknown) ++state.samples_unknown;
  note_sight(state, sample.outcome);
  state.last = sample;
  if (epoch_ && sample.taken_at < *epoch_) return;

  for (const std::uint32_t trigger : state.triggers) {
    triggers_[trigger].trigger.take(sample);
    judge(now, trigger, edges);
  }
  update_health(now);
  learn(probe, sample);
}

void Watch::take(Instant now, std::size_t probe, const Occurrence& occurrence,
                 std::vector<Edge>& edges) {
  if (epoch_ && occurrence.at < *epoch_) return;
  for (const std::uint32_t trigger : probes_[probe].triggers) {
    triggers_[trigger].trigger.take(occurrence);
    judge(now, trigger, edges);
  }
  update_health(now);
}

void Watch::take(Instant now, std::string_view signal, const Occurrence& occurrence,
                 std::vector<Edge>& edges) {
  if (epoch_ && occurrence.at < *epoch_) return;
  for (std::size_t i = 0; i < triggers_.size(); ++i) {
    if (trigger_traits_[i].probe || trigger_traits_[i].signal != signal) continue;
    triggers_[i].trigger.take(occurrence);
    judge(now, i, edges);
  }
  update_health(now);
}

std::vector<std::string> Watch::signals() const {
  std::vector<std::string> names;
  for (const TriggerTraits& trigger : trigger_traits_) {
    const bool is_known = std::ranges::find(names, trigger.signal) != names.end();
    if (!trigger.probe && !is_known) names.push_back(trigger.signal);
  }
  return names;
}

void Watch::note_sight(ProbeState& probe, Outcome outcome) {
  if (outcome == Outcome::unknown) {
    if (++probe.unknown_in_a_row == blind_after) ++blind_probes_;
  } else {
    if (probe.unknown_in_a_row >= blind_after) --blind_probes_;
    probe.unknown_in_a_row = 0;
  }
}

void Watch::learn(std::size_t probe, const Sample& sample) {
  if (!healthy_since_ || sample.outcome != Outcome::good) return;
  for (Memory& memory : memories_) {
    if (trigger_traits_[memory.trigger].probe != probe) continue;
    const auto number = evaluate::measured(*triggers_[memory.trigger].trigger.regression(), sample);
    if (number) memory.good.take(sample.ended_at(), *number);
  }
}

Watch::Memory* Watch::memory_of(std::size_t trigger) {
  const auto found = std::ranges::find(memories_, trigger, &Memory::trigger);
  return found == memories_.end() ? nullptr : &*found;
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

bool Watch::has_heard_all() const {
  return std::ranges::all_of(probes_, [](const ProbeState& probe) { return probe.samples > 0; });
}

Duration Watch::longest_silence() const {
  Duration longest{};
  for (const ProbeSettings& probe : probe_settings_) {
    longest = std::max(longest, probe.timing.interval + probe.timing.timeout);
  }
  return longest;
}

std::vector<TriggerBaseline> Watch::baselines() const {
  std::vector<TriggerBaseline> baselines;
  for (const Memory& memory : memories_) {
    Baseline baseline = memory.good.baseline();
    const evaluate::Regression& rule = *triggers_[memory.trigger].trigger.regression();
    if (baseline.count < rule.samples_min && memory.learned) baseline = *memory.learned;
    if (baseline.count > 0) baselines.push_back({name(memory.trigger), std::move(baseline)});
  }
  return baselines;
}

void Watch::arm(const std::vector<TriggerBaseline>& baselines) {
  for (const Memory& memory : memories_) {
    const auto of = std::ranges::find(baselines, name(memory.trigger), &TriggerBaseline::trigger);
    if (of != baselines.end()) triggers_[memory.trigger].trigger.arm(of->baseline);
  }
}

void Watch::learned(const std::vector<TriggerBaseline>& baselines) {
  for (Memory& memory : memories_) {
    const auto of = std::ranges::find(baselines, name(memory.trigger), &TriggerBaseline::trigger);
    memory.learned = of == baselines.end() ? std::nullopt : std::optional(of->baseline);
  }
}

void Watch::begin_peaks() {
  peaks_.assign(triggers_.size(), Peak());
}

std::vector<Peak> Watch::end_peaks() {
  return std::exchange(peaks_, {});
}

void Watch::begin_epoch(Instant epoch) {
  for (TriggerState& trigger : triggers_) {
    trigger.trigger.clear();
    trigger.state = FindingState::no_data;
  }
  for (Memory& memory : memories_) memory.good.clear();
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
  for (std::size_t i = 0; i < triggers_.size(); ++i) {
    triggers_[i].preexisting = std::ranges::find(names, name(i)) != names.end();
  }
}

std::vector<std::string> Watch::in_trouble() const {
  std::vector<std::string> names;
  for (std::size_t i = 0; i < triggers_.size(); ++i) {
    if (triggers_[i].preexisting || is_trouble(triggers_[i].state)) names.push_back(name(i));
  }
  return names;
}

std::vector<std::string> Watch::preexisting() const {
  std::vector<std::string> names;
  for (std::size_t i = 0; i < triggers_.size(); ++i) {
    if (triggers_[i].preexisting) names.push_back(name(i));
  }
  return names;
}

std::vector<std::size_t> Watch::acting(Action action) const {
  std::vector<std::size_t> acting;
  for (std::size_t i = 0; i < triggers_.size(); ++i) {
    const TriggerState& trigger = triggers_[i];
    if (trigger.state != FindingState::tripped || trigger.preexisting) continue;
    const TriggerTraits& traits = trigger_traits_[i];
    if (!traits.shadow && traits.action == action) acting.push_back(i);
  }
  return acting;
}

const std::string& Watch::name(std::size_t trigger) const {
  return trigger_traits_[trigger].name;
}

std::string Watch::setting_that_trips(std::size_t trigger, double peak) const {
  return evaluate::setting_that_trips(triggers_[trigger].trigger.rule(), peak);
}

std::string Watch::reason(std::size_t trigger, Instant now) const {
  return triggers_[trigger].trigger.reason(now);
}

std::optional<Instant> Watch::bad_since(std::size_t trigger) const {
  return triggers_[trigger].trigger.bad_since();
}

void Watch::write(Instant now, ServiceSnapshot& snapshot) const {
  for (std::size_t i = 0; i < probes_.size(); ++i) {
    const ProbeState& probe = probes_[i];
    const ProbeSettings& settings = probe_settings_[i];
    snapshot.probes.push_back({.name = settings.name,
                               .last = probe.last,
                               .values = probe.last ? named_values(settings.vocabulary, *probe.last)
                                                    : std::vector<NamedValue>(),
                               .samples = probe.samples,
                               .samples_bad = probe.samples_bad,
                               .samples_unknown = probe.samples_unknown});
  }
  for (std::size_t i = 0; i < triggers_.size(); ++i) {
    const TriggerState& trigger = triggers_[i];
    const TriggerTraits& traits = trigger_traits_[i];
    snapshot.triggers.push_back({.name = traits.name,
                                 .probe = traits.probe ? probe_settings_[*traits.probe].name : "",
                                 .kind = std::string(evaluate::kind_name(trigger.trigger.rule())),
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
  if (!peaks_.empty() && finding.progress > peaks_[trigger].progress) {
    peaks_[trigger] = {.progress = finding.progress, .reason = state.trigger.reason(now)};
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
    if (!trigger.counts) continue;
    if (is_trouble(trigger.state)) return false;
    if (trigger.state == FindingState::no_data && trigger.must_know) return false;
    if (!trigger.needs_knowledge) continue;
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
