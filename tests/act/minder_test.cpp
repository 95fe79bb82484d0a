#include "act/minder.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace ripcord::act {
namespace {

using namespace std::chrono_literals;
using testing::StartsWith;

StepCommand some_command() {
  StepCommand command;
  command.run = {"/bin/plugin", "-a", "two\nlines", "\\ \x7f", ""};
  command.timeout = 1500ms;
  command.user = "nobody";
  command.workdir = "/tmp";
  command.env = {{"A", "1"}, {"B", ""}};
  return command;
}

TEST(MinderOrder, IsReadAsItWasWritten) {
  EXPECT_EQ(parse_order(format_order(some_command())).value(), some_command());
}

TEST(MinderOrder, ThatWasCutIsNone) {
  const std::string text = format_order(some_command());
  for (std::size_t bytes = 0; bytes < text.size(); ++bytes) {
    EXPECT_FALSE(parse_order(text.substr(0, bytes))) << bytes;
  }
}

TEST(MinderOrder, NeedsAProgramAndATimeout) {
  EXPECT_EQ(parse_order("timeout=5\n\n").error().message,
            "the order does not begin with an absolute path");
  EXPECT_EQ(parse_order("run.0=true\ntimeout=5\n\n").error().message,
            "the order does not begin with an absolute path");
  EXPECT_EQ(parse_order("run.0=/bin/true\n\n").error().message, "the order has no timeout");
  EXPECT_EQ(parse_order("run.0=/bin/true\ntimeout=0\n\n").error().message,
            "the order has no timeout");
}

TEST(MinderOrder, MustFitIntoARecord) {
  StepCommand command = some_command();
  EXPECT_TRUE(check_mindable(command));
  command.run.emplace_back(70'000, 'x');
  EXPECT_EQ(check_mindable(command).error().fault, Fault::too_large);
  command.run.assign(254, "/x");
  EXPECT_FALSE(check_mindable(command));
}

TEST(MinderAnswer, IsReadAsItWasWritten) {
  const Minded minded{.record = {.result = {.outcome = RunOutcome::exited,
                                            .code = 2,
                                            .started_at = Instant(5s),
                                            .ended_at = Instant(6s),
                                            .message = "a note"},
                                 .output = {.bytes = 9, .left_out = 0}},
                      .output = "a\n\nb\n\xff\0"};
  const Minded read = parse_answer(format_answer(minded)).value();
  EXPECT_EQ(read.record.result.outcome, RunOutcome::exited);
  EXPECT_EQ(read.record.result.code, 2);
  EXPECT_EQ(read.record.result.message, "a note");
  EXPECT_EQ(read.record.output.bytes, 9U);
  EXPECT_EQ(read.output, minded.output);
}

TEST(MinderAnswer, ThatNeverCameSaysSo) {
  EXPECT_EQ(parse_answer("").error().message, "its minder vanished");
  EXPECT_EQ(parse_answer("outcome=exited\ncode=0\n").error().message, "its minder vanished");
  EXPECT_EQ(parse_answer("outcome=exited\n\n").error().fault, Fault::malformed);
}

}  // namespace
}  // namespace ripcord::act
