#include "tests/engine/story.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <utility>
#include <variant>

namespace ripcord::test {
namespace {

using namespace std::chrono_literals;

const std::string ana = "uid 1000 (ana)";

struct InWords {
  std::string operator()(const Save& save) const {
    return "save " + std::string(name(save.deployment.phase));
  }
  std::string operator()(const Record& record) const { return record.kind; }
  std::string operator()(const CheckGate&) const { return "check gate"; }
  std::string operator()(const StartRun& start) const { return "start " + to_string(start.step); }
  std::string operator()(const SaveRun& run) const { return "ended " + to_string(run.step); }
  std::string operator()(const StopRun& stop) const { return "stop " + to_string(stop.step); }
  std::string operator()(const Answer&) const { return "answer"; }
};

template <class Kind>
std::ptrdiff_t count(const Effects& effects) {
  return std::ranges::count_if(
      effects, [](const Effect& effect) { return std::holds_alternative<Kind>(effect); });
}

}  // namespace

engine::ServiceSettings service(const std::string& name) {
  engine::ServiceSettings settings;
  settings.name = name;
  settings.previous_version = "v1";
  settings.probes.push_back({.name = "ready", .timing = {.interval = 5s, .timeout = 2s}});
  settings.triggers.push_back(
      {.name = "unhealthy", .probe = 0, .rule = evaluate::ConsecutiveFailures{.failures = 3}});
  settings.recipe = {.settle = 10s,
                     .bake = 1min,
                     .deadline = 1h,
                     .deploy = {},
                     .stages = {},
                     .shift = std::nullopt,
                     .rollback = {{.name = "database"}, {.name = "release"}},
                     .verify = deploy::RecipeStep{.name = "validate"},
                     .verify_timeout = 1min,
                     .healthy_for = 10s};
  return settings;
}

StartDeployment announce(const std::string& version) {
  StartDeployment start;
  start.version = version;
  return start;
}

StartDeployment drive(const std::string& version) {
  StartDeployment start = announce(version);
  start.driven = true;
  return start;
}

Story::Story(engine::ServiceSettings of) : settings(std::move(of)) {
  (void)engine.apply(settings, "first");
}

Answer Story::start(const std::string& version) {
  return command(settings.name, announce(version));
}

Answer Story::finish() {
  return command(settings.name, FinishDeployment{});
}

Answer Story::fail() {
  return command(settings.name, FailDeployment{.reason = "no disk"});
}

Answer Story::rollback() {
  return command(settings.name, RollBackService{.reason = "data corruption", .version = ""});
}

Answer Story::abort() {
  return command(settings.name, AbortDeployment{.reason = "mine"});
}

Answer Story::command(const std::string& to, Request request) {
  const Ticket ticket{++ticket_};
  happen(Command{.ticket = ticket, .service = to, .by = ana, .request = std::move(request)});
  for (const Effect& effect : last) {
    const auto* answer = std::get_if<Answer>(&effect);
    if (answer == nullptr) continue;
    EXPECT_EQ(answer->ticket, ticket);
    return *answer;
  }
  ADD_FAILURE() << "no answer";
  return {};
}

void Story::good(int samples) {
  for (int i = 0; i < samples; ++i) {
    wait(5s);
    sample(Outcome::good, now);
  }
}

void Story::bad(int samples) {
  for (int i = 0; i < samples; ++i) {
    wait(5s);
    sample(Outcome::bad, now);
  }
}

void Story::unknown(int samples) {
  for (int i = 0; i < samples; ++i) {
    wait(5s);
    sample(Outcome::unknown, now);
  }
}

void Story::sample(Outcome outcome, Instant taken_at, std::uint32_t probe) {
  const auto id = engine.find(settings.name);
  ASSERT_TRUE(id);
  Sample sample;
  sample.taken_at = taken_at;
  sample.latency = now - taken_at;
  sample.outcome = outcome;
  if (outcome != Outcome::unknown) sample.latency_kind = LatencyKind::measured;
  if (outcome == Outcome::bad) sample.reason = "status 500";
  happen(SampleTaken{.probe = {.service = *id, .index = probe}, .sample = sample});
}

void Story::step_ends(StepId step, int code) {
  happen(RunEnded{.deployment = deployment().id,
                  .step = step,
                  .result = {.outcome = RunOutcome::exited,
                             .code = code,
                             .started_at = now,
                             .ended_at = now,
                             .message = ""}});
}

void Story::step_ends(StepId step, RunOutcome outcome) {
  happen(RunEnded{
      .deployment = deployment().id,
      .step = step,
      .result = {
          .outcome = outcome, .code = 0, .started_at = now, .ended_at = now, .message = ""}});
}

void Story::step_found(StepId step) {
  happen(RunFound{.deployment = deployment().id, .step = step});
}

void Story::not_recorded(const std::string& id) {
  happen(NotRecorded{id});
  // It never was: the journal does not have it.
  std::erase_if(rows, [&](const Deployment& row) { return row.id == id; });
}

void Story::wait(Duration duration) {
  const Instant until = now + duration;
  for (auto wake = engine.wake_at(); wake && *wake <= until; wake = engine.wake_at()) {
    ASSERT_GT(*wake, now);
    now = *wake;
    happen(TimePassed{});
  }
  now = until;
}

const Effects& Story::happen(const Event& event) {
  last = engine.step(now, event);
  check(event, last);
  keep(last);
  return last;
}

void Story::restart() {
  engine = engine::Engine();
  (void)engine.apply(settings, "first");
  engine.restore(now, rows);
  happen(TimePassed{});
}

void Story::deploy_good(const std::string& version) {
  (void)start(version);
  (void)finish();
  good(13);
  EXPECT_EQ(phase(), "succeeded") << version;
}

void Story::deploy_bad(const std::string& version) {
  (void)start(version);
  (void)finish();
  bad(5);
  EXPECT_EQ(phase(), "rolling_back") << version;
  finish_rollback();
  EXPECT_EQ(phase(), "rolled_back") << version;
}

void Story::finish_rollback() {
  step_ends(rollback_1);
  step_ends(rollback_2);
  good(2);
  step_ends(verify);
  good(2);
}

engine::ServiceSnapshot Story::seen() const {
  for (const engine::ServiceSnapshot& one : engine.snapshot(now).services) {
    if (one.name == settings.name) return one;
  }
  ADD_FAILURE() << "there is no service " << settings.name;
  return {};
}

std::vector<std::string> Story::asked() {
  return std::exchange(asked_, {});
}

std::string Story::told(std::string_view kind) const {
  for (auto record = records.rbegin(); record != records.rend(); ++record) {
    if (record->kind == kind) return record->text;
  }
  ADD_FAILURE() << "nothing was recorded as " << kind;
  return "";
}

void Story::keep(const Effects& effects) {
  for (const Effect& effect : effects) {
    asked_.push_back(std::visit(InWords{}, effect));
    if (const auto* record = std::get_if<Record>(&effect)) records.push_back(*record);
    if (const auto* start = std::get_if<StartRun>(&effect)) started.push_back(*start);
    const auto* save = std::get_if<Save>(&effect);
    if (save == nullptr) continue;
    const auto row = std::ranges::find(rows, save->deployment.id, &Deployment::id);
    if (row == rows.end()) {
      rows.push_back(save->deployment);
    } else {
      EXPECT_TRUE(ripcord::is_open(*row)) << "a row that has ended is never written again";
      *row = save->deployment;
    }
  }
}

void Story::check(const Event& event, const Effects& effects) const {
  EXPECT_EQ(count<Answer>(effects), std::holds_alternative<Command>(event) ? 1 : 0);
  EXPECT_EQ(count<SaveRun>(effects), std::holds_alternative<RunEnded>(event) ? 1 : 0);
  for (auto effect = effects.begin(); effect != effects.end(); ++effect) {
    std::string id;
    if (const auto* start = std::get_if<StartRun>(&*effect)) id = start->deployment;
    if (const auto* stop = std::get_if<StopRun>(&*effect)) id = stop->deployment;
    const bool is_saved = std::any_of(effects.begin(), effect, [&](const Effect& before) {
      const auto* save = std::get_if<Save>(&before);
      return save != nullptr && save->deployment.id == id;
    });
    EXPECT_TRUE(id.empty() || is_saved) << "started or stopped, but not saved before";
  }
  const Deployment* open = engine.open_deployment(settings.name);
  if (open == nullptr) return;
  const auto wake = engine.wake_at();
  EXPECT_TRUE(wake && *wake > now) << "an open deployment always has an end in sight";
}

}  // namespace ripcord::test
