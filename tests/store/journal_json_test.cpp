#include "store/journal_json.hpp"

#include "tests/store/vocabulary.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <variant>
#include <vector>

namespace ripcord::store {
namespace {

using test::at;
using test::outcome;
using namespace std::string_literals;
using testing::ElementsAre;

/// One phase of each kind, with members that differ from the defaults.
const std::vector<Phase> every_phase{
    Deploying{.step = 1, .attempt = 1},
    Baking{.settled_at = at(10), .until = at(20), .overdue = true, .stage = 2, .awaiting = true},
    RollingBack{.step = 4'000'000'000, .attempt = 2},
    Verifying{.settled_at = at(30), .until = at(40), .script = VerifyScript::running, .attempt = 1},
    Gating{},
    Shifting{.stage = 2, .attempt = 1},
    Refused{},
    Succeeded{},
    Failed{},
    RolledBack{},
    RollbackFailed{},
    Aborted{}};

Result<Phase> reread(const Phase& phase) {
  const Result<Phase> blank = parse_phase(name(phase));
  if (!blank) return blank;
  return read_phase_detail(*blank, phase_detail(phase));
}

TEST(PhaseJson, KnowsEveryPhase) {
  ASSERT_EQ(every_phase.size(), std::variant_size_v<Phase>);
  for (const Phase& phase : every_phase) {
    const Result<Phase> again = reread(phase);
    ASSERT_TRUE(again) << name(phase);
    EXPECT_EQ(again->index(), phase.index());
    EXPECT_EQ(phase_detail(*again), phase_detail(phase)) << name(phase);
  }
}

TEST(PhaseJson, SaysWhatEachPhaseKeeps) {
  EXPECT_EQ(phase_detail(every_phase[0]), R"({"step":1,"attempt":1})");
  EXPECT_EQ(phase_detail(every_phase[1]),
            R"({"settled_at":10000000,"until":20000000,"overdue":true,"stage":2,"awaiting":true})");
  EXPECT_EQ(phase_detail(every_phase[2]), R"({"step":4000000000,"attempt":2})");
  EXPECT_EQ(phase_detail(every_phase[3]),
            R"({"settled_at":30000000,"until":40000000,"script":"running","attempt":1})");
}

TEST(PhaseJson, RefusesAnUnknownName) {
  EXPECT_EQ(outcome(parse_phase("bakin")), R"(malformed: "bakin" is not a phase)");
}

TEST(PhaseJson, RefusesMissingAndWrongMembers) {
  const auto baking = [](std::string_view detail) {
    return outcome(read_phase_detail(Baking{}, detail));
  };
  EXPECT_EQ(baking("{"), R"(malformed: "{" is not JSON)");
  EXPECT_EQ(baking("[]"), R"(malformed: "[]" is not a JSON object)");
  EXPECT_EQ(baking("{}"), R"(malformed: it has no integer "settled_at")");
  EXPECT_EQ(baking(R"({"settled_at":1,"until":"x"})"), R"(malformed: it has no integer "until")");
  EXPECT_EQ(baking(R"({"settled_at":1,"until":2,"overdue":3})"),
            R"(malformed: it has no truth value "overdue")");
  EXPECT_EQ(outcome(read_phase_detail(RollingBack{}, R"({"step":-1,"attempt":0})")),
            R"(malformed: it has no index "step")");
  EXPECT_EQ(outcome(read_phase_detail(Verifying{},
                                      R"({"settled_at":1,"until":2,"script":"odd","attempt":0})")),
            R"(malformed: it has no known "script")");
}

TEST(CauseJson, SurvivesWithAndWithoutItsFirstEvidence) {
  Cause cause{
      .trigger = "unhealthy", .reason = "3 of 3", .by = "ripcord", .at = at(5), .bad_since = at(2)};
  EXPECT_EQ(to_json(read_cause(to_json(cause)).value()), to_json(cause));
  cause.bad_since.reset();
  EXPECT_EQ(read_cause(to_json(cause)).value().bad_since, std::nullopt);
}

TEST(CauseJson, KeepsHostileBytesAsTheyAre) {
  const std::string hostile = "\xff\xfe\"\\\n\0\xc3\x28\xed\xa0\x80 end"s;
  const Cause cause{.trigger = hostile, .reason = hostile, .by = "", .at = at(1), .bad_since = {}};
  const Result<Cause> again = read_cause(to_json(cause));
  ASSERT_TRUE(again) << outcome(again);
  EXPECT_EQ(again->trigger, hostile);
  EXPECT_EQ(again->reason, hostile);
}

TEST(CauseJson, NamesTheFirstMemberThatIsWrong) {
  EXPECT_EQ(outcome(read_cause(R"({"trigger":"a","reason":7})")),
            R"(malformed: it has no text "reason")");
  EXPECT_EQ(outcome(read_cause(R"({"trigger":"","reason":"","by":"","at":1,"bad_since":null})")),
            R"(malformed: it has no integer "bad_since")");
}

TEST(TextsJson, SurviveAndRefuse) {
  EXPECT_THAT(read_texts(to_json(std::vector<std::string>{"a", "", "\xff"})).value(),
              ElementsAre("a", "", "\xff"));
  EXPECT_EQ(to_json(std::vector<std::string>{}), "[]");
  EXPECT_EQ(outcome(read_texts("{}")), "malformed: it is not a JSON array");
  EXPECT_EQ(outcome(read_texts(R"(["a",1])")), "malformed: one of its elements is no text");
  EXPECT_EQ(outcome(read_texts("")), R"(malformed: "" is not JSON)");
}

TEST(GateWordsJson, SurviveAndRefuse) {
  const std::vector<Confirmation> confirmations{{"tested \xff", "uid 1000 (ana)"}, {"", ""}};
  EXPECT_EQ(read_confirmations(to_json(confirmations)).value(), confirmations);
  const std::vector<GateOverride> overrides{{"hours", "uid 0 (root)", "a \"fix\""}};
  EXPECT_EQ(read_overrides(to_json(overrides)).value(), overrides);
  EXPECT_EQ(to_json(std::vector<GateOverride>{}), "[]");
  EXPECT_EQ(outcome(read_confirmations(R"([{"item":"a"}])")), R"(malformed: it has no text "by")");
  EXPECT_EQ(outcome(read_overrides(R"([{"gate":"a","by":"b"}])")),
            R"(malformed: it has no text "reason")");
  EXPECT_EQ(outcome(read_overrides("[7]")), R"(malformed: "7" is not a JSON object)");
}

TEST(TextsJson, AreNotParsedWithoutEnd) {
  EXPECT_EQ(read_texts(std::string(100'000, '[')).error().fault, Fault::malformed);
}

}  // namespace
}  // namespace ripcord::store
