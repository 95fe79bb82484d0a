// What happens around the daemon: probes and scripts.

#include "tests/simulation/world.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>
#include <variant>

namespace ripcord::simulation {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t remembered_max = 12;
constexpr double disk_limit = 80;

}  // namespace

// ── probes ──

void World::probe(std::size_t place, std::uint32_t index) {
  Place& here = places_[place];
  const ProbeTiming& timing = here.settings.probes[index].timing;
  const Sample sample = look(here, timing);
  if (sample.outcome != Outcome::unknown) here.was_bad[index] = sample.outcome == Outcome::bad;
  const bool is_rough = weather_ != Weather::rotten;
  if (!is_rough || !chance_.one_in(200)) {  // else it is lost
    in_this_life(sample.ended_at(), [=, this] { report(place, index, sample); });
  }
  const Duration pause = here.was_bad[index] ? timing.retry_interval : timing.interval;
  const Duration late = is_rough && chance_.one_in(50) ? chance_.between(0s, 40s) : 0s;
  in_this_life(std::max(sample.ended_at(), now_ + pause) + late,
               [=, this] { probe(place, index); });
}

void World::report(std::size_t place, std::uint32_t index, const Sample& sample) {
  Place& here = places_[place];
  if (sample.outcome != Outcome::unknown) {
    here.known[index].push_back(sample);
    if (here.known[index].size() > remembered_max) here.known[index].pop_front();
  }
  feed(SampleTaken{.probe = {.service = here.id, .index = index}, .sample = sample});
}

/// A container restarts: for no reason now and then, and all the time if its version crashes.
void World::crash(std::size_t place) {
  if (is_calm_) return;
  Place& here = places_[place];
  const bool is_crashing = nature_of(here) == Nature::crashing;
  at(now_ + chance_.between(20s, 90s), [this, place] { crash(place); });
  if (!engine_ || (!is_crashing && !strikes(60))) return;
  for (std::uint32_t i = 0; i < here.settings.probes.size() && engine_; ++i) {
    here.happened[i].push_back(now_);
    if (here.happened[i].size() > remembered_max) here.happened[i].pop_front();
    feed(
        OccurrenceSeen{.probe = {.service = here.id, .index = i},
                       .occurrence = {.at = now_, .kind = 0, .count = 1, .note = "exit code 137"}});
  }
}

Sample World::look(const Place& place, const ProbeTiming& timing) {
  Sample sample;
  sample.taken_at = now_;
  // Now and then a probe is broken for some minutes; and now and then everything is dark.
  const auto minute = now_.time_since_epoch() / 1min;
  const bool is_rough = weather_ != Weather::rotten;
  const bool is_broken = minute / 5 % 40 == 0 && chance_.one_in(2);
  const bool is_dark = minute % 180 < 3;
  if (is_rough && (is_dark || is_broken || chance_.one_in(50))) {
    sample.latency = chance_.between(0s, 1s);
    sample.reason = "no such host";
    return sample;
  }
  answer(sample, place, timing);
  return sample;
}

Nature World::nature_of(const Place& place) const {
  const auto nature = place.natures.find(place.running);
  return nature == place.natures.end() ? Nature::good : nature->second;
}

void World::answer(Sample& sample, const Place& place, const ProbeTiming& timing) {
  const Nature nature = nature_of(place);
  const bool is_down = now_.time_since_epoch() / 45s % 3 == 0;
  const Duration age = now_ - place.running_since;
  const bool has_rotted =
      nature == Nature::rotting && chance_.between(0s, 30min) < age;  // ever more often
  const bool is_bad = nature == Nature::bad || (nature == Nature::flapping && is_down) ||
                      has_rotted || (nature != Nature::bad && strikes(300));
  const bool is_slow = nature == Nature::slow && !chance_.one_in(10);
  const bool is_full = nature == Nature::filling && age > 20s;
  sample.outcome = is_bad ? Outcome::bad : Outcome::good;
  sample.latency_kind = LatencyKind::measured;
  sample.latency = is_slow ? chance_.between(1s, timing.timeout) : chance_.between(80ms, 120ms);
  if (is_bad && chance_.one_in(3)) {
    sample.latency = timing.timeout;
    sample.latency_kind = LatencyKind::at_least;
  } else if (is_bad && chance_.one_in(2)) {
    sample.latency_kind = LatencyKind::none;
    sample.connection_lost = chance_.one_in(2);
  }
  sample.readings.push_back({.value = 0, .number = is_full ? disk_limit + 10 : disk_limit - 40});
  if (is_bad) sample.reason = "status 500";
}

// ── scripts ──

Duration World::time_for(const StartRun& start) {
  const deploy::Recipe& recipe = place_of(start.facts.service).settings.recipe;
  const auto limit = [](const deploy::RecipeStep& step) { return step.timeout + step.grace; };
  switch (start.step.kind) {
    case StepKind::deploy:
      return limit(recipe.deploy.at(start.step.index));
    case StepKind::shift:
      return limit(recipe.shift.value());
    case StepKind::rollback:
      return limit(recipe.rollback.at(start.step.index));
    case StepKind::verify:
      break;
  }
  return limit(recipe.verify.value());
}

void World::run(const StartRun& start) {
  const RunKey key{start.deployment, start.step};
  followed_.insert(key);
  Run run;
  run.start = start;
  run.helps = !strikes(8);
  run.result.started_at = now_;
  run.result.outcome = RunOutcome::exited;
  Duration takes = chance_.between(0s, 8s);
  if (strikes(12)) run.result.code = 1;
  if (strikes(15)) {
    run.result.outcome = RunOutcome::timed_out;
    // Even a keeper may be stuck.
    takes = chance_.one_in(3) ? 2h : time_for(start);
  }
  run.result.ended_at = now_ + takes;
  require(runs_.emplace(key, run).second, "a step runs twice");
  count("ran " + to_string(start.step).substr(0, to_string(start.step).find('.')));
  at(now_ + takes, [this, key] { end(key); });
  if (strikes(25)) {
    at(now_ + chance_.between(0s, takes), [this] { reboot(); });
  }
}

void World::stop(const StopRun& stop) {
  const auto place = runs_.find({stop.deployment, stop.step});
  if (place == runs_.end() || place->second.is_over) return;
  place->second.is_over = true;
  place->second.result.outcome = RunOutcome::stopped;
  place->second.result.ended_at = now_ + 2s;
  count("stopped");
  at(now_ + 2s, [this, key = place->first] { tell(key); });
}

void World::end(const RunKey& key) {
  Run& run = runs_.at(key);
  if (run.is_over) return;
  run.is_over = true;
  note(fmt::format("{} {} {}", key.first, to_string(key.second), describe(run.result)));
  const RunFacts& facts = run.start.facts;
  Place& place = place_of(facts.service);
  const deploy::Recipe& recipe = place.settings.recipe;
  const StepId step = key.second;
  const bool succeeds = run.result.succeeded() && run.helps;
  if (step.kind == StepKind::deploy && step.index + 1 == recipe.deploy.size() && succeeds) {
    put_in_place(place, facts.version);
  }
  const bool is_last = step.kind == StepKind::rollback && step.index + 1 == recipe.rollback.size();
  if (is_last && succeeds && !facts.previous_version.empty()) {
    put_in_place(place, facts.previous_version);
  }
  tell(key);
}

void World::resume(const RunKey& key, const StartRun& start) {
  const auto place = runs_.find(key);
  if (place == runs_.end()) {
    count("begun after a kill");
    run(start);
    return;
  }
  followed_.insert(key);
  count("adopted");
  if (place->second.is_over) {
    at(now_ + chance_.between(0s, 1s), [this, key] { tell(key); });
  }
}

void World::tell(const RunKey& key) {
  if (!engine_ || followed_.erase(key) == 0) return;
  feed(RunEnded{.deployment = key.first, .step = key.second, .result = runs_.at(key).result});
}

void World::check_gate(const std::string& deployment) {
  in_this_life(now_ + chance_.between(0s, 3s), [this, deployment] {
    const bool passes = !strikes(6);
    const Deployment& gated = latest_.at(deployment);
    Place& place = place_of(gated.service);
    const bool begins = passes && std::holds_alternative<Gating>(gated.phase);
    if (begins && place.settings.recipe.deploy.empty()) put_in_place(place, gated.version);
    feed(GateChecked{.deployment = deployment,
                     .passed = passes,
                     .text = passes ? "every check has passed" : "the backup is 25h old"});
  });
}

}  // namespace ripcord::simulation
