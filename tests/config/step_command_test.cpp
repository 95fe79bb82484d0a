#include "config/step_command.hpp"

#include "tests/config/vocabulary.hpp"
#include "tests/support/temp_dir.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <filesystem>
#include <string>

namespace ripcord::config {
namespace {

using namespace std::chrono_literals;
using testing::EndsWith;

constexpr StepId first{StepKind::rollback, 0};
constexpr StepId second{StepKind::rollback, 1};
constexpr StepId verify{StepKind::verify, 0};

const std::string two_steps = R"(
[[service.a.rollback.step]]
run = ["/one", "x y"]
timeout = "1m"
grace = "3s"
user = "nobody"
workdir = "/w"
env = { B = "2", A = "1" }
[[service.a.rollback.step]]
run = ["/two"]
)";

act::StepCommand program(const std::string& path) {
  act::StepCommand command;
  command.run = {path};
  return command;
}

class LoadCommand : public testing::Test {
 protected:
  Result<act::StepCommand> command(const std::string& text, StepId step,
                                   const std::string& service = "a") {
    write(file_, text);
    return load_command(file_, service, step);
  }
  std::string message(const std::string& text, StepId step, Fault fault,
                      const std::string& service = "a") {
    const auto loaded = command(text, step, service);
    if (loaded) return "no failure";
    EXPECT_EQ(loaded.error().fault, fault);
    return loaded.error().message;
  }
  [[nodiscard]] std::string in_file(const std::string& rest) const { return file_.string() + rest; }
  [[nodiscard]] std::filesystem::path drop_in() const {
    return directory_.path() / "conf.d" / "x.toml";
  }

 private:
  test::TempDir directory_;
  std::filesystem::path file_ = directory_.path() / "ripcord.toml";
};

TEST_F(LoadCommand, ReadsOneStep) {
  const act::StepCommand expected{.run = {"/one", "x y"},
                                  .timeout = 1min,
                                  .grace = 3s,
                                  .user = "nobody",
                                  .workdir = "/w",
                                  .env = {{"A", "1"}, {"B", "2"}}};
  EXPECT_EQ(command(two_steps, first).value(), expected);
  EXPECT_EQ(command(two_steps, second).value(), program("/two"));
}

TEST_F(LoadCommand, ReadsTheVerify) {
  EXPECT_EQ(command("[service.a.verify]\nrun = ['/v']\nhealthy_for = '1h'\n", verify).value(),
            program("/v"));
}

TEST_F(LoadCommand, ReadsWhatADrivenDeploymentRuns) {
  const std::string text =
      "[[service.a.deploy.step]]\nrun = ['/build']\n[[service.a.deploy.step]]\nrun = ['/start']\n"
      "idempotent = true\n[service.a.shift]\nrun = ['/shift']\n";
  EXPECT_EQ(command(text, {StepKind::deploy, 1}).value(), program("/start"));
  EXPECT_EQ(command(text, {StepKind::shift, 0}).value(), program("/shift"));
  EXPECT_EQ(command(text, {StepKind::shift, 7}).value(), program("/shift")) << "one for all stages";
  EXPECT_EQ(message(text, {StepKind::deploy, 2}, Fault::missing),
            in_file(": service.a has no step deploy.3"));
  EXPECT_EQ(message(two_steps, {StepKind::shift, 0}, Fault::missing),
            in_file(": service.a has no step shift.1"));
}

TEST_F(LoadCommand, ReadsItOutOfADropIn) {
  write(drop_in(), "[service.b.verify]\nrun = ['/v']\n");
  EXPECT_EQ(command(two_steps, verify, "b").value().run.at(0), "/v");
}

TEST_F(LoadCommand, IgnoresMistakesElsewhere) {
  EXPECT_TRUE(command(two_steps + "[service.a.probe.p]\ntype = 5\n[service.b]\nx = 1\n"
                                  "[[service.a.rollback.step]]\nrun = 5\n",
                      second)
                  .has_value());
}

TEST_F(LoadCommand, SaysWhatIsMissing) {
  EXPECT_EQ(message(two_steps, first, Fault::missing, "b"), in_file(" has no service \"b\""));
  EXPECT_EQ(message("service = 5", first, Fault::missing), in_file(" has no service \"a\""));
  EXPECT_EQ(message(two_steps, {StepKind::rollback, 2}, Fault::missing),
            in_file(": service.a has no step rollback.3"));
  EXPECT_EQ(message(two_steps, verify, Fault::missing), in_file(": service.a has no step verify"));
  EXPECT_EQ(message("[service.a.verify]\ntimeout = '1m'\n", verify, Fault::missing),
            in_file(": service.a has no step verify"));
}

TEST_F(LoadCommand, SaysThatTheFileIsMissing) {
  const auto loaded = load_command("/nowhere/ripcord.toml", "a", first);
  ASSERT_FALSE(loaded.has_value());
  EXPECT_EQ(loaded.error().fault, Fault::missing);
  EXPECT_EQ(loaded.error().message,
            "/nowhere/ripcord.toml: cannot read it: No such file or directory");
}

TEST_F(LoadCommand, SaysEverythingThatIsWrongWithTheStep) {
  EXPECT_EQ(
      message("[[service.a.rollback.step]]\nrun = ['x']\ntimeout = '0'\n", first, Fault::malformed),
      in_file(":2:7: service.a.rollback.step[1].run: \"x\" is not an absolute path; ") +
          in_file(":3:11: service.a.rollback.step[1].timeout: 0s is outside [1ms, 1d]"));
  EXPECT_THAT(message("[[service.a.rollback.step]]\n", first, Fault::malformed),
              EndsWith(".run: is missing"));
}

TEST_F(LoadCommand, TrustsNothingInAFileThatIsBroken) {
  EXPECT_THAT(message(two_steps + "[", first, Fault::malformed),
              testing::HasSubstr(":11:2: Error"));
  write(drop_in(), "[service.b]\nbake = '1h'\n");
  EXPECT_THAT(message(two_steps + "[service.b]\nbake = '1h'\n", first, Fault::malformed),
              testing::HasSubstr("is set already at"));
}

}  // namespace
}  // namespace ripcord::config
