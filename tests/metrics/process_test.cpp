#include "metrics/process.hpp"

#include "tests/support/temp_dir.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <map>
#include <string>
#include <unistd.h>

namespace ripcord::metrics {
namespace {

using ::testing::Contains;
using ::testing::IsEmpty;
using ::testing::Key;
using ::testing::Not;
using ::testing::Pair;

/// A proc file system of our own.
class ProcessTest : public ::testing::Test {
 protected:
  ProcessTest() { std::filesystem::create_directories(proc() / "self"); }

  [[nodiscard]] std::filesystem::path proc() const { return directory_.path(); }

  void write(const std::string& file, const std::string& text) const {
    std::ofstream(proc() / file) << text;
  }

  /// Each series by its name; none of them has a label.
  [[nodiscard]] std::map<std::string, double> collect() const {
    std::map<std::string, double> values;
    for (const Family& family : ProcessCollector(proc()).Collect()) {
      const prometheus::ClientMetric& series = family.metric.at(0);
      values[family.name] = family.type == prometheus::MetricType::Counter ? series.counter.value
                                                                           : series.gauge.value;
    }
    return values;
  }

 private:
  test::TempDir directory_;
};

constexpr const char* stat_line =
    "42 (a ) b( c) S 1 42 42 0 -1 4194560 1 0 0 0 250 150 0 0 20 0 7 0 1200 8192 3 "
    "18446744073709551615\n";

TEST_F(ProcessTest, ReadsTheStatusAlsoOfAProgramWithAStrangeName) {
  write("self/stat", stat_line);
  const auto ticks = static_cast<double>(::sysconf(_SC_CLK_TCK));
  const auto page = static_cast<double>(::sysconf(_SC_PAGESIZE));
  const auto values = collect();
  EXPECT_THAT(values, Contains(Pair("process_cpu_seconds_total", 400 / ticks)));
  EXPECT_THAT(values, Contains(Pair("process_threads", 7)));
  EXPECT_THAT(values, Contains(Pair("process_virtual_memory_bytes", 8192)));
  EXPECT_THAT(values, Contains(Pair("process_resident_memory_bytes", 3 * page)));
}

TEST_F(ProcessTest, TheStartNeedsTheTimeOfTheBoot) {
  write("self/stat", stat_line);
  EXPECT_THAT(collect(), Not(Contains(Key("process_start_time_seconds"))));
  write("stat", "cpu  1 2 3\nbtime 1764000000\nprocesses 5\n");
  const auto ticks = static_cast<double>(::sysconf(_SC_CLK_TCK));
  EXPECT_THAT(collect(),
              Contains(Pair("process_start_time_seconds", 1'764'000'000 + 1200 / ticks)));
}

TEST_F(ProcessTest, ReadsTheSoftLimitOfOpenFiles) {
  write("self/limits",
        "Limit Soft Hard Units\nMax open files            1024         4096 files\n");
  EXPECT_THAT(collect(), Contains(Pair("process_max_fds", 1024)));
}

TEST_F(ProcessTest, LeavesOutALimitThatThereIsNot) {
  write("self/limits", "Max open files            unlimited    unlimited files\n");
  EXPECT_THAT(collect(), Not(Contains(Key("process_max_fds"))));
}

TEST_F(ProcessTest, ReadsTheLimitOfTheAddressSpace) {
  write("self/limits", "Max address space         8192      unlimited    bytes\n");
  EXPECT_THAT(collect(), Contains(Pair("process_virtual_memory_max_bytes", 8192)));
  write("self/limits", "Max address space         unlimited    unlimited    bytes\n");
  EXPECT_THAT(collect(),
              Contains(Pair("process_virtual_memory_max_bytes", 18446744073709551615.0)));
}

TEST_F(ProcessTest, CountsTheOpenFilesWithoutTheOneThatItCountsWith) {
  std::filesystem::create_directories(proc() / "self/fd");
  for (const char* name : {"self/fd/0", "self/fd/1", "self/fd/2", "self/fd/3"}) write(name, "");
  EXPECT_THAT(collect(), Contains(Pair("process_open_fds", 3)));
}

TEST_F(ProcessTest, LeavesOutWhateverCannotBeRead) {
  EXPECT_THAT(collect(), IsEmpty());
  write("self/stat", "42 (cut");
  write("stat", "btime\n");
  write("self/limits", "Max open files");
  EXPECT_THAT(collect(), IsEmpty());
}

TEST(Process, SaysOfThisProcessWhatTheKernelSays) {
  std::map<std::string, double> values;
  for (const Family& family : ProcessCollector().Collect()) {
    values[family.name] = family.metric.at(0).gauge.value;
  }
  EXPECT_EQ(values.size(), 8U);
  EXPECT_GT(values["process_resident_memory_bytes"], 1e6);
  EXPECT_GT(values["process_virtual_memory_bytes"], values["process_resident_memory_bytes"]);
  EXPECT_GE(values["process_open_fds"], 3);
  EXPECT_LE(values["process_open_fds"], values["process_max_fds"]);
  EXPECT_GE(values["process_threads"], 1);
  EXPECT_GT(values["process_start_time_seconds"], 1.6e9);
}

}  // namespace
}  // namespace ripcord::metrics
