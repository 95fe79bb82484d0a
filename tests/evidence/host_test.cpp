#include "evidence/host.hpp"

#include "tests/support/temp_dir.hpp"

#include <boost/json/array.hpp>
#include <boost/json/value.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

namespace ripcord::evidence {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

namespace json = boost::json;

TEST(Loadavg, IsReadWithItsTasks) {
  EXPECT_EQ(json::value(parse_loadavg("0.50 1.25 2.00 3/345 12345\n")),
            (json::value{{"load_1m", 0.5},
                         {"load_5m", 1.25},
                         {"load_15m", 2.0},
                         {"runnable", 3U},
                         {"tasks", 345U}}));
}

TEST(Loadavg, IsEmptyWhenItIsNone) {
  for (const char* text : {"", "x", "1 2", "a b c d e"}) {
    EXPECT_TRUE(parse_loadavg(text).empty()) << text;
  }
}

TEST(Meminfo, TellsBytes) {
  EXPECT_EQ(json::value(parse_meminfo("MemTotal:       8000 kB\nMemAvailable:   1000 kB\n"
                                      "HugePages_Total:       0\nnonsense\nDirty: x kB\n")),
            (json::value{{"total_bytes", 8'192'000U}, {"available_bytes", 1'024'000U}}));
}

TEST(Pressure, TellsAverages) {
  EXPECT_EQ(json::value(parse_pressure("some avg10=1.50 avg60=0.00 avg300=0.25 total=12\n"
                                       "full avg10=0.10 avg60=0.00 avg300=0.00 total=1\n")),
            (json::value{{"some", {{"avg10", 1.5}, {"avg60", 0.0}, {"avg300", 0.25}}},
                         {"full", {{"avg10", 0.1}, {"avg60", 0.0}, {"avg300", 0.0}}}}));
}

TEST(Host, IsThisMachine) {
  const Shown shown = look_at_host();
  ASSERT_THAT(shown.exhibits, SizeIs(1));
  EXPECT_EQ(shown.exhibits[0].file, "host.json");
  EXPECT_THAT(shown.missing, IsEmpty());
  const json::object& host = shown.exhibits[0].content.as_object();
  EXPECT_GT(host.at("cpus").as_int64(), 0);
  EXPECT_GT(host.at("memory").at("total_bytes").as_uint64(), 0U);
}

TEST(Host, SaysWhatCannotBeReadAndTellsTheRest) {
  const test::TempDir proc;
  std::ofstream(proc.path() / "loadavg") << "0.50 1.25 2.00 3/345 1\n";
  std::filesystem::create_directory(proc.path() / "pressure");
  std::ofstream(proc.path() / "pressure" / "io") << "some avg10=9.00\n";
  const Shown shown = look_at_host(proc.path());
  EXPECT_THAT(shown.missing, ElementsAre(HasSubstr("meminfo")));
  const json::object& host = shown.exhibits.at(0).content.as_object();
  EXPECT_EQ(host.at("load").at("load_1m").as_double(), 0.5);
  EXPECT_EQ(host.at("pressure_percent").at("io").at("some").at("avg10").as_double(), 9.0);
}

TEST(Disks, AreToldOnceEachAndMissingOnesPassedOver) {
  const Shown shown = look_at_disks({"/", "/", "/no/such/place", "/proc"});
  ASSERT_THAT(shown.exhibits, SizeIs(1));
  EXPECT_THAT(shown.missing, IsEmpty());
  const json::array& disks = shown.exhibits[0].content.as_array();
  ASSERT_THAT(disks, SizeIs(2));
  EXPECT_EQ(disks[0].at("path").as_string(), "/");
  EXPECT_GT(disks[0].at("total_bytes").as_uint64(), 0U);
  EXPECT_GT(disks[0].at("used_percent").as_double(), 0.0);
}

TEST(Disks, SayWhichCannotBeLookedAt) {
  const test::TempDir dir;
  std::ofstream(dir.path() / "file") << "x";
  const Shown shown = look_at_disks({dir.path() / "file" / "below"});
  EXPECT_THAT(shown.missing, ElementsAre(HasSubstr("/file/below: Not a directory")));
}

}  // namespace
}  // namespace ripcord::evidence
