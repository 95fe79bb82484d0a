// What the engine may want, and what must always hold.

#include "tests/simulation/world.hpp"

#include <algorithm>
#include <set>
#include <variant>

namespace ripcord::simulation {
namespace {

using namespace std::chrono_literals;

/// Since when what was seen may speak against a deployment.
Instant armed_since(const Deployment& deployment) {
  const auto* baking = std::get_if<Baking>(&deployment.phase);
  return baking != nullptr ? baking->settled_at : deployment.deployed_at.value_or(Instant::max());
}

}  // namespace

void World::judge(const Effects& effects) {
  std::set<std::string> saved;
  for (const Effect& effect : effects) {
    if (const auto* save = std::get_if<Save>(&effect)) {
      saved.insert(save->deployment.id);
      judge_trip(save->deployment);
      judge_success(save->deployment);
      note_refusal(save->deployment);
      latest_[save->deployment.id] = save->deployment;
    }
    if (const auto* record = std::get_if<Record>(&effect)) judge_rollback(*record);
    const auto* start = std::get_if<StartRun>(&effect);
    if (start == nullptr) continue;
    require(saved.contains(start->deployment), "a step is started before it is saved");
    if (start->step.attempt > 0) count("started again");
  }
}

void World::judge_trip(const Deployment& deployment) {
  if (!deployment.cause) return;
  const auto known = latest_.find(deployment.id);
  if (known != latest_.end() && known->second.cause) return;
  const Cause& cause = *deployment.cause;
  if (cause.by != "ripcord") {
    count("rolled back by hand");
    return;
  }
  const Place& place = place_of(deployment.service);
  if (cause.trigger.empty()) {
    count("rolled back by itself");
    require(is_starting_ || deployment.way == Way::driven, "a rollback for no reason");
    return;
  }
  count("rolled back by a trip");
  const auto trigger =
      std::ranges::find(place.settings.triggers, cause.trigger, &engine::TriggerSettings::name);
  require(trigger != place.settings.triggers.end(), "an unknown trigger acts");
  if (trigger == place.settings.triggers.end()) return;
  require(trigger->action == engine::Action::rollback && !trigger->shadow,
          "a trigger acts that may not");
  require(!engine_->snapshot(now_).blind_since, "a trip acts while nothing can be seen");
  if (known == latest_.end()) {
    count("rolled back after the bake");
    require(place.settings.recipe.after_bake == deploy::AfterBake::rollback,
            "a trip acts after the bake");
    return;
  }
  const Deployment& before = known->second;
  require(before.irreversible.empty(), "what cannot be undone is rolled back");
  require(std::ranges::find(before.preexisting, cause.trigger) == before.preexisting.end(),
          "what was bad before rolls back");
  const bool is_shifting = std::holds_alternative<Shifting>(before.phase);
  require(is_shifting || std::holds_alternative<Baking>(before.phase),
          "a trip acts on what does not bake");
  judge_evidence(before, place, *trigger);
  judge_bound(deployment);
}

/// Whatever made ripcord want it: a trip, a step that failed, the deadline.
void World::judge_rollback(const Record& record) {
  if (record.kind != "rollback.started" || record.by != "ripcord") return;
  require(latest_[record.deployment].irreversible.empty(), "what cannot be undone is rolled back");
}

void World::note_refusal(const Deployment& deployment) {
  if (!std::holds_alternative<Refused>(deployment.phase)) return;
  const bool beside_a_bake = std::ranges::any_of(ledger_.rows(), [&](const Deployment& row) {
    return row.service == deployment.service && std::holds_alternative<Baking>(row.phase);
  });
  if (beside_a_bake) count("refused beside a bake");
}

void World::judge_evidence(const Deployment& before, const Place& place,
                           const engine::TriggerSettings& trigger) {
  const Instant since = armed_since(before);
  if (const auto* count_of = std::get_if<evaluate::Occurrences>(&trigger.rule)) {
    const auto& happened = place.happened.at(trigger.probe.value());
    const auto counted = std::ranges::count_if(happened, [&](Instant at) { return at >= since; });
    const std::uint32_t limit = count_of->within_long == 0s
                                    ? count_of->more_than
                                    : std::min(count_of->more_than, count_of->more_than_long);
    require(counted > std::min<std::int64_t>(limit, 10), "a trip without the occurrences");
    return;
  }
  const auto* streak = std::get_if<evaluate::ConsecutiveFailures>(&trigger.rule);
  const std::size_t least = streak != nullptr ? streak->failures : 1;
  const std::deque<Sample>& known = place.known.at(trigger.probe.value());
  require(known.size() >= least, "a trip without enough evidence");
  for (std::size_t i = 0; i < std::min(least, known.size()); ++i) {
    const Sample& sample = known[known.size() - 1 - i];
    require(sample.taken_at >= since, "a trip by what was seen before it had settled");
    require(streak == nullptr || sample.outcome == Outcome::bad, "a trip by a good sample");
  }
}

/// Where nothing else goes wrong, the time from the end of the pipeline to the trip is bounded by
/// the configuration.
void World::judge_bound(const Deployment& deployment) {
  if (weather_ != Weather::rotten) return;
  const engine::ServiceSettings& settings = place_of(deployment.service).settings;
  Duration soonest = Duration::max();
  for (const engine::TriggerSettings& trigger : settings.triggers) {
    const auto* streak = std::get_if<evaluate::ConsecutiveFailures>(&trigger.rule);
    if (streak == nullptr) continue;
    const ProbeTiming& timing = settings.probes[trigger.probe.value()].timing;
    const Duration last_old_one = std::max(timing.interval, timing.timeout);
    const Duration each = std::max(timing.retry_interval, timing.timeout);
    soonest = std::min(soonest, last_old_one + streak->failures * each + timing.timeout);
  }
  const Duration took = deployment.cause->at - deployment.deployed_at.value_or(now_);
  const bool is_first_stage = !settings.recipe.shift || settings.recipe.stages.empty();
  if (is_first_stage || deployment.way != Way::driven) {
    require(took <= settings.recipe.settle + soonest, "a trip later than the configuration says");
    count("tripped in time");
  }
}

void World::judge_success(const Deployment& deployment) {
  if (!std::holds_alternative<Succeeded>(deployment.phase)) return;
  Place& place = place_of(deployment.service);
  const bool was_there = place.running == deployment.version && deployment.deployed_at &&
                         place.running_since <= *deployment.deployed_at;
  require(!was_there || place.natures[place.running] != Nature::bad,
          "a bad version is called good");
  require(!deployment.held, "what is held is promoted");
}

void World::judge_open() {
  if (is_starting_) return;
  for (const Place& place : places_) {
    const Deployment* open = engine_->open_deployment(place.settings.name);
    require(open == nullptr || now_ < open->deadline, "a deployment outlives its deadline");
    if (open == nullptr) continue;
    const auto wake = engine_->wake_at();
    require(wake && *wake > now_, "an open deployment has no end in sight");
  }
}

void World::judge_findings() {
  for (const engine::ServiceSnapshot& service : engine_->snapshot(now_).services) {
    for (const engine::TriggerSnapshot& trigger : service.triggers) {
      const Finding& finding = trigger.finding;
      require(finding.progress >= 0 && finding.progress <= 1, "a progress beyond its range");
      require((finding.progress >= 1) == (finding.state == FindingState::tripped),
              "a progress of 1 without a trip, or a trip without it: " + trigger.name);
      require(!trigger.reason.empty(), "a finding without a reason");
    }
  }
}

}  // namespace ripcord::simulation
