#include "probe/docker/cgroup.hpp"
#include "probe/docker/meter.hpp"
#include "tests/support/temp_dir.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace ripcord::probe::docker {
namespace {

using testing::IsEmpty;

const std::string id = "c5764b170aa3";

/// A tree of /proc and /sys as it was recorded, in a directory of its own.
class Tree {
 public:
  explicit Tree(const std::map<std::string, std::string>& files) {
    for (const auto& [path, text] : files) {
      const std::filesystem::path file = dir_.path().string() + path;
      std::filesystem::create_directories(file.parent_path());
      std::ofstream(file) << text;
    }
  }
  [[nodiscard]] std::string root() const { return dir_.path(); }

 private:
  test::TempDir dir_;
};

Container container(const std::string& network_mode = "bridge") {
  Container one;
  one.id = id;
  one.pid = 42;
  one.network_mode = network_mode;
  return one;
}

const std::string net_dev =
    "Inter-|   Receive                                                |  Transmit\n"
    " face |bytes    packets errs drop fifo frame compressed multicast|bytes    packets errs drop "
    "fifo colls carrier compressed\n"
    "    lo:  999    1    0    0    0     0          0         0      999    1    0    0    0     "
    "0  "
    "        0          0\n"
    "  eth0:  1500   10    0    0    0     0          0         0      700    7    0    0    0     "
    "0 "
    "         0          0\n";

std::map<std::string, std::string> version_one() {
  const std::string group = "/docker/" + id;
  return {
      {"/proc/42/cgroup", "8:pids:" + group + "\n7:blkio:" + group + "\n4:memory:" + group +
                              "\n2:cpu,cpuacct:" + group + "\n0::" + group + "\n"},
      {"/proc/self/mountinfo",
       "31 23 0:28 / /sys/fs/cgroup rw - tmpfs tmpfs rw,mode=755\n"
       "33 31 0:30 / /sys/fs/cgroup/cpu,cpuacct rw,relatime - cgroup cgroup rw,cpu,cpuacct\n"
       "35 31 0:32 / /sys/fs/cgroup/memory rw,relatime shared:9 - cgroup cgroup rw,memory\n"
       "38 31 0:35 / /sys/fs/cgroup/blkio rw,relatime - cgroup cgroup rw,blkio\n"
       "39 31 0:36 / /sys/fs/cgroup/pids rw,relatime - cgroup cgroup rw,pids\n"
       "41 31 0:38 / /sys/fs/cgroup/unified rw,relatime - cgroup2 cgroup2 rw\n"},
      {"/proc/meminfo", "MemTotal:        8000000 kB\nMemFree:         100 kB\n"},
      {"/proc/42/net/dev", net_dev},
      {"/sys/fs/cgroup/cpu,cpuacct" + group + "/cpuacct.usage", "30051186\n"},
      {"/sys/fs/cgroup/memory" + group + "/memory.usage_in_bytes", "598016\n"},
      {"/sys/fs/cgroup/memory" + group + "/memory.limit_in_bytes", "67108864\n"},
      {"/sys/fs/cgroup/memory" + group + "/memory.stat",
       "cache 0\ninactive_file 1\ntotal_inactive_file 8016\n"},
      {"/sys/fs/cgroup/pids" + group + "/pids.current", "2\n"},
      {"/sys/fs/cgroup/blkio" + group + "/blkio.throttle.io_service_bytes",
       "8:0 Read 4096\n8:0 Write 1024\n8:0 Total 5120\n8:16 Read 1\nTotal 5121\n"},
  };
}

TEST(CgroupFiles, OfVersionOne) {
  const Tree tree(version_one());
  const auto usage = CgroupReader(tree.root()).read(container(), 77);
  ASSERT_TRUE(usage.has_value()) << usage.error().message;
  const Usage expected{.cpu_ns = 30051186,
                       .clock_ns = 77,
                       .memory = 590000,
                       .memory_limit = 67108864,
                       .pids = 2,
                       .network_received = 1500,
                       .network_sent = 700,
                       .block_read = 4097,
                       .block_written = 1024};
  EXPECT_EQ(*usage, expected);
}

TEST(CgroupFiles, OfVersionTwoUnderSystemd) {
  const std::string group = "/system.slice/docker-" + id + ".scope";
  const Tree tree({
      {"/proc/42/cgroup", "0::" + group + "\n"},
      {"/proc/self/mountinfo",
       "30 23 0:27 / /sys/fs/cgroup rw,nosuid shared:4 - cgroup2 cgroup2 rw,nsdelegate\n"},
      {"/proc/meminfo", "MemTotal:        8000000 kB\n"},
      {"/proc/42/net/dev", net_dev},
      {"/sys/fs/cgroup" + group + "/cpu.stat",
       "usage_usec 123456\nuser_usec 100000\nsystem_usec 23456\nnr_periods 0\n"},
      {"/sys/fs/cgroup" + group + "/memory.current", "1000000\n"},
      {"/sys/fs/cgroup" + group + "/memory.max", "max\n"},
      {"/sys/fs/cgroup" + group + "/memory.stat", "anon 5\ninactive_file 400000\n"},
      {"/sys/fs/cgroup" + group + "/pids.current", "11\n"},
      {"/sys/fs/cgroup" + group + "/io.stat",
       "8:0 rbytes=4096 wbytes=100 rios=1 wios=1 dbytes=0 dios=0\n8:16 rbytes=4 wbytes=1 rios=1\n"},
  });
  const auto usage = CgroupReader(tree.root()).read(container(), 77);
  ASSERT_TRUE(usage.has_value()) << usage.error().message;
  const Usage expected{.cpu_ns = 123456000,
                       .clock_ns = 77,
                       .memory = 600000,
                       .memory_limit = 8000000UL * 1024,
                       .pids = 11,
                       .network_received = 1500,
                       .network_sent = 700,
                       .block_read = 4100,
                       .block_written = 101};
  EXPECT_EQ(*usage, expected);
}

TEST(CgroupFiles, ANetworkOfTheMachineIsNotTheContainers) {
  const Tree tree(version_one());
  for (const char* mode : {"host", "none", "container:abc", ""}) {
    EXPECT_EQ(CgroupReader(tree.root()).read(container(mode), 1)->network_sent, std::nullopt);
  }
}

TEST(CgroupFiles, AnotherProcessWithThatNumberIsNotTakenForIt) {
  auto files = version_one();
  files["/proc/42/cgroup"] = "2:cpu,cpuacct:/user.slice\n";
  const Tree tree(files);
  EXPECT_EQ(CgroupReader(tree.root()).read(container(), 1).error().fault, Fault::missing);
}

TEST(CgroupFiles, WhatIsNotThereIsLeftOut) {
  auto files = version_one();
  std::erase_if(files, [](const auto& file) {
    return file.first.contains("memory.usage") || file.first.contains("pids.current") ||
           file.first.contains("blkio.throttle");
  });
  const Tree tree(files);
  const auto usage = CgroupReader(tree.root()).read(container(), 1);
  ASSERT_TRUE(usage.has_value());
  EXPECT_EQ(usage->memory, std::nullopt);
  EXPECT_EQ(usage->pids, std::nullopt);
  EXPECT_EQ(usage->block_read, std::nullopt);
  EXPECT_EQ(usage->cpu_ns, 30051186U);
}

TEST(CgroupFiles, AMountedPartIsLookedUpBelowItsRoot) {
  const auto paths = parse_cgroup_paths("0::/docker/outer/inner\n");
  const auto mounts =
      parse_cgroup_mounts("30 23 0:27 /docker/outer /sys/fs/cgroup rw - cgroup2 cgroup2 rw\n");
  EXPECT_EQ(cgroup_folder(paths, mounts, ""), "/sys/fs/cgroup/inner");
  EXPECT_EQ(cgroup_folder(parse_cgroup_paths("0::/elsewhere\n"), mounts, ""), std::nullopt);
  EXPECT_EQ(cgroup_folder(paths, mounts, "memory"), std::nullopt);
}

Metered metered(Usage usage, const std::string& name = "a") {
  return {.id = name, .started_at = {}, .usage = std::move(usage)};
}

std::optional<double> value(const std::vector<Reading>& readings, Quantity quantity) {
  for (const Reading& reading : readings) {
    if (reading.value == static_cast<std::uint16_t>(quantity)) return reading.number;
  }
  return std::nullopt;
}

Usage at_second(std::uint64_t second, std::uint64_t cpu_ms) {
  return {.cpu_ns = cpu_ms * 1'000'000,
          .clock_ns = second * 1'000'000'000,
          .memory = 50,
          .memory_limit = 200,
          .pids = 3,
          .network_received = second * 10,
          .network_sent = second * 20,
          .block_read = second * 30,
          .block_written = second * 40};
}

TEST(Meter, RatesNeedAReadingBefore) {
  Meter meter;
  const auto first = meter.take({metered(at_second(1, 0))});
  EXPECT_EQ(value(first, Quantity::cpu), std::nullopt);
  EXPECT_EQ(value(first, Quantity::memory), 50);
  EXPECT_EQ(value(first, Quantity::memory_ratio), 0.25);
  const auto second = meter.take({metered(at_second(3, 3000))});
  EXPECT_EQ(value(second, Quantity::cpu), 1.5);
  EXPECT_EQ(value(second, Quantity::network_receive), 10);
  EXPECT_EQ(value(second, Quantity::network_transmit), 20);
  EXPECT_EQ(value(second, Quantity::block_read), 30);
  EXPECT_EQ(value(second, Quantity::block_write), 40);
}

TEST(Meter, AddsTheContainersOfAServiceUp) {
  Meter meter;
  (void)meter.take({metered(at_second(1, 0)), metered(at_second(1, 0), "b")});
  Usage tight = at_second(2, 1000);
  tight.memory = 180;
  const auto sums = meter.take({metered(at_second(2, 500)), metered(tight, "b")});
  EXPECT_EQ(value(sums, Quantity::cpu), 1.5);
  EXPECT_EQ(value(sums, Quantity::memory), 230);
  EXPECT_EQ(value(sums, Quantity::memory_ratio), 0.9);
  EXPECT_EQ(value(sums, Quantity::pids), 6);
}

TEST(Meter, HalfASumIsNoSum) {
  Meter meter;
  (void)meter.take({metered(at_second(1, 0))});
  Usage without = at_second(2, 0);
  without.memory.reset();
  const auto sums = meter.take({metered(at_second(2, 500)), metered(without, "b")});
  EXPECT_EQ(value(sums, Quantity::cpu), std::nullopt);
  EXPECT_EQ(value(sums, Quantity::memory), std::nullopt);
  EXPECT_EQ(value(sums, Quantity::memory_ratio), std::nullopt);
  EXPECT_EQ(value(sums, Quantity::pids), 6);
}

TEST(Meter, ARestartedContainerHasNoRateYetAndACounterThatFellNeither) {
  Meter meter;
  (void)meter.take({metered(at_second(1, 5000))});
  Metered restarted = metered(at_second(2, 9000));
  restarted.started_at += std::chrono::seconds(1);
  EXPECT_EQ(value(meter.take({restarted}), Quantity::cpu), std::nullopt);
  restarted.usage = at_second(3, 100);
  EXPECT_EQ(value(meter.take({restarted}), Quantity::cpu), std::nullopt);
}

TEST(Meter, ZeroTimeOrAnotherSourceGivesNoRate) {
  Meter meter;
  (void)meter.take({metered(at_second(1, 0))});
  EXPECT_EQ(value(meter.take({metered(at_second(1, 10))}), Quantity::cpu), std::nullopt);
  Usage engines = at_second(5, 20);
  engines.by_engine = true;
  EXPECT_EQ(value(meter.take({metered(engines)}), Quantity::cpu), std::nullopt);
}

TEST(Meter, NothingRunsNothingIsUsed) {
  Meter meter;
  EXPECT_THAT(meter.take({}), IsEmpty());
}

}  // namespace
}  // namespace ripcord::probe::docker
