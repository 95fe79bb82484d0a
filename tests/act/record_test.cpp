#include "act/record.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>
#include <string>

namespace ripcord::act {
namespace {

using testing::Each;
using testing::HasSubstr;

Fields round_trip(const Fields& fields) {
  return parse_fields(format_fields(fields)).value();
}

std::string mistake_in(std::string_view text) {
  const Result<Fields> fields = parse_fields(text);
  return fields ? "none" : fields.error().message;
}

TEST(Record, IsReadableWhereNothingNeedsEscaping) {
  EXPECT_EQ(format_fields({{"outcome", "exited"}, {"message", "a = b"}}),
            "outcome=exited\nmessage=a = b\n");
}

TEST(Record, EveryByteSurvives) {
  std::string every;
  for (int i = 0; i < 256; ++i) every.push_back(static_cast<char>(i));
  const Fields fields{{"a", every}, {"b", ""}, {"c", "\\x0a"}, {"d", "naïve \xff…"}};
  EXPECT_EQ(round_trip(fields), fields);
}

TEST(Record, AValueNeverMakesALine) {
  EXPECT_EQ(format_fields({{"reason", "x\noutcome=exited"}}), "reason=x\\x0aoutcome=exited\n");
}

TEST(Record, WithoutFieldsIsEmpty) {
  EXPECT_EQ(round_trip({}), Fields{});
}

TEST(Record, GarbageIsRefusedWithItsLine) {
  EXPECT_EQ(mistake_in("a=1"), "line 1: is cut");
  EXPECT_EQ(mistake_in("a=1\nb"), "line 2: is cut");
  EXPECT_EQ(mistake_in("a=1\nb\n"), "line 2: has no \"=\"");
  EXPECT_EQ(mistake_in("\n"), "line 1: has no \"=\"");
  EXPECT_EQ(mistake_in("=1\n"), "line 1: has no valid key");
  EXPECT_EQ(mistake_in("a b=1\n"), "line 1: has no valid key");
  EXPECT_EQ(mistake_in("a=1\na=2\n"), "line 2: repeats a key");
  EXPECT_EQ(mistake_in(std::string("a=\0\n", 4)),
            "line 1: has a value that is not escaped as it must be");
}

TEST(Record, OnlyTheOneSpellingOfAnEscapeIsBelieved) {
  for (const char* text : {"a=\\\n", "a=\\x\n", "a=\\x4\n", "a=\\n\n", "a=\\x41\n", "a=\\x0A\n",
                           "a=\\x+a\n", "a=\\xzz\n", "a=\t\n"}) {
    EXPECT_THAT(mistake_in(text), HasSubstr("not escaped")) << text;
  }
}

TEST(Record, HasBounds) {
  EXPECT_THAT(mistake_in(std::string(record_bytes_max + 1, 'a')), HasSubstr("64 KiB"));
  std::string many;
  for (std::size_t i = 0; i <= record_fields_max; ++i) many += "k" + std::to_string(i) + "=\n";
  EXPECT_EQ(mistake_in(many), "line 257: is one too many");
}

TEST(Record, WhateverIsAcceptedIsExactlyWhatWouldBeWritten) {
  std::mt19937 random(20);  // NOLINT: the same seed each time
  const std::string alphabet("a=\\x0\nA\t\0\x7f", 10);
  std::size_t accepted = 0;
  for (int trial = 0; trial < 200'000; ++trial) {
    std::string text;
    for (std::size_t i = random() % 12; i > 0; --i) text += alphabet[random() % alphabet.size()];
    const Result<Fields> fields = parse_fields(text);
    if (!fields) continue;
    ++accepted;
    ASSERT_EQ(format_fields(*fields), text);
  }
  EXPECT_GT(accepted, 100U);
}

TEST(ResultRecordFile, SurvivesWithAndWithoutAStart) {
  ResultRecord record{.result = {.outcome = RunOutcome::signalled,
                                 .code = 9,
                                 .started_at = Instant(Duration(1'000'001)),
                                 .ended_at = Instant(Duration(2'000'002)),
                                 .message = "2 processes left running",
                                 .irreversible = "a column is gone"},
                      .output = {.bytes = 10, .left_out = 3}};
  for (int i = 0; i < 2; ++i) {
    const ResultRecord read = parse_result(round_trip(to_fields(record))).value();
    EXPECT_EQ(read.result.outcome, record.result.outcome);
    EXPECT_EQ(read.result.code, record.result.code);
    EXPECT_EQ(read.result.started_at, record.result.started_at);
    EXPECT_EQ(read.result.ended_at, record.result.ended_at);
    EXPECT_EQ(read.result.message, record.result.message);
    EXPECT_EQ(read.result.irreversible, record.result.irreversible);
    EXPECT_EQ(read.output.bytes, 10U);
    EXPECT_EQ(read.output.left_out, 3U);
    record.result.started_at.reset();
    record.result.irreversible.clear();
  }
}

TEST(ResultRecordFile, FitsItsReserveHoweverLongTheMessage) {
  ResultRecord record;
  record.result.message.assign(100'000, '\\');
  record.result.irreversible.assign(100'000, 'x');
  record.result.started_at = Instant::max();
  EXPECT_LE(format_fields(to_fields(record)).size(), 4096U * 2);
  record.result.message.assign(100'000, 'x');
  EXPECT_LE(format_fields(to_fields(record)).size(), 4096U);
}

TEST(ResultRecordFile, IsRefusedWhenAnythingIsMissingOrWrong) {
  const Fields good = to_fields(ResultRecord{});
  for (std::size_t i = 0; i < good.size(); ++i) {
    Fields fields = good;
    fields.erase(fields.begin() + static_cast<std::ptrdiff_t>(i));
    EXPECT_FALSE(parse_result(fields)) << good[i].first;
  }
  for (const char* key : {"outcome", "code", "ended_at", "output_bytes", "output_left_out"}) {
    Fields fields = good;
    for (auto& [name, value] : fields) {
      if (name == key) value = "12x";
    }
    EXPECT_FALSE(parse_result(fields)) << key;
  }
}

TEST(ProcessRecords, SurviveAndRefuseWhatNamesNoProcess) {
  const ProcessMark mark{.pid = 42, .start_time = 18446744073709551615U};
  const ShimRecord shim = parse_shim(round_trip(to_fields(ShimRecord{mark, "boot"}))).value();
  EXPECT_EQ(shim.process, mark);
  EXPECT_EQ(shim.boot_id, "boot");
  const Instant at{Duration(5)};
  const auto started = parse_started(round_trip(to_fields(StartedRecord{mark, at}))).value();
  EXPECT_EQ(started.process, mark);
  EXPECT_EQ(started.at, at);
  EXPECT_FALSE(parse_shim({{"pid", "0"}, {"start_time", "1"}, {"boot_id", ""}}));
  EXPECT_FALSE(parse_shim({{"pid", "99999999999"}, {"start_time", "1"}, {"boot_id", ""}}));
  EXPECT_FALSE(parse_started({{"pid", "1"}, {"start_time", "1"}}));
}

}  // namespace
}  // namespace ripcord::act
