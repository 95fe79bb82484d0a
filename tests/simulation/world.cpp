#include "tests/simulation/world.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>
#include <variant>

namespace ripcord::simulation {
namespace {

using namespace std::chrono_literals;

/// One step in so many is the daemon's last; one deed in so many as well.
constexpr std::uint64_t kill_before_commit = 40;
constexpr std::uint64_t kill_before_deed = 60;

engine::ServiceSettings settings(Chance& chance, const std::string& name) {
  engine::ServiceSettings made;
  made.name = name;
  made.previous_version = chance.one_in(6) ? "" : "v0";
  const std::uint64_t probes = 1 + chance.up_to(1);
  for (std::uint64_t i = 0; i < probes; ++i) {
    const Duration interval = chance.between(5s, 15s);
    made.probes.push_back({.name = fmt::format("probe{}", i),
                           .timing = {.interval = interval,
                                      .retry_interval = chance.between(1s, interval),
                                      .timeout = chance.between(2s, 20s)}});
    const auto failures = static_cast<std::uint32_t>(1 + chance.up_to(4));
    made.triggers.push_back({.name = fmt::format("unhealthy{}", i),
                             .probe = static_cast<std::uint32_t>(i),
                             .rule = evaluate::ConsecutiveFailures{.failures = failures}});
  }
  made.triggers.push_back({.name = "slow",
                           .probe = 0,
                           .rule = evaluate::Latency{.quantile = 0.5,
                                                     .above = 1s,
                                                     .window = 1min,
                                                     .hold = chance.between(0s, 2min),
                                                     .samples_min = 2}});
  made.recipe.settle = chance.one_in(5) ? 0s : chance.between(1s, 30s);
  made.recipe.bake = chance.one_in(10) ? 0s : chance.between(1min, 15min);
  made.recipe.deadline = chance.between(10min, 40min);
  made.recipe.verify_timeout = chance.between(1min, 5min);
  made.recipe.healthy_for = chance.between(0s, 40s);
  const std::uint64_t steps = chance.one_in(12) ? 0 : 1 + chance.up_to(2);
  for (std::uint64_t i = 0; i < steps; ++i) {
    made.recipe.rollback.push_back({.name = fmt::format("step{}", i),
                                    .timeout = chance.between(10s, 3min),
                                    .grace = 5s,
                                    .idempotent = chance.one_in(2)});
  }
  if (chance.one_in(2)) {
    made.recipe.verify = deploy::RecipeStep{
        .name = "verify", .timeout = 1min, .grace = 5s, .idempotent = chance.one_in(2)};
  }
  return made;
}

struct InWords {
  std::string operator()(const Save& save) const {
    return fmt::format("save {} {}", save.deployment.id, name(save.deployment.phase));
  }
  std::string operator()(const Record& record) const {
    return fmt::format("record {} {}: {}", record.deployment, record.kind, record.text);
  }
  std::string operator()(const CheckGate& check) const {
    return fmt::format("check gate {}", check.deployment);
  }
  std::string operator()(const StartRun& start) const {
    return fmt::format("start {} {}", start.deployment, to_string(start.step));
  }
  std::string operator()(const SaveRun& run) const {
    return fmt::format("ended {} {}: {}", run.deployment, to_string(run.step),
                       describe(run.result));
  }
  std::string operator()(const StopRun& stop) const {
    return fmt::format("stop {} {}", stop.deployment, to_string(stop.step));
  }
  std::string operator()(const Answer& answer) const { return "answer: " + answer.message; }
};

}  // namespace

World::World(std::uint64_t seed) : chance_(seed), ledger_({}) {
  now_ = Instant{} + std::chrono::days(20'000);
  std::map<std::string, std::string> first;
  for (const std::string name : {"backend", "web"}) {
    if (!places_.empty() && chance_.one_in(2)) continue;
    Place place;
    place.settings = settings(chance_, name);
    place.natures["v0"] = Nature::good;
    place.running = "v0";
    place.known.resize(place.settings.probes.size());
    place.was_bad.resize(place.settings.probes.size());
    first[name] = place.settings.previous_version;
    places_.push_back(std::move(place));
  }
  ledger_ = Ledger(first);
  begin();
  for (std::size_t i = 0; i < places_.size(); ++i) {
    at(now_ + chance_.between(0s, 10min), [this, i] { visit(i); });
  }
}

void World::live(Duration duration) {
  const Instant until = now_ + duration;
  const auto is_well = [this] { return broken_.empty() && ledger_.broken().empty(); };
  while (is_well() && !agenda_.empty() && agenda_.begin()->first <= until) {
    auto next = agenda_.extract(agenda_.begin());
    now_ = next.key();
    next.mapped()();
  }
  now_ = until;
}

void World::calm_down() {
  is_calm_ = true;
  const auto has_open = [this] { return !engine_ || std::ranges::any_of(ledger_.rows(), is_open); };
  for (int i = 0; i < 24 && has_open(); ++i) live(15min);
  require(!has_open(), "a deployment never ends");
}

std::string World::broken() const {
  const std::string& law = broken_.empty() ? ledger_.broken() : broken_;
  if (law.empty()) return "";
  return fmt::format("{}\n  {}", law, fmt::join(lately_, "\n  "));
}

void World::note(const std::string& what) {
  lately_.push_back(fmt::format("{} {}", to_rfc3339_ms(now_), what));
  if (lately_.size() > 60) lately_.pop_front();
  for (const char letter : lately_.back()) {
    trace_ = (trace_ ^ static_cast<unsigned char>(letter)) * 1'099'511'628'211U;  // FNV-1a
  }
}

void World::require(bool holds, const std::string& law) {
  if (!holds && broken_.empty()) broken_ = law;
}

World::Place& World::place_of(std::string_view service) {
  return *std::ranges::find_if(places_,
                               [&](const Place& place) { return place.settings.name == service; });
}

// ── the daemon ──

void World::begin() {
  ++life_;
  note("the daemon begins");
  engine_.emplace();
  for (Place& place : places_) place.id = engine_->apply(place.settings, "configuration");
  engine_->restore(ledger_.rows());
  is_starting_ = true;
  const std::uint64_t life = life_;
  // What a run has to tell may be heard before or after the first look at the clock.
  const bool time_first = chance_.one_in(2);
  if (time_first) feed(TimePassed{});
  for (const auto& [key, intent] : std::map(ledger_.intents())) {
    const Deployment* row = ledger_.row(key.first);
    const bool is_waited_for = !intent.result && row != nullptr && is_open(*row);
    if (life == life_ && engine_ && is_waited_for) resume(key, intent.start);
  }
  if (life != life_ || !engine_) return;
  if (!time_first) feed(TimePassed{});
  if (life != life_ || !engine_) return;
  is_starting_ = false;
  for (std::size_t i = 0; i < places_.size(); ++i) {
    for (std::uint32_t j = 0; j < places_[i].settings.probes.size(); ++j) {
      at(now_ + chance_.between(0s, places_[i].settings.probes[j].timing.interval),
         [this, i, j, life] {
           if (life == life_) probe(i, j);
         });
    }
  }
}

void World::kill() {
  note("the daemon is killed");
  count("killed");
  engine_.reset();
  ++life_;
  wake_.reset();
  followed_.clear();
  is_starting_ = false;
  for (Place& place : places_) {
    for (auto& known : place.known) known.clear();
  }
  const Duration away = chance_.one_in(20) ? chance_.between(10min, 2h) : chance_.between(0s, 30s);
  at(now_ + away, [this] { begin(); });
}

void World::reboot() {
  note("the machine goes down");
  count("rebooted");
  for (auto& [key, run] : runs_) {
    if (run.is_over) continue;
    run.is_over = true;
    run.result.outcome = RunOutcome::lost;
    run.result.ended_at = now_;
  }
  if (engine_) kill();
}

void World::feed(const Event& event) {
  if (!engine_) return;
  const Effects effects = engine_->step(now_, event);
  if (!effects.empty()) take(effects);
  if (!engine_) return;
  judge_open();
  plan_wake();
}

void World::take(const Effects& effects) {
  for (const Effect& effect : effects) note(std::visit(InWords{}, effect));
  judge(effects);
  if (!is_calm_ && chance_.one_in(kill_before_commit)) {
    kill();
    return;
  }
  ledger_.commit(effects);
  for (const Effect& effect : effects) {
    if (!is_calm_ && chance_.one_in(kill_before_deed)) {
      kill();
      return;
    }
    perform(effect);
  }
}

void World::perform(const Effect& effect) {
  if (const auto* start = std::get_if<StartRun>(&effect)) run(*start);
  if (const auto* halt = std::get_if<StopRun>(&effect)) stop(*halt);
  const auto* save = std::get_if<Save>(&effect);
  if (save != nullptr && !is_open(save->deployment)) {
    count(std::string(name(save->deployment.phase)));
  }
}

void World::plan_wake() {
  const auto wake = engine_->wake_at(now_);
  if (!wake || wake == wake_) return;
  wake_ = wake;
  at(*wake, [this, when = *wake, life = life_] {
    if (life != life_ || wake_ != when) return;
    wake_.reset();
    feed(TimePassed{});
  });
}

// ── what the engine may want ──

void World::judge(const Effects& effects) {
  std::set<std::string> saved;
  for (const Effect& effect : effects) {
    const auto* save = std::get_if<Save>(&effect);
    const auto* start = std::get_if<StartRun>(&effect);
    if (save != nullptr) {
      saved.insert(save->deployment.id);
      judge_trip(save->deployment);
      judge_success(save->deployment);
    }
    if (start == nullptr) continue;
    require(saved.contains(start->deployment), "a step is started before it is saved");
    if (start->step.attempt > 0) count("started again");
  }
}

void World::judge_trip(const Deployment& deployment) {
  const Deployment* before = ledger_.row(deployment.id);
  if (before == nullptr || before->cause || !deployment.cause) return;
  if (deployment.cause->by != "ripcord") {
    count("rolled back by hand");
    return;
  }
  count("rolled back by a trip");
  const auto* baking = std::get_if<Baking>(&before->phase);
  require(baking != nullptr, "a trip acts on what does not bake");
  if (baking == nullptr) return;
  const Place& place = place_of(deployment.service);
  const auto trigger = std::ranges::find_if(place.settings.triggers, [&](const auto& candidate) {
    return candidate.name == deployment.cause->trigger;
  });
  const auto* streak = std::get_if<evaluate::ConsecutiveFailures>(&trigger->rule);
  const std::size_t least = streak != nullptr ? streak->failures : 2;
  const std::deque<Sample>& known = place.known.at(trigger->probe);
  require(known.size() >= least, "a trip without enough evidence");
  for (std::size_t i = 0; i < std::min(least, known.size()); ++i) {
    const Sample& sample = known[known.size() - 1 - i];
    require(sample.taken_at >= baking->settled_at, "a trip by what was seen before it had settled");
    require(streak == nullptr || sample.outcome == Outcome::bad, "a trip by a good sample");
  }
}

void World::judge_success(const Deployment& deployment) {
  if (!std::holds_alternative<Succeeded>(deployment.phase)) return;
  Place& place = place_of(deployment.service);
  const bool was_there = place.running == deployment.version && deployment.deployed_at &&
                         place.running_since <= *deployment.deployed_at;
  require(!was_there || place.natures[place.running] != Nature::bad,
          "a bad version is called good");
}

void World::judge_open() {
  if (is_starting_) return;
  for (const Place& place : places_) {
    const Deployment* open = engine_->open_deployment(place.settings.name);
    require(open == nullptr || now_ < open->deadline, "a deployment outlives its deadline");
  }
}

}  // namespace ripcord::simulation
