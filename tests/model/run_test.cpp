#include "model/run.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <cstdint>
#include <limits>
#include <string>

namespace ripcord {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;

constexpr std::uint32_t highest = std::numeric_limits<std::uint32_t>::max();
constexpr Instant noon = Instant{} + 12h;

TEST(AStep, IsCalledAsPeopleCount) {
  EXPECT_EQ(to_string(StepId{StepKind::rollback, 0, 0}), "rollback.1");
  EXPECT_EQ(to_string(StepId{StepKind::rollback, 9, 0}), "rollback.10");
  EXPECT_EQ(to_string(StepId{StepKind::rollback, 1, 1}), "rollback.2+1");
  EXPECT_EQ(to_string(StepId{StepKind::verify, 0, 0}), "verify");
  EXPECT_EQ(to_string(StepId{StepKind::verify, 0, 2}), "verify+2");
}

TEST(AStep, ReadsBackAsTheSame) {
  for (const std::uint32_t index : {0U, 1U, 9U, 99U, highest - 1}) {
    for (const std::uint32_t attempt : {0U, 1U, 12U, highest}) {
      const StepId step{StepKind::rollback, index, attempt};
      EXPECT_EQ(parse_step(to_string(step)).value(), step);
      const StepId verify{StepKind::verify, 0, attempt};
      EXPECT_EQ(parse_step(to_string(verify)).value(), verify);
    }
  }
}

TEST(AStep, HasOneNameOnlySoThatItsDirectoryCanExistOnce) {
  for (const std::string text : {"",
                                 "+",
                                 "+1",
                                 "rollback",
                                 "rollback.",
                                 "rollback.0",
                                 "rollback.01",
                                 "rollback.-1",
                                 "rollback.+1",
                                 "rollback. 1",
                                 "rollback.1 ",
                                 "rollback.1.2",
                                 "rollback.1+",
                                 "rollback.1+0",
                                 "rollback.1+01",
                                 "rollback.1+1+1",
                                 "rollback.4294967296",
                                 "rollback.1+4294967296",
                                 "verify.1",
                                 "verify+",
                                 "verify+0",
                                 "Verify",
                                 "verify ",
                                 "rollback.1/..",
                                 "../rollback.1"}) {
    const Result<StepId> step = parse_step(text);
    ASSERT_FALSE(step.has_value()) << text;
    EXPECT_EQ(step.error().fault, Fault::malformed) << text;
    EXPECT_THAT(step.error().message, HasSubstr("is not a step; write \"rollback.1\" or")) << text;
  }
}

TEST(AStep, ComesAfterThoseThatRunBeforeIt) {
  const StepId first{StepKind::rollback, 0, 0};
  const StepId again{StepKind::rollback, 0, 1};
  const StepId second{StepKind::rollback, 1, 0};
  const StepId verify{StepKind::verify, 0, 0};
  EXPECT_LT(first, again);
  EXPECT_LT(again, second);
  EXPECT_LT(second, verify);
}

TEST(ARunOutcome, ReadsBackAsTheSame) {
  for (const auto outcome : {RunOutcome::exited, RunOutcome::signalled, RunOutcome::timed_out,
                             RunOutcome::stopped, RunOutcome::refused, RunOutcome::lost}) {
    EXPECT_EQ(parse_run_outcome(to_string(outcome)).value(), outcome);
  }
  EXPECT_EQ(to_string(RunOutcome::timed_out), "timed_out");
}

TEST(ARunOutcome, IsNotReadFromAnythingElse) {
  for (const std::string text : {"", "Exited", "exited ", "done"}) {
    EXPECT_FALSE(parse_run_outcome(text).has_value()) << text;
  }
  const Result<RunOutcome> hostile = parse_run_outcome("\x1b" + std::string(5000, 'x'));
  ASSERT_FALSE(hostile.has_value());
  EXPECT_LT(hostile.error().message.size(), 120U);
}

RunResult result(RunOutcome outcome, int code = 0, const std::string& message = "") {
  return {.outcome = outcome,
          .code = code,
          .started_at = noon,
          .ended_at = noon + 2100ms,
          .message = message};
}

TEST(ARunResult, IsASuccessOnlyWhenItExitedWithZero) {
  EXPECT_TRUE(result(RunOutcome::exited, 0).succeeded());
  EXPECT_FALSE(result(RunOutcome::exited, 1).succeeded());
  for (const auto outcome : {RunOutcome::signalled, RunOutcome::timed_out, RunOutcome::stopped,
                             RunOutcome::refused, RunOutcome::lost}) {
    EXPECT_FALSE(result(outcome).succeeded()) << to_string(outcome);
  }
  EXPECT_FALSE(RunResult{}.succeeded()) << "nothing known is no success";
}

TEST(ARunResult, IsDescribedWithItsNumbers) {
  EXPECT_EQ(describe(result(RunOutcome::exited)), "exited 0 after 2.1s");
  EXPECT_EQ(describe(result(RunOutcome::exited, 3)), "exited 3 after 2.1s");
  EXPECT_EQ(describe(result(RunOutcome::exited, 3, "oh")), "exited 3 after 2.1s: oh");
  EXPECT_EQ(describe(result(RunOutcome::signalled, 9)), "ended by signal 9 after 2.1s");
  EXPECT_EQ(describe(result(RunOutcome::timed_out)), "timed out after 2.1s");
  EXPECT_EQ(describe(result(RunOutcome::stopped)), "stopped after 2.1s");
}

RunResult never_began(RunOutcome outcome, const std::string& message = "") {
  RunResult result;
  result.outcome = outcome;
  result.message = message;
  return result;
}

TEST(ARunResult, IsDescribedWithoutATimeWhenNothingBegan) {
  EXPECT_EQ(describe(never_began(RunOutcome::refused, "permission denied")),
            "not started: permission denied");
  EXPECT_EQ(describe(never_began(RunOutcome::lost)), "lost");
  EXPECT_EQ(describe(never_began(RunOutcome::lost, "the machine went down")),
            "lost: the machine went down");
  EXPECT_EQ(describe(never_began(RunOutcome::stopped)), "stopped");
}

}  // namespace
}  // namespace ripcord
