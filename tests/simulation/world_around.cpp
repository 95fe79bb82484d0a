// What happens around the daemon: probes, scripts and people.

#include "tests/simulation/world.hpp"

#include <fmt/format.h>

#include <utility>
#include <variant>

namespace ripcord::simulation {
namespace {

using namespace std::chrono_literals;

const std::string ana = "uid 1000 (ana)";

}  // namespace

// ── probes ──

void World::probe(std::size_t place, std::uint32_t index) {
  Place& here = places_[place];
  const ProbeTiming& timing = here.settings.probes[index].timing;
  const Sample sample = look(here, timing);
  if (sample.outcome != Outcome::unknown) here.was_bad[index] = sample.outcome == Outcome::bad;
  const std::uint64_t life = life_;
  if (!chance_.one_in(200)) {  // else it is lost
    at(sample.ended_at(), [=, this] {
      if (life == life_) report(place, index, sample);
    });
  }
  const Duration pause = here.was_bad[index] ? timing.retry_interval : timing.interval;
  const Duration late = chance_.one_in(50) ? chance_.between(0s, 40s) : 0s;
  at(std::max(sample.ended_at(), now_ + pause) + late, [=, this] {
    if (life == life_) probe(place, index);
  });
}

void World::report(std::size_t place, std::uint32_t index, const Sample& sample) {
  Place& here = places_[place];
  if (sample.outcome != Outcome::unknown) {
    here.known[index].push_back(sample);
    if (here.known[index].size() > 10) here.known[index].pop_front();
  }
  feed(SampleTaken{.probe = {.service = here.id, .index = index}, .sample = sample});
}

Sample World::look(const Place& place, const ProbeTiming& timing) {
  Sample sample;
  sample.taken_at = now_;
  // Now and then the probe itself is broken, for some minutes.
  const bool is_blind = now_.time_since_epoch() / 5min % 40 == 0 && chance_.one_in(2);
  if (is_blind || chance_.one_in(50)) {
    sample.latency = chance_.between(0s, 1s);
    sample.reason = "no such host";
    return sample;
  }
  const auto nature = place.natures.find(place.running);
  answer(sample, timing, nature == place.natures.end() ? Nature::good : nature->second);
  return sample;
}

void World::answer(Sample& sample, const ProbeTiming& timing, Nature nature) {
  const bool is_down = now_.time_since_epoch() / 45s % 3 == 0;
  const bool is_bad = nature == Nature::bad || (nature == Nature::flapping && is_down) ||
                      (nature != Nature::bad && chance_.one_in(300));
  const bool is_slow = nature == Nature::slow && !chance_.one_in(10);
  sample.outcome = is_bad ? Outcome::bad : Outcome::good;
  sample.latency_kind = LatencyKind::measured;
  sample.latency = is_slow ? chance_.between(1s, timing.timeout) : chance_.between(1ms, 200ms);
  if (is_bad && chance_.one_in(3)) {
    sample.latency = timing.timeout;
    sample.latency_kind = LatencyKind::at_least;
  } else if (is_bad && chance_.one_in(2)) {
    sample.latency_kind = LatencyKind::none;
  }
  if (is_bad) sample.reason = "status 500";
}

// ── scripts ──

Duration World::time_for(const StartRun& start) {
  const deploy::Recipe& recipe = place_of(start.facts.service).settings.recipe;
  const deploy::RecipeStep& step = start.step.kind == StepKind::verify
                                       ? recipe.verify.value()
                                       : recipe.rollback.at(start.step.index);
  return step.timeout + step.grace;
}

void World::run(const StartRun& start) {
  const RunKey key{start.deployment, start.step};
  followed_.insert(key);
  Run run;
  run.start = start;
  run.helps = !chance_.one_in(8);
  run.result.started_at = now_;
  run.result.outcome = RunOutcome::exited;
  Duration takes = chance_.between(0s, 8s);
  if (chance_.one_in(12)) run.result.code = 1;
  if (chance_.one_in(15)) {
    run.result.outcome = RunOutcome::timed_out;
    // Even a keeper may be stuck.
    takes = chance_.one_in(3) ? 2h : time_for(start);
  }
  run.result.ended_at = now_ + takes;
  require(runs_.emplace(key, run).second, "a step runs twice");
  count("ran");
  at(now_ + takes, [this, key] { end(key); });
  if (!is_calm_ && chance_.one_in(25)) {
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
  const std::size_t steps = place_of(facts.service).settings.recipe.rollback.size();
  const bool is_last = key.second.kind == StepKind::rollback && key.second.index + 1 == steps;
  if (run.result.succeeded() && run.helps && is_last && !facts.previous_version.empty()) {
    Place& place = place_of(facts.service);
    place.running = facts.previous_version;
    place.running_since = now_;
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

// ── people ──

void World::visit(std::size_t place) {
  if (is_calm_) return;
  at(now_ + chance_.between(1min, 25min), [this, place] { visit(place); });
  switch (chance_.up_to(11)) {
    case 0:
      say(place, AbortDeployment{.reason = "mine"}, 1);
      break;
    case 1:
      say(place, RollBackService{.reason = "data corruption"}, 1);
      break;
    case 2:
      say(place, FinishDeployment{}, 1);
      break;
    case 3:
      say(place, FailDeployment{.reason = "no disk"}, 1);
      break;
    case 4:
      if (chance_.one_in(3)) reboot();
      break;
    case 5:
      if (engine_) kill();
      break;
    default:
      release(place, some_version(places_[place]));
  }
}

void World::release(std::size_t place, const std::string& version) {
  StartDeployment start;
  start.version = version;
  say(place, std::move(start), 1);
  const Instant in_place = now_ + chance_.between(1s, 2min);
  const Instant done = in_place + chance_.between(0s, 20s);
  const bool is_silent = chance_.one_in(15);
  const bool fails = chance_.one_in(12);
  at(in_place, [=, this] {
    if (!fails || chance_.one_in(2)) put_in_place(place, version);
  });
  if (is_silent) return;
  at(done, [=, this] {
    if (fails) {
      say(place, FailDeployment{.reason = "no disk"}, 5);
    } else {
      say(place, FinishDeployment{}, 5);
    }
  });
}

void World::put_in_place(std::size_t place, const std::string& version) {
  note(fmt::format("{} runs {}", places_[place].settings.name, version));
  places_[place].running = version;
  places_[place].running_since = now_;
}

void World::say(std::size_t place, const Request& request, int tries) {
  if (!engine_) {  // and comes back later
    if (tries > 1) at(now_ + 20s, [=, this] { say(place, request, tries - 1); });
    return;
  }
  feed(Command{
      .ticket = Ticket{1}, .service = places_[place].settings.name, .by = ana, .request = request});
}

std::string World::some_version(Place& place) {
  if (place.releases > 0 && chance_.one_in(5)) {  // one that was there before
    return fmt::format("v{}", chance_.up_to(place.releases));
  }
  std::string version = fmt::format("v{}", ++place.releases);
  const std::uint64_t kind = chance_.up_to(9);
  place.natures[version] = kind < 4   ? Nature::good
                           : kind < 7 ? Nature::bad
                           : kind < 9 ? Nature::flapping
                                      : Nature::slow;
  return version;
}

}  // namespace ripcord::simulation
