#include "engine/service.hpp"

#include "base/contract.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <numeric>
#include <utility>

namespace ripcord::engine {
namespace {

const std::string ripcord = "ripcord";

/// How long a gate waits at most, after a restart, for the first word of slow probes.
constexpr Duration gate_patience_max = std::chrono::seconds(30);

/// A stage that follows another one without a shift between them begins a bake of its own.
bool is_another_phase(const Phase& before, const Phase& after) {
  const auto* was = std::get_if<Baking>(&before);
  const auto* is = std::get_if<Baking>(&after);
  if (was != nullptr && is != nullptr) return was->stage != is->stage;
  return before.index() != after.index();
}

/// Whether triggers are watched for it: from the first bake to the end or the rollback.
bool is_watched(const Phase& phase) {
  return std::holds_alternative<Baking>(phase) || std::holds_alternative<Shifting>(phase);
}

/// Since when what is seen tells of the version that runs after `deployment`; nothing when it never
/// came to run.
std::optional<Instant> epoch_of(Instant now, const Deployment& deployment) {
  const Phase& phase = deployment.phase;
  if (const auto* baking = std::get_if<Baking>(&phase)) return baking->settled_at;
  if (const auto* verifying = std::get_if<Verifying>(&phase)) return verifying->settled_at;
  const bool went_back =
      std::holds_alternative<RolledBack>(phase) || std::holds_alternative<RollbackFailed>(phase);
  const std::optional<Instant> epoch = went_back ? deployment.ended_at : deployment.deployed_at;
  // A clock that was set back since makes no future, in which nobody would listen.
  return epoch ? std::optional(std::min(*epoch, now)) : std::nullopt;
}

/// `"slow came to 75 % of its trip (…); with for = 1m 30s it would have tripped"`.
std::string in_words(const Watch& watch, std::size_t trigger, const Peak& peak, bool saw_all) {
  const std::string& name = watch.name(trigger);
  const std::string since = saw_all ? "" : " since the daemon began";
  if (peak.progress <= 0) {
    return fmt::format("trigger {} came nowhere near its trip{}", name, since);
  }
  std::string text = fmt::format("trigger {} came to {:.0f} % of its trip{}: {}", name,
                                 std::floor(peak.progress * 100), since, peak.reason);
  if (peak.progress >= 1) return text;
  const std::string setting = watch.setting_that_trips(trigger, peak.progress);
  if (!setting.empty()) text += fmt::format("; with {} it would have tripped", setting);
  return text;
}

/// `"backend-20261122-190312"`.
std::string id_stem(const std::string& service, Instant now) {
  std::string stamp = to_rfc3339(now);
  std::erase_if(stamp, [](char c) { return c == '-' || c == ':' || c == 'Z'; });
  std::ranges::replace(stamp, 'T', '-');
  return fmt::format("{}-{}", service, stamp);
}

}  // namespace

Service::Service(ServiceSettings settings, std::string configuration)
    : name_(std::move(settings.name)),
      recipe_(std::move(settings.recipe)),
      configuration_(std::move(configuration)),
      watch_(std::move(settings.probes), settings.triggers, settings.baseline),
      lineage_(std::move(settings.previous_version)) {}

void Service::apply(ServiceSettings settings, std::string configuration) {
  RIPCORD_CONTRACT(!open_ && !waiting_);
  watch_.apply(Watch(std::move(settings.probes), settings.triggers, settings.baseline));
  lineage_.set_first(std::move(settings.previous_version));
  recipe_ = std::move(settings.recipe);
  configuration_ = std::move(configuration);
  ++revision_;
}

void Service::restore(Instant now, const Deployment& deployment) {
  newest_id_ = deployment.id;
  if (const auto epoch = epoch_of(now, deployment)) watch_.begin_epoch(*epoch);
  if (std::holds_alternative<Gating>(deployment.phase)) {
    RIPCORD_CONTRACT(!waiting_);
    waiting_ = deployment;
    ask_gate_at_ = now + std::min(watch_.longest_silence(), gate_patience_max);
  } else if (is_open(deployment)) {
    RIPCORD_CONTRACT(!open_);
    open_ = deployment;
    if (deployment.deployed_at) lineage_.deployed(deployment.version);
    watch_.restore_preexisting(deployment.preexisting);
    watch_.arm(deployment.baselines);
    if (is_watched(deployment.phase)) watch_.begin_peaks();
  } else {
    keep_ended(deployment, true);
    lineage_.ended(deployment);
    learn_from(deployment);
  }
}

void Service::take(Instant now, const SampleTaken& event, Sight& sight, Effects& effects) {
  ++revision_;
  const auto healthy_before = watch_.healthy_since();
  std::vector<Watch::Edge> edges;  // nearly always stays empty
  sight -= watch_.sight();
  watch_.take(now, event.probe.index, event.sample, edges);
  sight += watch_.sight();
  take_edges(now, edges, sight, effects);
  if (is_gate_due(now)) ask_gate(effects);
  if (open_ && watch_.healthy_since() != healthy_before) drive(now, deploy::LookAgain{}, effects);
}

void Service::take(Instant now, const OccurrenceSeen& event, const Sight& sight, Effects& effects) {
  ++revision_;
  std::vector<Watch::Edge> edges;  // nearly always stays empty
  watch_.take(now, event.probe.index, event.occurrence, edges);
  take_edges(now, edges, sight, effects);
}

void Service::look_again(Instant now, const Sight& sight, Effects& effects) {
  std::vector<Watch::Edge> edges;  // nearly always stays empty
  watch_.look_again(now, edges);
  take_edges(now, edges, sight, effects);
  if (is_gate_due(now)) ask_gate(effects);
  if (open_) drive(now, deploy::LookAgain{}, effects);
  if (waiting_) drive_waiting(now, deploy::LookAgain{}, effects);
}

void Service::found_irreversible(Instant now, const FoundIrreversible& event, Effects& effects) {
  ++revision_;
  if (!open_ || open_->id != event.deployment) return;
  drive(now, deploy::CannotBeUndone{.reason = event.reason, .by = event.by}, effects);
}

void Service::run_ended(Instant now, const RunEnded& event, Effects& effects) {
  ++revision_;
  if (!open_ || open_->id != event.deployment) return;
  drive(now, deploy::StepEnded{.step = event.step, .result = event.result}, effects);
}

void Service::run_found(Instant now, const RunFound& event, Effects& effects) {
  ++revision_;
  if (waiting_ && waiting_->id == event.deployment) {
    drive_waiting(now, deploy::StepFound{event.step}, effects);
  } else if (open_ && open_->id == event.deployment) {
    drive(now, deploy::StepFound{event.step}, effects);
  }
}

void Service::not_recorded(const std::string& id) {
  if (waiting_ && waiting_->id == id) {
    ++revision_;
    waiting_.reset();
    return;
  }
  // One that has moved on meanwhile is real, and is recorded as soon as that works: a rollback that
  // has begun is never forgotten.
  if (!before_ || !open_ || open_->id != id) return;
  ++revision_;
  open_ = std::move(before_->open);
  last_ = std::move(before_->last);
  last_begun_ = std::move(before_->last_begun);
  counts_ = before_->counts;
  watch_.restore_preexisting(before_->preexisting);
  before_.reset();
}

std::string Service::drive(Instant now, const deploy::MachineEvent& event, Effects& effects) {
  deploy::Step step = deploy::step(*open_, recipe_, event, now, health());
  std::string refused = std::move(step.refused);
  if (step.effects.empty()) return refused;
  take_over(now, std::move(step), effects);
  // wake_at() names later instants only: nothing that is due now may be left.
  if (open_) (void)drive(now, deploy::LookAgain{}, effects);
  return refused;
}

void Service::take_over(Instant now, deploy::Step step, Effects& effects) {
  ++revision_;
  const bool is_new_phase = !open_ || is_another_phase(open_->phase, step.next.phase);
  const bool was_armed = open_ && is_watched(open_->phase);
  open_ = std::move(step.next);
  effects.emplace_back(Save{*open_});
  std::ranges::move(step.effects, std::back_inserter(effects));

  if (!is_new_phase) return;
  before_.reset();
  const bool is_armed = is_watched(open_->phase);
  if (is_armed && !was_armed) {
    watch_.begin_peaks();
    saw_whole_bake_ = true;
  }

  if (was_armed && !is_armed) tell_peaks(now, effects);
  // The pipeline's work and the rollback's are actions: what was seen before is of another world.
  if (const auto* baking = std::get_if<Baking>(&open_->phase)) {
    lineage_.deployed(open_->version);
    // What fails while it settles is no evidence against it.
    watch_.begin_epoch(baking->settled_at);
  } else if (std::holds_alternative<Verifying>(open_->phase)) {
    watch_.begin_epoch(now);
  }
  const Phase phase = open_->phase;
  const std::string id = open_->id;
  if (!is_open(*open_)) close();
  if (waiting_) let_wait(now, id, phase, effects);
}

void Service::tell_peaks(Instant now, Effects& effects) {
  const std::vector<Peak> peaks = watch_.end_peaks();
  std::vector<std::size_t> nearest_first(peaks.size());
  std::iota(nearest_first.begin(), nearest_first.end(), std::size_t{0});
  std::ranges::sort(nearest_first, {},
                    [&](std::size_t i) { return std::pair(-peaks[i].progress, i); });
  for (const std::size_t i : nearest_first) {
    if (open_->cause && open_->cause->trigger == watch_.name(i)) continue;
    effects.emplace_back(Record{.at = now,
                                .service = name_,
                                .deployment = open_->id,
                                .kind = "trigger.peak",
                                .text = in_words(watch_, i, peaks[i], saw_whole_bake_),
                                .by = ripcord,
                                .severity = Severity::info});
  }
}

void Service::close() {
  const Phase& phase = open_->phase;
  const bool rolled_back =
      std::holds_alternative<RolledBack>(phase) || std::holds_alternative<RollbackFailed>(phase);
  if (rolled_back && !open_->drill) ++counts_.rollbacks;
  if (std::holds_alternative<RollbackFailed>(phase) && !open_->drill) ++counts_.rollbacks_failed;
  // A rollback that a person ordered with nothing else open is no deployment (design §3.6).
  if (!open_->manual_rollback && !open_->drill && open_->begun_at) {
    ++counts_.deployments;
    if (rolled_back || std::holds_alternative<Failed>(phase)) ++counts_.deployments_failed;
  }
  lineage_.ended(*open_);
  learn_from(*open_);
  const bool is_newest = !last_ || last_->started_at <= open_->started_at;
  keep_ended(std::move(*open_), is_newest);
  open_.reset();
}

void Service::keep_ended(Deployment ended, bool is_newest) {
  if (!is_newest) {
    last_begun_ = std::move(ended);
    return;
  }
  if (ended.begun_at) {
    last_begun_.reset();
  } else if (last_ && last_->begun_at) {
    last_begun_ = std::move(last_);
  }
  last_ = std::move(ended);
}

/// What was normal before it is normal again when the version from before it is back.
void Service::learn_from(const Deployment& ended) {
  if (!ended.begun_at) return;  // it never touched the service
  const bool is_back = std::holds_alternative<RolledBack>(ended.phase);
  watch_.learned(is_back ? ended.baselines : std::vector<TriggerBaseline>{});
}

void Service::take_edges(Instant now, const std::vector<Watch::Edge>& edges, const Sight& sight,
                         Effects& effects) {
  for (const Watch::Edge& edge : edges) {
    ++revision_;
    if (edge.to == FindingState::pass) forget_preexisting(edge, effects);
    note_edge(now, edge, effects);
  }
  // What is tripped still, once there is something to be seen, acts then.
  if (!sight.is_blind()) act_on_trips(now, effects);
}

void Service::note_edge(Instant now, const Watch::Edge& edge, Effects& effects) {
  const bool has_tripped = edge.to == FindingState::tripped;
  const bool has_cleared = edge.from == FindingState::tripped;
  if (!has_tripped && !has_cleared) return;

  const bool acts_elsewhere = open_ && (std::holds_alternative<RollingBack>(open_->phase) ||
                                        std::holds_alternative<Verifying>(open_->phase));
  if (has_tripped && acts_elsewhere) {
    drive(now, deploy::Tripped{cause_of(edge.trigger, now)}, effects);
    return;
  }
  std::string_view what = has_tripped ? "has tripped" : "has cleared";
  if (edge.to == FindingState::no_data) what = "was tripped, and no longer knows";
  effects.emplace_back(Record{.at = now,
                              .service = name_,
                              .deployment = subject(),
                              .kind = has_tripped ? "trigger.tripped" : "trigger.cleared",
                              .text = fmt::format("trigger {} {}: {}", watch_.name(edge.trigger),
                                                  what, watch_.reason(edge.trigger, now)),
                              .by = ripcord,
                              .severity = has_tripped ? Severity::warning : Severity::info});
}

void Service::forget_preexisting(const Watch::Edge& edge, Effects& effects) {
  // Kept with the deployment: after a restart the trigger must have its say again.
  for (OptionalIndirect<Deployment>* deployment : {&waiting_, &open_}) {
    if (!*deployment) continue;
    Deployment& marked = **deployment;
    if (std::erase(marked.preexisting, watch_.name(edge.trigger)) > 0) {
      effects.emplace_back(Save{marked});
    }
  }
}

void Service::act_on_trips(Instant now, Effects& effects) {
  if (!open_) {
    after_bake(now, effects);
    return;
  }
  if (!deploy::is_armed(*open_, now)) return;
  const std::vector<std::size_t> rolling = watch_.acting(Action::rollback);
  if (!rolling.empty()) {
    drive(now, deploy::Tripped{cause_of(rolling.front(), now)}, effects);
    return;
  }
  const std::vector<std::size_t> holding = watch_.acting(Action::hold);
  if (!holding.empty()) drive(now, deploy::HoldTripped{cause_of(holding.front(), now)}, effects);
}

/// What has succeeded may be rolled back as long as its version lives, once.
void Service::after_bake(Instant now, Effects& effects) {
  const Deployment* last = last_begun();
  if (recipe_.after_bake != deploy::AfterBake::rollback || last == nullptr) return;
  const bool lives = std::holds_alternative<Succeeded>(last->phase) &&
                     last->version == lineage_.current() && last->irreversible.empty();
  const std::vector<std::size_t> rolling = watch_.acting(Action::rollback);
  if (!lives || rolling.empty() || recipe_.rollback.empty()) return;
  if (lineage_.target(lineage_.current()).empty()) return;  // nobody knows where to
  Deployment fresh = new_deployment(now, lineage_.current());
  fresh.manual_rollback = true;
  fresh.begun_at = now;
  fresh.drill = last->drill;
  fresh.deadline = now;
  take_over(
      now,
      deploy::begin_manual_rollback(std::move(fresh), recipe_, cause_of(rolling.front(), now), now),
      effects);
}

Cause Service::cause_of(std::size_t trigger, Instant now) const {
  return {.trigger = watch_.name(trigger),
          .reason = watch_.reason(trigger, now),
          .by = ripcord,
          .at = now,
          .bad_since = watch_.bad_since(trigger)};
}

std::string Service::subject() const {
  if (open_) return open_->id;
  return waiting_ ? waiting_->id : "";
}

Deployment Service::new_deployment(Instant now, std::string version) {
  Deployment fresh;
  fresh.id = newest_id_ = new_id(now);
  fresh.service = name_;
  fresh.previous_version = lineage_.target(version);
  fresh.version = std::move(version);
  fresh.configuration = configuration_;
  fresh.started_at = now;
  return fresh;
}

std::string Service::new_id(Instant now) const {
  const std::string stem = id_stem(name_, now);
  if (!newest_id_.starts_with(stem)) return stem;
  // Another one within the same second.
  const std::string& before = newest_id_;
  unsigned number = 1;
  if (before.size() > stem.size() + 1) {
    (void)std::from_chars(before.data() + stem.size() + 1, before.data() + before.size(), number);
  }
  return fmt::format("{}-{}", stem, number + 1);
}

std::optional<Instant> Service::wake_at(Instant now) const {
  std::optional<Instant> earliest = watch_.next_change(now);
  if (waiting_ && !gate_asked_ && (!earliest || ask_gate_at_ < *earliest)) earliest = ask_gate_at_;
  for (const OptionalIndirect<Deployment>* deployment : {&waiting_, &open_}) {
    if (!*deployment) continue;
    const auto due = deploy::wake_at(**deployment, recipe_, now, health());
    if (due && (!earliest || *due < *earliest)) earliest = due;
  }
  return earliest;
}

}  // namespace ripcord::engine
