#include "probe/exec/exec_probe.hpp"

#include "tests/support/loop.hpp"

#include <gmock/gmock.h>

#include <string>
#include <utility>
#include <vector>

namespace ripcord::probe {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

/// Every command ends as it was told.
class FakeRunner final : public CommandRunner {
 public:
  boost::asio::awaitable<Result<CommandEnd>> run(Command command, Duration timeout) override {
    asked.push_back(std::move(command));
    patience = timeout;
    co_return end;
  }

  Result<CommandEnd> end;
  std::vector<Command> asked;
  Duration patience{};
};

class ExecProbeTest : public testing::Test {
 protected:
  Sample taken(Result<CommandEnd> end) {
    runner_.end = std::move(end);
    ExecProbe probe(loop_.clock, runner_, settings_);
    Sample sample = loop_.wait_for(probe.take());
    details_.clear();
    for (const Detail& detail : probe.details()) {
      details_.push_back(detail.name + ": " + detail.text);
    }
    return sample;
  }

  /// `"outcome: reason"` of a program that exits with `code`.
  std::string verdict(int code, const std::string& output) {
    return words(taken(exited(code, output)));
  }

  static CommandEnd exited(int code, const std::string& output) {
    return {.outcome = CommandOutcome::exited, .code = code, .output = output, .note = {}};
  }
  static std::string words(const Sample& sample) {
    return std::string(to_string(sample.outcome)) + ": " + sample.reason;
  }

  test::Loop loop_;
  FakeRunner runner_;
  ExecProbeSettings settings_{
      .command = {.run = {"/bin/plugin", "-x"}},
      .values = {{.value = "time", .label = "time"}, {.value = "used", .label = "/ used"}}};
  std::vector<std::string> details_;
};

TEST_F(ExecProbeTest, RunsWhatItWasTold) {
  settings_.timeout = 3s;
  settings_.command.user = "nobody";
  EXPECT_EQ(verdict(0, "OK"), "good: ");
  EXPECT_THAT(runner_.asked, ElementsAre(settings_.command));
  EXPECT_EQ(runner_.patience, 3s);
}

TEST_F(ExecProbeTest, JudgesByTheExitCode) {
  EXPECT_EQ(verdict(0, "HTTP OK: 200"), "good: ");
  EXPECT_EQ(verdict(1, "LOAD WARNING - 5"), "good: ");
  EXPECT_EQ(verdict(2, "HTTP CRITICAL - no"), "bad: HTTP CRITICAL - no");
  EXPECT_EQ(verdict(2, "no such host"), "bad: CRITICAL: no such host");
  EXPECT_EQ(verdict(2, ""), "bad: CRITICAL");
  EXPECT_EQ(verdict(3, "usage: …"), "unknown: UNKNOWN: usage: …");
  EXPECT_EQ(verdict(127, "not found"), "unknown: exit code 127: not found");
  EXPECT_EQ(taken(exited(2, "")).latency_kind, LatencyKind::measured);
  EXPECT_EQ(taken(exited(3, "")).latency_kind, LatencyKind::none);
}

TEST_F(ExecProbeTest, WarningIsWhatOneWants) {
  settings_.warning_is_bad = true;
  EXPECT_EQ(verdict(1, "LOAD WARNING - 5"), "bad: LOAD WARNING - 5");
  EXPECT_EQ(verdict(0, "LOAD OK"), "good: ");
}

TEST_F(ExecProbeTest, TimeoutIsBadAndALowerBound) {
  settings_.timeout = 3s;
  const Sample sample = taken(CommandEnd{.outcome = CommandOutcome::timed_out});
  EXPECT_EQ(words(sample), "bad: timeout: not done after 3s");
  EXPECT_EQ(sample.latency_kind, LatencyKind::at_least);
}

TEST_F(ExecProbeTest, WhatNeverJudgedIsUnknown) {
  EXPECT_EQ(words(taken(CommandEnd{.outcome = CommandOutcome::signalled, .code = 11})),
            "unknown: it was ended by signal 11");
  EXPECT_EQ(words(taken(CommandEnd{.outcome = CommandOutcome::refused,
                                   .note = "cannot execute /bin/plugin: Permission denied"})),
            "unknown: cannot execute /bin/plugin: Permission denied");
  EXPECT_EQ(words(taken(failure(Fault::full, "too many processes"))),
            "unknown: too many processes");
}

TEST_F(ExecProbeTest, LabelsBecomeValues) {
  const Sample sample = taken(exited(2, "SLOW | time=250ms;1;2 '/ used'=3KB size=10701B"));
  EXPECT_THAT(sample.readings, ElementsAre(Reading{.value = 0, .number = 0.25},
                                           Reading{.value = 1, .number = 3072}));
  EXPECT_THAT(details_, ElementsAre("exit code: 2 (CRITICAL)", "time: 0.25", "used: 3072",
                                    "unused: size: 10701", "output: SLOW"));
}

TEST_F(ExecProbeTest, LabelThatIsNotThereIsNotKnown) {
  const Sample sample = taken(exited(0, "OK | time=U other words"));
  EXPECT_THAT(sample.readings, IsEmpty());
  EXPECT_THAT(details_,
              ElementsAre("exit code: 0 (OK)",
                          "time: not known: there is no \"time\" in the performance data",
                          "used: not known: there is no \"/ used\" in the performance data",
                          "output: OK", "performance data: 2 pieces of it could not be read"));
}

TEST_F(ExecProbeTest, UnknownHasNoValues) {
  EXPECT_THAT(taken(exited(3, "UNKNOWN | time=1s")).readings, IsEmpty());
}

TEST_F(ExecProbeTest, ReasonIsOneShortPrintableLine) {
  const Sample sample = taken(exited(2, "\x1b[2J" + std::string(5000, 'x') + "\nmore"));
  EXPECT_LT(sample.reason.size(), 310U);
  EXPECT_FALSE(sample.reason.contains('\x1b'));
  EXPECT_FALSE(sample.reason.contains("more"));
}

TEST(ExecVocabulary, HasTheValuesInTheirOrder) {
  ExecProbeSettings settings;
  settings.values = {{.value = "b", .label = "x"}, {.value = "a", .label = "y"}};
  EXPECT_THAT(vocabulary_of(settings).values, ElementsAre("b", "a"));
  EXPECT_THAT(vocabulary_of(settings).occurrences, SizeIs(0));
}

}  // namespace
}  // namespace ripcord::probe
