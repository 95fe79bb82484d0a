// Walks every (phase, event) pair and compares it with the table of docs/deployment.md, both ways.

#include "base/text.hpp"
#include "deploy/machine.hpp"
#include "tests/deploy/situations.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <vector>

namespace ripcord::deploy {
namespace {

using namespace std::chrono_literals;
using namespace ripcord::test;

struct Situation {
  std::string name;
  std::vector<Deployment> deployments;
  Instant now;  ///< some time at which nothing is due
};

std::vector<Situation> situations() {
  return {
      {"gating", {driven(Gating{})}, at(50)},
      {"deploying", {deploying()}, at(50)},
      {"deploying, driven", {driven(Deploying{})}, at(50)},
      {"deploying, driven (last step)", {driven(Deploying{.step = 1})}, at(50)},
      {"deploying, driven (turning back)", {turning_back(driven(Deploying{}))}, at(50)},
      {"deploying, driven (irreversible)", {irreversible(driven(Deploying{}))}, at(50)},
      {"deploying, driven (ending)", {ending(driven(Deploying{}))}, at(50)},
      {"shifting (irreversible)", {irreversible(driven(Shifting{.stage = 1}))}, at(50)},
      {"shifting (ending)", {ending(driven(Shifting{.stage = 1}))}, at(50)},
      {"shifting (first stage)", {driven(Shifting{})}, at(50)},
      {"shifting", {driven(Shifting{.stage = 1})}, at(50)},
      {"shifting (turning back)", {turning_back(driven(Shifting{.stage = 1}))}, at(50)},
      {"baking (stage)", {driven_baking(0)}, at(150)},
      {"baking (stage to approve)", {driven_baking(1)}, at(150)},
      {"baking (awaiting)", {driven_baking(1, true)}, at(250)},
      {"baking (held)", {held(driven_baking(0))}, at(150)},
      {"baking (irreversible)", {irreversible(baking())}, at(150)},
      {"baking (settling)", {baking()}, at(50)},
      {"baking", {baking()}, at(150)},
      {"baking (overdue)", {baking(true)}, at(250)},
      {"rolling_back", {rolling_back(0)}, at(50)},
      {"rolling_back (last step)", {rolling_back(1)}, at(50)},
      {"verifying (settling)", {verifying(VerifyScript::waiting)}, at(50)},
      {"verifying (script runs)", {verifying(VerifyScript::running)}, at(105)},
      {"verifying (script passed)", {verifying(VerifyScript::passed)}, at(105)},
      {"ended",
       {deployment(Refused{}), deployment(Succeeded{}), deployment(Failed{}),
        deployment(RolledBack{}), deployment(RollbackFailed{}), deployment(Aborted{})},
       at(50)},
  };
}

struct Happening {
  MachineEvent event;
  Instant now;
  Health health;
  Recipe recipe = test::recipe();
};

StepId running_step(const Deployment& deployment) {
  if (const auto* phase = std::get_if<RollingBack>(&deployment.phase)) {
    return {.kind = StepKind::rollback, .index = phase->step, .attempt = phase->attempt};
  }
  if (std::holds_alternative<Verifying>(deployment.phase)) return verify;
  const auto* deploying = std::get_if<Deploying>(&deployment.phase);
  if (deploying != nullptr && deployment.way == Way::driven) {
    return {.kind = StepKind::deploy, .index = deploying->step, .attempt = deploying->attempt};
  }
  if (const auto* shifting = std::get_if<Shifting>(&deployment.phase)) {
    return {.kind = StepKind::shift, .index = shifting->stage, .attempt = shifting->attempt};
  }
  return rollback_1;
}

/// What happens in one row of the table to `deployment`, at `now` unless the row is about a time.
using Row = std::function<Happening(Deployment& deployment, Instant now)>;

Row event(MachineEvent what, Recipe recipe = test::recipe()) {
  return [=](const Deployment&, Instant now) {
    return Happening{.event = what, .now = now, .health = unhealthy, .recipe = recipe};
  };
}

Row step_ends(RunResult result, Recipe recipe = test::recipe()) {
  return [=](const Deployment& deployment, Instant now) {
    return Happening{.event = StepEnded{.step = running_step(deployment), .result = result},
                     .now = now,
                     .health = unhealthy,
                     .recipe = recipe};
  };
}

Row past_the_deadline(const Row& row) {
  return [=](Deployment& deployment, Instant now) {
    Happening happening = row(deployment, now);
    happening.now = deadline;
    return happening;
  };
}

Row healthy(const Row& row) {
  return [=](Deployment& deployment, Instant now) {
    Happening happening = row(deployment, now);
    happening.now += 10s;
    happening.health = healthy_since(noon);
    return happening;
  };
}

Row lost_again() {
  return [](Deployment& deployment, Instant now) {
    if (auto* rolling = std::get_if<RollingBack>(&deployment.phase)) rolling->attempt = 1;
    if (auto* deploying = std::get_if<Deploying>(&deployment.phase)) deploying->attempt = 1;
    if (auto* shifting = std::get_if<Shifting>(&deployment.phase)) shifting->attempt = 1;
    auto* verifying = std::get_if<Verifying>(&deployment.phase);
    StepId step = running_step(deployment);
    if (verifying != nullptr) step.attempt = verifying->attempt = 1;
    return Happening{.event = StepEnded{.step = step, .result = ended(RunOutcome::lost)},
                     .now = now,
                     .health = unhealthy,
                     .recipe = idempotent()};
  };
}

template <class... Phases>
bool knows(const Deployment& deployment) {
  return (std::holds_alternative<Phases>(deployment.phase) || ...);
}

/// A look at the clock at `when`, by the phases that know that time.
template <class... Phases>
Row time(Instant when, Health health) {
  return [=](const Deployment& deployment, Instant now) {
    return Happening{
        .event = LookAgain{}, .now = knows<Phases...>(deployment) ? when : now, .health = health};
  };
}

std::map<std::string, Row> rows() {
  const Health well = healthy_since(noon);
  return {
      {"the gate passes", event(GateJudged{.passed = true, .text = "backup 2h old"})},
      {"the gate refuses", event(GateJudged{.passed = false, .text = "backup 26h old"})},
      {"`promote`", event(PromoteAsked{.by = "ana"})},
      {"`promote`, healthy", healthy(event(PromoteAsked{.by = "ana"}))},
      {"`hold`", event(HoldAsked{.reason = "mine", .by = "ana"})},
      {"`resume`", event(ResumeAsked{.by = "ana"})},
      {"a trigger that holds trips", event(HoldTripped{trip()})},
      {"it cannot be undone", event(CannotBeUndone{.reason = "a table was dropped", .by = "ana"})},
      {"the running step fails, no step configured", step_ends(exited(1), without_steps())},
      {"`deploy finish`", event(Finished{.by = "ana"})},
      {"`deploy fail`", event(PipelineFailed{.reason = "no disk", .by = "ana"})},
      {"`rollback`", event(RollbackAsked{order()})},
      {"`rollback`, no step configured", event(RollbackAsked{order()}, without_steps())},
      {"`abort`", event(AbortAsked{.reason = "mine", .by = "ana"})},
      {"a trigger trips", event(Tripped{trip()})},
      {"the running step exits with 0", step_ends(exited(0))},
      {"the running step exits with 0, healthy for long", healthy(step_ends(exited(0)))},
      {"the running step exits with 0, past the deadline", past_the_deadline(step_ends(exited(0)))},
      {"the running step fails", step_ends(exited(1))},
      {"the running step never began", step_ends(ended(RunOutcome::refused))},
      {"the running step is lost", step_ends(ended(RunOutcome::lost))},
      {"the running step is lost, idempotent", step_ends(ended(RunOutcome::lost), idempotent())},
      {"the running step is lost again, idempotent", lost_again()},
      {"the running step is lost, idempotent, past the deadline",
       past_the_deadline(step_ends(ended(RunOutcome::lost), idempotent()))},
      {"another step ends",
       event(StepEnded{.step = {.kind = StepKind::rollback, .index = 7}, .result = exited(0)})},
      {"unrecorded `rollback.1` found", event(StepFound{rollback_1})},
      {"unrecorded `rollback.1+1` found", event(StepFound{again(rollback_1)})},
      {"unrecorded `rollback.2` found", event(StepFound{rollback_2})},
      {"unrecorded `verify` found", event(StepFound{verify})},
      {"unrecorded `verify+1` found", event(StepFound{again(verify)})},
      {"time: nothing is due", event(LookAgain{})},
      {"time: settled", time<Baking, Verifying>(settled, unhealthy)},
      {"time: healthy for long", time<Verifying>(settled + 10s, well)},
      {"time: bake over, healthy", time<Baking>(bake_over, well)},
      {"time: bake over, not healthy", time<Baking>(bake_over, unhealthy)},
      {"time: verification over", time<Verifying>(verification_over, unhealthy)},
      {"time: deadline, healthy for long",
       time<Gating, Deploying, Shifting, Baking, RollingBack, Verifying>(deadline, well)},
      {"time: deadline, not healthy",
       time<Gating, Deploying, Shifting, Baking, RollingBack, Verifying>(deadline, unhealthy)},
  };
}

const std::string ripcord_itself = "ripcord";

std::string word_for_ours(const Deployment& deployment, bool is_last) {
  std::string word(name(deployment.phase));
  const bool is_irreversible = !deployment.irreversible.empty();
  if (deployment.cause) {
    const bool is_own = deployment.cause->by == ripcord_itself;
    return word + (is_own && is_irreversible ? " (ending)" : " (turning back)");
  }
  if (is_irreversible) return word + " (irreversible)";
  return is_last ? word + " (last step)" : word;
}

/// The word of the table for where a deployment is.
std::string word_for(const Deployment& deployment, Instant now) {
  const std::string phase(name(deployment.phase));
  if (std::holds_alternative<Refused>(deployment.phase)) return phase + " (by the gate)";
  if (const auto* baking = std::get_if<Baking>(&deployment.phase)) {
    if (deployment.held) return phase + " (held)";
    if (baking->overdue) return phase + " (overdue)";
    if (baking->awaiting) return phase + " (awaiting)";
    if (!deployment.irreversible.empty()) return phase + " (irreversible)";
    if (deployment.way == Way::driven && now >= baking->settled_at) {
      return phase + (baking->stage == 1 ? " (stage to approve)" : " (stage)");
    }
    return now < baking->settled_at ? phase + " (settling)" : phase;
  }
  if (const auto* deploying = std::get_if<Deploying>(&deployment.phase)) {
    if (deployment.way != Way::driven) return phase;
    const std::string word = word_for_ours(deployment, deploying->step == 1);
    return "deploying, driven" + word.substr(phase.size());
  }
  if (const auto* shifting = std::get_if<Shifting>(&deployment.phase)) {
    const bool is_plain = !deployment.cause && deployment.irreversible.empty();
    if (shifting->stage == 0 && is_plain) return phase + " (first stage)";
    return word_for_ours(deployment, false);
  }
  if (const auto* rolling = std::get_if<RollingBack>(&deployment.phase)) {
    return rolling->step == 1 ? phase + " (last step)" : phase;
  }
  if (const auto* verifying = std::get_if<Verifying>(&deployment.phase)) {
    switch (verifying->script) {
      case VerifyScript::waiting:
        return phase + " (settling)";
      case VerifyScript::running:
        return phase + " (script runs)";
      case VerifyScript::passed:
        break;
    }
    return phase + " (script passed)";
  }
  return phase;
}

using Kinds = std::set<std::string>;

/// The cell as it is; adds the kinds of what is recorded.
std::string walk(const Row& row, Deployment deployment, Instant quiet, Kinds& kinds) {
  const Happening happening = row(deployment, quiet);
  const Step step =
      deploy::step(deployment, happening.recipe, happening.event, happening.now, happening.health);
  for (const Effect& effect : step.effects) {
    if (const auto* record = std::get_if<Record>(&effect)) kinds.insert(record->kind);
  }
  const bool is_same = fingerprint(step.next) == fingerprint(deployment);
  if (!step.refused.empty()) {
    EXPECT_TRUE(is_same && step.effects.empty()) << "refused, and yet something was done";
    return "refused";
  }
  if (step.effects.empty()) {
    EXPECT_TRUE(is_same) << "changed, and nothing is recorded";
    return "–";
  }
  return word_for(step.next, happening.now);
}

using Table = std::map<std::string, std::map<std::string, std::string>>;

/// What stands in `table` and not in `other`.
std::string only_in(const Table& table, const Table& other) {
  std::string lines;
  for (const auto& [event, cells] : table) {
    for (const auto& [situation, cell] : cells) {
      const auto row = other.find(event);
      const bool is_there = row != other.end() && row->second.contains(situation) &&
                            row->second.at(situation) == cell;
      if (!is_there) lines += event + " | " + situation + " | " + cell + "\n";
    }
  }
  return lines;
}

Table as_it_is(Kinds& kinds) {
  Table table;
  for (const auto& [event, row] : rows()) {
    for (const Situation& situation : situations()) {
      for (const Deployment& deployment : situation.deployments) {
        const std::string cell = walk(row, deployment, situation.now, kinds);
        std::string& written = table[event][situation.name];
        EXPECT_TRUE(written.empty() || written == cell) << event << ", " << situation.name;
        written = cell;
      }
    }
  }
  return table;
}

/// The cells of each line of docs/deployment.md that begins with `|`, under the heading `section`.
std::vector<std::vector<std::string>> table_lines(const std::string& section) {
  std::ifstream file(RIPCORD_SOURCE_DIR "/docs/deployment.md");
  EXPECT_TRUE(file.is_open());
  std::vector<std::vector<std::string>> lines;
  bool is_there = false;
  for (std::string line; std::getline(file, line);) {
    if (line.starts_with("## ")) is_there = line == "## " + section;
    if (!is_there || !line.starts_with("| ")) continue;
    std::vector<std::string> cells;
    const std::vector<std::string_view> parts = split(line, '|');
    for (std::size_t i = 1; i + 1 < parts.size(); ++i) cells.emplace_back(trim(parts[i]));
    lines.push_back(std::move(cells));
  }
  return lines;
}

Table as_written() {
  Table table;
  std::vector<std::string> situations;  // of the part of the table that is being read
  for (const std::vector<std::string>& line : table_lines("The table")) {
    const std::string& event = line.front();
    if (event == "event") {
      situations = line;
      continue;
    }
    EXPECT_EQ(line.size(), situations.size()) << event;
    for (std::size_t j = 1; j < std::min(line.size(), situations.size()); ++j) {
      EXPECT_FALSE(table[event].contains(situations[j])) << event << " is there twice";
      table[event][situations[j]] = line[j];
    }
  }
  EXPECT_GT(table.size(), 1U);
  return table;
}

TEST(TheTable, IsWhatTheMachineDoesAndTheMachineDoesWhatItSays) {
  Kinds kinds;
  const Table machine = as_it_is(kinds);
  const Table written = as_written();
  EXPECT_EQ(only_in(written, machine), "") << "is written, and not so";
  EXPECT_EQ(only_in(machine, written), "") << "is so, and not written";
}

TEST(TheTable, HasEveryEventAndEveryPhase) {
  std::set<std::size_t> events;
  std::set<std::string_view> phases;
  for (const Situation& situation : situations()) {
    for (Deployment deployment : situation.deployments) {
      phases.insert(name(deployment.phase));
      for (const auto& [name, row] : rows()) {
        events.insert(row(deployment, situation.now).event.index());
      }
    }
  }
  EXPECT_EQ(events.size(), std::variant_size_v<MachineEvent>);
  EXPECT_EQ(phases.size(), phase_names().size());
}

TEST(TheListOfRecords, IsWhatTheMachineRecords) {
  // These are the engine's own, and the runtime's.
  Kinds kinds{
      "deployment.started",    "deployment.noticed",   "trigger.tripped", "trigger.cleared",
      "trigger.peak",          "daemon.blind",         "daemon.sees",     "daemon.unknown_runs",
      "daemon.journal_failed", "daemon.journal_works", "silence.started", "silence.ended",
      "evidence.captured",     "evidence.incomplete",  "gate.overridden", "signal.reported"};
  (void)as_it_is(kinds);

  Kinds written;
  const auto lines = table_lines("What is recorded");
  for (std::size_t i = 1; i < lines.size(); ++i) {
    written.emplace(trim(split(lines[i][0], '`').at(1)));
  }
  EXPECT_EQ(written, kinds);
}

}  // namespace
}  // namespace ripcord::deploy
