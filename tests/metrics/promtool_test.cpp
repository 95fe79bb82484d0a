#include "metrics/metrics.hpp"
#include "tests/metrics/snapshots.hpp"
#include "tests/support/real_part.hpp"
#include "tests/support/temp_dir.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

// Prometheus' own checker reads what we write.
namespace ripcord::metrics {
namespace {

using namespace std::chrono_literals;

/// The exit code of a shell command.
int exit_code_of(const std::string& command) {
  // One thread only; the child is waited for.
  return WEXITSTATUS(std::system(command.c_str()));  // NOLINT(concurrency-mt-unsafe)
}

/// All that promtool says about a scrape, and its exit code; "0" alone when it is content.
std::string promtool_says(const std::string& scrape) {
  const test::TempDir directory;
  const std::filesystem::path in = directory.path() / "scrape";
  const std::filesystem::path out = directory.path() / "verdict";
  std::ofstream(in) << scrape;
  const int code =
      exit_code_of("promtool check metrics < " + in.string() + " > " + out.string() + " 2>&1");
  std::ifstream verdict(out);
  return std::string(std::istreambuf_iterator<char>(verdict), {}) + std::to_string(code);
}

class Promtool : public ::testing::Test {
 protected:
  void SetUp() override {
    // NOLINTNEXTLINE(concurrency-mt-unsafe): the macro reads the environment; one thread only
    RIPCORD_NEEDS(exit_code_of("command -v promtool > /dev/null") == 0,
                  "promtool is not installed (Debian package prometheus)");
  }
};

TEST_F(Promtool, IsContentBeforeAnythingHasHappened) {
  EXPECT_EQ(promtool_says(Metrics("1.2.3").render(test::fresh_snapshot(), {})), "0");
  EXPECT_EQ(promtool_says(Metrics("1.2.3").render(engine::Snapshot{}, {})), "0");
}

TEST_F(Promtool, IsContentAfterAnEventfulDay) {
  Metrics metrics("1.2.3");
  metrics.probe("shop", "ready").observe(3ms, 1ms);
  metrics.observe_engine_step(20us);
  EXPECT_EQ(promtool_says(metrics.render(test::busy_snapshot(), {})), "0");
}

TEST_F(Promtool, IsContentWithTheWorstNamesThatAConfigurationMayHold) {
  engine::Snapshot snapshot = test::busy_snapshot("v\"1\"\\ \n\xC3\x28 ünïcödé 🪂 {x=\"y\"} #");
  engine::ServiceSnapshot& service = snapshot.services.front();
  service.name = "9-a.b_C";
  service.probes.front().name = std::string(64, '-');
  service.triggers.front().name = "0._-._-";
  // What containers and columns are called ends up in the names of values.
  service.probes.front().values = {{.name = "a\"b\\\n{c}\xC3\x28\x1b[31m", .number = 1}};
  snapshot.services.push_back(test::busy_snapshot(std::string(5000, '"')).services.front());
  DaemonFigures figures = test::busy_figures();
  figures.services.front().backups.front().gate = "\"\n\xfe";
  figures.receivers.front().name = "\\\n\"";
  EXPECT_EQ(promtool_says(Metrics("\xff\"\n").render(snapshot, figures)), "0");
}

TEST_F(Promtool, WouldSayIfSomethingWereWrong) {
  EXPECT_NE(promtool_says("ripcord_things 1\nripcord_things 2\n"), "0");
}

}  // namespace
}  // namespace ripcord::metrics
