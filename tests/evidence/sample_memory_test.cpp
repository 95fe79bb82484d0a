#include "evidence/sample_memory.hpp"

#include "tests/bench/allocations.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstddef>
#include <string>
#include <vector>

namespace ripcord::evidence {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

constexpr ProbeId first{.service = ServiceId{3}, .index = 0};
constexpr ProbeId second{.service = ServiceId{3}, .index = 1};

Sample sample(int second_of, std::size_t readings = 2) {
  Sample sample{.taken_at = Instant(std::chrono::seconds(second_of)), .reason = "status 500"};
  sample.outcome = Outcome::bad;
  sample.readings.assign(readings, Reading{.value = 1, .number = 2.5});
  return sample;
}

std::vector<int> seconds(const std::vector<Sample>& samples) {
  std::vector<int> told;
  for (const Sample& one : samples) {
    told.push_back(static_cast<int>(one.taken_at.time_since_epoch() / 1s));
  }
  return told;
}

TEST(SampleMemory, TellsTheSamplesOfEachProbeOldestFirst) {
  SampleMemory memory;
  memory.begin(first.service, 2);
  for (int i = 1; i <= 3; ++i) memory.keep(first, sample(i));
  memory.keep(second, sample(9));
  EXPECT_THAT(seconds(memory.recall(first)), ElementsAre(1, 2, 3));
  EXPECT_THAT(seconds(memory.recall(second)), ElementsAre(9));
  EXPECT_EQ(memory.recall(first)[0].reason, "status 500");
  EXPECT_EQ(memory.recall(first)[0].outcome, Outcome::bad);
}

TEST(SampleMemory, KeepsTheLastOnes) {
  SampleMemory memory;
  memory.begin(first.service, 1);
  for (int i = 0; i < 300; ++i) memory.keep(first, sample(i));
  const std::vector<int> told = seconds(memory.recall(first));
  ASSERT_THAT(told, SizeIs(SampleMemory::samples_max));
  EXPECT_EQ(told.front(), 180);
  EXPECT_EQ(told.back(), 299);
}

TEST(SampleMemory, TakesNoMemoryForASampleInTheLongRun) {
  SampleMemory memory;
  memory.begin(first.service, 1);
  for (int i = 0; i < 2 * static_cast<int>(SampleMemory::samples_max); ++i) {
    memory.keep(first, sample(i));
  }
  const Sample one = sample(1000);
  const std::size_t before = bench::allocations;
  for (int i = 0; i < 1000; ++i) memory.keep(first, one);
  EXPECT_EQ(bench::allocations, before);
}

TEST(SampleMemory, CutsWhatIsLong) {
  SampleMemory memory;
  memory.begin(first.service, 1);
  Sample long_one = sample(1, 100);
  long_one.reason = std::string(5000, 'x');
  memory.keep(first, long_one);
  const Sample kept = memory.recall(first).at(0);
  EXPECT_THAT(kept.reason, SizeIs(SampleMemory::reason_bytes_max));
  EXPECT_THAT(kept.readings, SizeIs(SampleMemory::readings_max));
}

TEST(SampleMemory, KeepsFewerOfManyProbes) {
  SampleMemory memory;
  memory.begin(first.service, 400);
  for (int i = 0; i < 200; ++i) memory.keep(first, sample(i));
  EXPECT_THAT(memory.recall(first), SizeIs(40));
  memory.begin(ServiceId{0}, 1'000'000);
  for (int i = 0; i < 200; ++i) memory.keep({.service = ServiceId{0}, .index = 7}, sample(i));
  EXPECT_THAT(memory.recall({.service = ServiceId{0}, .index = 7}),
              SizeIs(SampleMemory::samples_min));
}

TEST(SampleMemory, GoesOnInOrderWhenThereIsMoreRoomAgain) {
  SampleMemory memory;
  memory.begin(first.service, 1);
  memory.begin(ServiceId{0}, 1'000'000);
  for (int i = 0; i < 20; ++i) memory.keep(first, sample(i));
  memory.forget(ServiceId{0});
  for (int i = 20; i < 40; ++i) memory.keep(first, sample(i));
  const std::vector<int> told = seconds(memory.recall(first));
  ASSERT_THAT(told, SizeIs(24));
  for (std::size_t i = 0; i < told.size(); ++i) EXPECT_EQ(told[i], static_cast<int>(i) + 16);
}

TEST(SampleMemory, TellsEachSampleAsItWas) {
  SampleMemory memory;
  memory.begin(first.service, 1);
  Sample good{.taken_at = Instant(5s), .latency = 7ms, .reason = ""};
  good.outcome = Outcome::good;
  good.latency_kind = LatencyKind::measured;
  good.readings = {{.value = 3, .number = 1.5}};
  Sample lost = sample(6, 4);
  lost.connection_lost = true;
  memory.keep(first, good);
  memory.keep(first, lost);
  memory.keep(first, good);
  const std::vector<Sample> told = memory.recall(first);
  ASSERT_THAT(told, SizeIs(3));
  for (const std::size_t place : {0U, 2U}) {
    EXPECT_EQ(told[place].taken_at, good.taken_at);
    EXPECT_EQ(told[place].latency, good.latency);
    EXPECT_EQ(told[place].latency_kind, good.latency_kind);
    EXPECT_EQ(told[place].outcome, good.outcome);
    EXPECT_EQ(told[place].readings, good.readings);
    EXPECT_EQ(told[place].reason, "");
    EXPECT_FALSE(told[place].connection_lost);
  }
  EXPECT_EQ(told[1].reason, "status 500");
  EXPECT_EQ(told[1].readings, lost.readings);
  EXPECT_TRUE(told[1].connection_lost);
}

TEST(SampleMemory, ForgetsAndDropsWhatIsNotItsOwn) {
  SampleMemory memory;
  memory.begin(first.service, 1);
  memory.keep(first, sample(1));
  memory.keep(second, sample(1));
  memory.keep({.service = ServiceId{99}, .index = 0}, sample(1));
  EXPECT_THAT(memory.recall(second), IsEmpty());
  EXPECT_THAT(memory.recall({.service = ServiceId{99}, .index = 0}), IsEmpty());
  memory.begin(first.service, 1);
  EXPECT_THAT(memory.recall(first), IsEmpty());
}

}  // namespace
}  // namespace ripcord::evidence
