#include "deploy/gate.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <iterator>
#include <string>
#include <vector>

namespace ripcord::deploy {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::IsEmpty;

constexpr Instant now = Instant{} + std::chrono::days(20'000);

const Gate backup{.name = "backup", .rule = BackupRule{}};
const Gate script{.name = "script", .rule = ExecRule{}};
const Gate people{.name = "people", .rule = ChecklistRule{{"reviewed", "team notified"}}};

/// One gate of each kind, each named after its kind.
std::vector<Gate> one_of_each() {
  return {{"backup", BackupRule{}},
          {"window", WindowRule{}},
          {"healthy", HealthyRule{}},
          {"quiet", QuietRule{.value = "requests", .below = 100}},
          {"checklist", ChecklistRule{{"reviewed"}}},
          {"staging", StagingRule{.environment = "staging", .max_age = {}}},
          {"ready", ReadyRule{.programs = {"/srv/back.sh"}}},
          {"exec", ExecRule{}}};
}

BackupFact backup_of(Duration age) {
  return {.newest = BackupFile{.name = "monday.dump", .made_at = now - age, .bytes = 10},
          .verified = {}};
}

ExecFact exited(int code) {
  return {.outcome = RunOutcome::exited,
          .code = code,
          .started_at = now - 2s,
          .ended_at = now,
          .message = ""};
}

/// Everything that one_of_each() asks for, and all is well.
GateFacts all_well() {
  return {{"backup", backup_of(1h)},
          {"healthy", HealthyFact{{{.name = "errors", .state = FindingState::pass, .reason = ""}}}},
          {"quiet", QuietFact{.value = 1, .seen_at = now}},
          {"staging", StagingFact{{{"v2", Succeeded{}, now - 1h}}}},
          {"ready", ReadyFact{.programs = {{"/srv/back.sh", true, ""}},
                              .previous_version = "v1",
                              .image_there = {},
                              .disk_bytes_free = 2'000'000'000}},
          {"exec", exited(0)}};
}

GateRequest with(std::vector<GateOverride> overrides,
                 std::vector<Confirmation> confirmations = {}) {
  return {.version = "v2",
          .confirmations = std::move(confirmations),
          .overrides = std::move(overrides)};
}

const GateRequest reviewed = with({}, {{.item = "reviewed", .by = "ana"}});

/// "gate state" of each gate.
std::vector<std::string> states(const GateVerdict& verdict) {
  std::vector<std::string> said;
  for (const GateReason& reason : verdict.reasons) {
    said.push_back(reason.gate + " " + std::string(to_string(reason.state)));
  }
  return said;
}

TEST(Judge, OpensWithoutAGate) {
  const GateVerdict verdict = judge({}, with({}), {}, now).value();
  EXPECT_TRUE(verdict.is_open());
  EXPECT_THAT(verdict.reasons, IsEmpty());
}

TEST(Judge, PassesEveryKindOfGateWhenAllIsWell) {
  const GateVerdict verdict = judge(one_of_each(), reviewed, all_well(), now).value();
  EXPECT_TRUE(verdict.is_open());
  EXPECT_THAT(states(verdict),
              ElementsAre("backup passed", "window passed", "healthy passed", "quiet passed",
                          "checklist passed", "staging passed", "ready passed", "exec passed"));
  for (const Gate& gate : one_of_each()) EXPECT_EQ(kind_name(gate.rule), gate.name);
  EXPECT_EQ(one_of_each().size(), std::variant_size_v<GateRule>);
}

TEST(EveryKindOfGate, HasItsRowInTheDocumentation) {
  std::ifstream file(RIPCORD_SOURCE_DIR "/docs/deployment.md");
  const std::string text{std::istreambuf_iterator<char>(file), {}};
  const std::string gates = text.substr(text.find("## Gates"));
  for (const Gate& gate : one_of_each()) {
    EXPECT_TRUE(gates.contains("\n| `" + gate.name + "` | ")) << gate.name;
  }
}

TEST(Judge, RefusesEveryKindOfGateOfWhichNothingIsKnown) {
  for (const auto& [name, fact] : all_well()) {
    GateFacts facts = all_well();
    facts.erase(name);
    const GateVerdict verdict = judge(one_of_each(), reviewed, facts, now).value();
    EXPECT_FALSE(verdict.is_open()) << name;
    for (const GateReason& reason : verdict.reasons) {
      const bool missing = reason.gate == name;
      EXPECT_EQ(reason.state == GateState::refused, missing) << reason.gate;
      EXPECT_EQ(reason.text.contains("not known"), missing) << reason.text;
    }
  }
}

TEST(Judge, TakesNoFactOfAnotherKind) {
  EXPECT_THAT(judge({backup}, with({}), {{"backup", exited(0)}}, now).value().reasons,
              ElementsAre(GateReason{"backup", GateState::refused,
                                     "it is not known what backups there are"}));
}

TEST(Judge, SaysWhyItIsNotKnown) {
  const auto text = [](const Gate& gate, const GateRequest& request) {
    return judge({gate}, request, {{gate.name, NotKnown{"the disk did not\nanswer"}}}, now)
        .value()
        .reasons.at(0)
        .text;
  };
  EXPECT_EQ(text(backup, with({})),
            "it is not known what backups there are: the disk did not answer");
  EXPECT_EQ(text(script, with({{.gate = "script", .by = "ana", .reason = "hotfix"}})),
            "what the script says is not known: the disk did not answer; overridden by ana: "
            "hotfix");
}

TEST(Judge, GivesAllReasonsAtOnceInTheOrderOfTheGates) {
  const GateVerdict verdict =
      judge({script, backup, people}, with({}, {{.item = "reviewed", .by = "ana"}}),
            {{"backup", backup_of(26h + 10min)}, {"script", exited(3)}}, now)
          .value();
  EXPECT_FALSE(verdict.is_open());
  EXPECT_THAT(verdict.reasons,
              ElementsAre(GateReason{"script", GateState::refused, "the script: exited 3 after 2s"},
                          GateReason{"backup", GateState::refused,
                                     "the newest backup is 26h 10m old, at most 24h"},
                          GateReason{"people", GateState::refused,
                                     "1 of 2 items not confirmed: \"team notified\""}));
}

TEST(AnOverride, PassesItsGateOnlyAndIsKept) {
  const GateOverride hotfix{.gate = "backup", .by = "uid 1000 (ana)", .reason = "hotfix"};
  const GateVerdict verdict = judge({backup, script}, with({hotfix}), {}, now).value();
  EXPECT_FALSE(verdict.is_open());
  EXPECT_THAT(verdict.overrides, ElementsAre(hotfix));
  EXPECT_THAT(
      verdict.reasons,
      ElementsAre(GateReason{"backup", GateState::overridden,
                             "it is not known what backups there are; overridden by uid 1000 "
                             "(ana): hotfix"},
                  GateReason{"script", GateState::refused, "what the script says is not known"}));
  EXPECT_TRUE(judge({backup}, with({hotfix}), {}, now).value().is_open());
}

TEST(AnOverride, IsKeptWhenItWasNotNeeded) {
  const GateOverride needless{.gate = "script", .by = "ana", .reason = "in doubt"};
  const GateVerdict verdict =
      judge({script}, with({needless}), {{"script", exited(0)}}, now).value();
  EXPECT_THAT(states(verdict), ElementsAre("script passed"));
  EXPECT_THAT(verdict.overrides, ElementsAre(needless));
}

TEST(AnOverride, IsSafeToPrint) {
  const GateOverride odd{.gate = "script", .by = "ana", .reason = "a\nb\x1b[31m"};
  EXPECT_EQ(judge({script}, with({odd}), {}, now).value().reasons[0].text,
            "what the script says is not known; overridden by ana: a b [31m");
}

std::string mistakes(const GateRequest& request) {
  const auto verdict = judge({backup, script, people}, request, {}, now);
  if (verdict) return "none";
  EXPECT_EQ(verdict.error().fault, Fault::malformed);
  return verdict.error().message;
}

TEST(AnOverride, NeedsAGateAReasonAndAPerson) {
  EXPECT_EQ(mistakes(with({{.gate = "bakup", .by = "ana", .reason = "hotfix"}})),
            "override of \"bakup\": there is no such gate; did you mean \"backup\"?");
  EXPECT_EQ(mistakes(with({{.gate = "weather", .by = "ana", .reason = "hotfix"}})),
            "override of \"weather\": there is no such gate; there are backup, script, people");
  EXPECT_EQ(mistakes(with({{.gate = "backup", .by = "ana", .reason = " \t"}})),
            "override of \"backup\": a reason is needed");
  EXPECT_EQ(mistakes(with({{.gate = "backup", .by = "", .reason = "hotfix"}})),
            "override of \"backup\": who overrides it is not known");
  EXPECT_EQ(mistakes(with({{.gate = "backup", .by = "ana", .reason = "hotfix"},
                           {.gate = "backup", .by = "bo", .reason = "me too"}})),
            "override of \"backup\": given twice");
}

TEST(AConfirmation, NeedsAnItemAndAPerson) {
  EXPECT_EQ(mistakes(with({}, {{.item = "reviewd", .by = "ana"}})),
            "confirmation of \"reviewd\": no checklist has it; did you mean \"reviewed\"?");
  EXPECT_EQ(mistakes(with({}, {{.item = "reviewed", .by = ""}})),
            "confirmation of \"reviewed\": who confirms it is not known");
  EXPECT_EQ(judge({}, with({}, {{.item = "reviewed", .by = "ana"}}), {}, now).error().message,
            "confirmation of \"reviewed\": no checklist has it; there is none");
}

TEST(Judge, GivesAllMistakesAtOnce) {
  EXPECT_EQ(mistakes(with({{.gate = "bakup", .by = "ana", .reason = ""}},
                          {{.item = "reviewd", .by = "ana"}})),
            "override of \"bakup\": there is no such gate; did you mean \"backup\"?\n"
            "override of \"bakup\": a reason is needed\n"
            "confirmation of \"reviewd\": no checklist has it; did you mean \"reviewed\"?");
}

TEST(AScript, MustHaveExitedWithZero) {
  for (const RunOutcome outcome : {RunOutcome::signalled, RunOutcome::timed_out,
                                   RunOutcome::stopped, RunOutcome::refused, RunOutcome::lost}) {
    ExecFact fact = exited(0);
    fact.outcome = outcome;
    EXPECT_FALSE(judge({script}, with({}), {{"script", fact}}, now).value().is_open())
        << to_string(outcome);
  }
  EXPECT_FALSE(judge({script}, with({}), {{"script", exited(1)}}, now).value().is_open());
  EXPECT_TRUE(judge({script}, with({}), {{"script", exited(0)}}, now).value().is_open());
}

}  // namespace
}  // namespace ripcord::deploy
