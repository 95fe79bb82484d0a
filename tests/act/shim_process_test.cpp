#include "act/shim_process.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace ripcord::act {
namespace {

using testing::ElementsAre;

const ShimArguments arguments{.configuration = "/etc/ripcord/ripcord.toml",
                              .service = "backend",
                              .step = {StepKind::rollback, 1},
                              .run_directory = "/var/lib/ripcord/runs/d/rollback.2"};

std::vector<std::string> words() {
  std::vector<std::string> line = to_command_line("/usr/libexec/ripcord-shim", arguments);
  line.erase(line.begin());
  return line;
}

std::string mistake_in(const std::vector<std::string>& line) {
  const auto parsed = parse_shim_arguments(line);
  return parsed ? "none" : parsed.error().message;
}

TEST(ShimArguments, AreTheSameForEveryStarter) {
  EXPECT_THAT(words(),
              ElementsAre("--config", "/etc/ripcord/ripcord.toml", "--service", "backend", "--step",
                          "rollback.2", "--run-dir", "/var/lib/ripcord/runs/d/rollback.2"));
}

TEST(ShimArguments, AreReadBack) {
  const ShimArguments parsed = parse_shim_arguments(words()).value();
  EXPECT_EQ(parsed.configuration, arguments.configuration);
  EXPECT_EQ(parsed.service, arguments.service);
  EXPECT_EQ(parsed.step, arguments.step);
  EXPECT_EQ(parsed.run_directory, arguments.run_directory);
}

TEST(ShimArguments, SayWhetherToStandBy) {
  EXPECT_FALSE(parse_shim_arguments(words())->standby);
  ShimArguments waiting = arguments;
  waiting.standby = true;
  std::vector<std::string> line = to_command_line("shim", waiting);
  line.erase(line.begin());
  EXPECT_TRUE(parse_shim_arguments(line)->standby);
  line.insert(line.begin(), line.back());
  EXPECT_EQ(mistake_in(line), "unknown option \"--standby\"") << "given twice";
  line.pop_back();
  EXPECT_TRUE(parse_shim_arguments(line)->standby) << "it may come first";
}

TEST(ShimArguments, AreRefusedUnlessEachIsThereOnce) {
  EXPECT_EQ(mistake_in({}), "--config is missing");
  EXPECT_EQ(mistake_in({"--help"}), "unknown option \"--help\"");
  EXPECT_EQ(mistake_in({"--config"}), "--config needs a value");
  EXPECT_EQ(mistake_in({"--config", "a", "--config", "b"}), "--config is given twice");
  for (std::size_t i = 0; i < words().size(); i += 2) {
    std::vector<std::string> line = words();
    const auto at = line.begin() + static_cast<std::ptrdiff_t>(i);
    line.erase(at, at + 2);
    EXPECT_EQ(mistake_in(line), words()[i] + " is missing");
  }
  std::vector<std::string> line = words();
  line[5] = "rollback.0";
  EXPECT_NE(mistake_in(line), "none");
}

TEST(SpawnKeeper, SaysWhatIsNotThere) {
  const Result<pid_t> pid = spawn_keeper({"/no/such/ripcord-shim"});
  ASSERT_FALSE(pid);
  EXPECT_EQ(pid.error().fault, Fault::missing);
  EXPECT_EQ(pid.error().message, "cannot start /no/such/ripcord-shim: No such file or directory");
}

}  // namespace
}  // namespace ripcord::act
