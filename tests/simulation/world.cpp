#include "tests/simulation/world.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <utility>
#include <variant>
#include <vector>

namespace ripcord::simulation {
namespace {

using namespace std::chrono_literals;

/// One step in so many is the daemon's last; one deed in so many as well.
constexpr std::uint64_t kill_before_commit = 60;
constexpr std::uint64_t kill_before_deed = 120;

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

/// The id of a deployment that a person or a pipeline begins here; without a record it never was.
std::string beginning(const Effects& effects) {
  for (const Effect& effect : effects) {
    const auto* record = std::get_if<Record>(&effect);
    if (record != nullptr && record->kind == "deployment.started") return record->deployment;
  }
  return "";
}

bool goes_forward(StepId step) {
  return step.kind == StepKind::deploy || step.kind == StepKind::shift;
}

}  // namespace

World::World(std::uint64_t seed, Weather weather, std::ostream* trace)
    : chance_(seed), weather_(weather), trace_(trace), ledger_({}) {
  now_ = Instant{} + std::chrono::days(20'000);
  std::map<std::string, std::string> first;
  for (const std::string name : {"backend", "web"}) {
    if (!places_.empty() && chance_.one_in(2)) continue;
    Place place;
    place.settings = random_service(chance_, name, weather);
    place.natures["v0"] = Nature::good;
    place.running = "v0";
    place.known.resize(place.settings.probes.size());
    place.happened.resize(place.settings.probes.size());
    place.was_bad.resize(place.settings.probes.size());
    first[name] = place.settings.previous_version;
    places_.push_back(std::move(place));
  }
  ledger_ = Ledger(first);
  begin();
  for (std::size_t i = 0; i < places_.size(); ++i) {
    at(now_ + chance_.between(0s, 10min), [this, i] { visit(i); });
    at(now_ + chance_.between(0s, 1min), [this, i] { crash(i); });
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
  full_until_ = now_;
  const auto has_open = [this] { return !engine_ || std::ranges::any_of(ledger_.rows(), is_open); };
  for (int i = 0; i < 48 && has_open(); ++i) live(15min);
  require(!has_open(), "a deployment never ends");
}

std::string World::broken() const {
  const std::string& law = ledger_.broken().empty() ? broken_ : ledger_.broken();
  if (law.empty()) return "";
  return fmt::format("{}\n  {}", law, fmt::join(lately_, "\n  "));
}

void World::in_this_life(Instant when, std::function<void()> deed) {
  at(when, [this, life = life_, deed = std::move(deed)] {
    if (life == life_) deed();
  });
}

void World::note(const std::string& what) {
  lately_.push_back(fmt::format("{} {}", to_rfc3339_ms(now_), what));
  if (lately_.size() > 60) lately_.pop_front();
  if (trace_ != nullptr) *trace_ << lately_.back() << '\n';
  for (const char letter : lately_.back()) {
    fingerprint_ =
        (fingerprint_ ^ static_cast<unsigned char>(letter)) * 1'099'511'628'211U;  // FNV-1a
  }
}

void World::require(bool holds, const std::string& law) {
  if (!holds && broken_.empty()) broken_ = law;
}

World::Place& World::place_of(std::string_view service) {
  return *std::ranges::find_if(places_,
                               [&](const Place& place) { return place.settings.name == service; });
}

void World::begin() {
  ++life_;
  note("the daemon begins");
  engine_.emplace();
  for (Place& place : places_) place.id = engine_->apply(place.settings, "configuration");
  engine_->restore(now_, ledger_.rows());
  latest_.clear();
  for (const Deployment& row : ledger_.rows()) latest_[row.id] = row;
  is_starting_ = true;
  const std::uint64_t life = life_;
  find_unrecorded_runs();
  // What a run has to tell may be heard before or after the first look at the clock.
  const bool time_first = chance_.one_in(2);
  if (time_first && life == life_) feed(TimePassed{});
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
      in_this_life(now_ + chance_.between(0s, places_[i].settings.probes[j].timing.interval),
                   [this, i, j] { probe(i, j); });
    }
  }
}

/// Begun while the journal could not be written, so that the run itself is the only witness; or
/// found so by a daemon that then died.
void World::find_unrecorded_runs() {
  std::vector<std::pair<RunKey, StartRun>> found;
  std::set<RunKey> unknown;
  for (const auto& [key, run] : runs_) {
    const auto intent = ledger_.intents().find(key);
    const bool is_known = intent != ledger_.intents().end();
    const Deployment* row = ledger_.row(key.first);
    const bool is_waited_for =
        row != nullptr && is_open(*row) && !(is_known && intent->second.result);
    if (!is_waited_for || goes_forward(key.second)) continue;
    found.emplace_back(key, run.start);
    if (!is_known) unknown.insert(key);
  }
  for (const auto& [key, start] : found) {
    if (unknown.contains(key)) (void)commit({start});
  }
  const std::uint64_t life = life_;
  for (const auto& [key, start] : found) {
    if (life == life_) feed(RunFound{.deployment = key.first, .step = key.second});
    if (life != life_ || !unknown.contains(key)) continue;
    count("found without a record");
    resume(key, start);
  }
}

void World::kill() {
  note("the daemon is killed");
  count("killed");
  engine_.reset();
  ++life_;
  wake_.reset();
  followed_.clear();
  backlog_.clear();
  is_starting_ = false;
  for (Place& place : places_) {
    for (auto& known : place.known) known.clear();
    for (auto& happened : place.happened) happened.clear();
  }
  const Duration away = strikes(20) ? chance_.between(10min, 2h) : chance_.between(0s, 30s);
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

/// A running deployment keeps the configuration that it began with.
void World::reload(std::size_t place) {
  Place& here = places_[place];
  if (!engine_ || engine_->has_open_deployment(here.settings.name)) return;
  note("a new configuration");
  count("reloaded");
  change_something(chance_, here.settings);
  (void)engine_->apply(here.settings, "another");
  feed(TimePassed{});
}

void World::fill_disk(Duration duration) {
  note("the disk is full");
  full_until_ = now_ + duration;
}

void World::feed(const Event& event) {
  if (!engine_) return;
  const Effects effects = engine_->step(now_, event);
  if (!effects.empty()) take(effects);
  if (!engine_) return;
  judge_open();
  if (chance_.one_in(16)) judge_findings();
  plan_wake();
}

void World::take(const Effects& effects) {
  for (const Effect& effect : effects) {
    note(std::visit(InWords{}, effect));
    const auto* record = std::get_if<Record>(&effect);
    if (record == nullptr) continue;
    count(record->kind);
    // The worst moment.
    if (record->kind == "rollback.started" && strikes(10)) fill_disk(chance_.between(10s, 5min));
  }
  const std::string begun = beginning(effects);
  const auto before = begun.empty() ? std::map<std::string, Deployment>() : latest_;
  judge(effects);
  if (strikes(kill_before_commit)) {
    kill();
    return;
  }
  const bool is_recorded = commit(effects);
  if (!is_recorded && !begun.empty()) {
    count("not recorded");
    backlog_.pop_back();
    latest_ = before;
    in_this_life(now_, [this, begun] { feed(NotRecorded{begun}); });
    return;
  }
  for (const Effect& effect : effects) {
    if (strikes(kill_before_deed)) {
      kill();
      return;
    }
    perform(effect, is_recorded);
  }
}

/// False while the disk is full: what was not written is written later, in order.
bool World::commit(const Effects& effects) {
  backlog_.push_back(effects);
  if (now_ < full_until_) return false;
  for (; !backlog_.empty(); backlog_.pop_front()) ledger_.commit(backlog_.front());
  return true;
}

void World::perform(const Effect& effect, bool is_recorded) {
  if (const auto* start = std::get_if<StartRun>(&effect)) {
    if (const RunKey key{start->deployment, start->step}; runs_.contains(key)) {
      resume(key, *start);  // the run directory is the fence
    } else if (is_recorded || !goes_forward(start->step)) {
      run(*start);
    } else {
      in_this_life(now_, [this, start = *start] {
        RunResult refused{.outcome = RunOutcome::refused,
                          .code = 0,
                          .started_at = std::nullopt,
                          .ended_at = now_,
                          .message = "the journal cannot be written"};
        feed(RunEnded{.deployment = start.deployment, .step = start.step, .result = refused});
      });
    }
  }
  if (const auto* halt = std::get_if<StopRun>(&effect)) stop(*halt);
  if (const auto* check = std::get_if<CheckGate>(&effect)) check_gate(check->deployment);
  const auto* save = std::get_if<Save>(&effect);
  if (save != nullptr && !is_open(save->deployment)) {
    count(std::string(name(save->deployment.phase)));
  }
}

void World::plan_wake() {
  const auto wake = engine_->wake_at();
  if (!wake || wake == wake_) return;
  wake_ = wake;
  in_this_life(*wake, [this, when = *wake] {
    if (wake_ != when) return;
    wake_.reset();
    feed(TimePassed{});
  });
}

}  // namespace ripcord::simulation
