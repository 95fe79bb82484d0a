#include "probe/log/cursor.hpp"
#include "probe/log/file_marks.hpp"
#include "probe/log/file_reader.hpp"
#include "probe/log/splitters.hpp"
#include "probe/log/tally.hpp"
#include "tests/support/temp_dir.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <optional>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

namespace ripcord::probe::log {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::IsEmpty;

constexpr Instant noon{std::chrono::hours(500'000)};

std::string frame(int stream, const std::string& payload) {
  std::string bytes{static_cast<char>(stream), 0, 0, 0};
  const auto size = static_cast<unsigned>(payload.size());
  for (const unsigned shift : {24U, 16U, 8U, 0U})
    bytes += static_cast<char>((size >> shift) & 255U);
  return bytes + payload;
}

TEST(FrameSplitter, TakesTheFramesOffWhereverTheyAreCut) {
  const std::string stream =
      frame(1, "out\n") + frame(2, "err\n") + frame(1, "") + frame(1, "more");
  for (std::size_t cut = 0; cut <= stream.size(); ++cut) {
    FrameSplitter splitter;
    std::string out;
    std::string err;
    const auto keep = [&](int which, std::string_view payload) {
      (which == 2 ? err : out) += payload;
    };
    ASSERT_TRUE(splitter.take(stream.substr(0, cut), keep));
    ASSERT_TRUE(splitter.take(stream.substr(cut), keep));
    EXPECT_EQ(out, "out\nmore") << cut;
    EXPECT_EQ(err, "err\n") << cut;
  }
}

TEST(FrameSplitter, AnEnormousFrameTakesNoMemory) {
  FrameSplitter splitter;
  std::size_t bytes = 0;
  const auto count = [&](int, std::string_view payload) { bytes += payload.size(); };
  ASSERT_TRUE(splitter.take(std::string("\x01\0\0\0\xff\xff\xff\xff", 8), count));
  for (int i = 0; i < 100; ++i) ASSERT_TRUE(splitter.take(std::string(1000, 'x'), count));
  EXPECT_EQ(bytes, 100'000U);
}

TEST(FrameSplitter, WhatHasNoFramesIsMalformed) {
  FrameSplitter splitter;
  EXPECT_EQ(splitter.take("plain text of a terminal", [](int, std::string_view) {}).error().fault,
            Fault::malformed);
}

TEST(LineSplitter, CutsAndKeepsOnlyTheBeginningOfALongLine) {
  LineSplitter splitter(5);
  std::vector<std::string> lines;
  const auto keep = [&](std::string_view line) { lines.emplace_back(line); };
  splitter.take("ab\r\n\ncde", keep);
  splitter.take("fghijklmnop\nx", keep);
  EXPECT_THAT(lines, ElementsAre("ab", "", "cdefg"));
  EXPECT_EQ(splitter.cut(), 1U);
  splitter.flush(keep);
  splitter.flush(keep);
  EXPECT_THAT(lines, ElementsAre("ab", "", "cdefg", "x"));
}

std::string at(int second, const std::string& text, const std::string& nanos = "000000001") {
  return "2026-11-23T08:57:" + std::to_string(second) + "." + nanos + "Z " + text;
}

TEST(Cursor, TakesTheTimestampOff) {
  Cursor cursor;
  EXPECT_EQ(cursor.since(), "");
  EXPECT_EQ(cursor.take(1, at(10, "hello"), noon), "hello");
  EXPECT_EQ(cursor.take(1, "2026-11-23T08:57:11.000000001Z", noon), "");
  EXPECT_EQ(cursor.take(1, "no timestamp", noon), "no timestamp");
  EXPECT_EQ(cursor.since(), "1795424231.000000001");
}

TEST(Cursor, NoLineCountsTwiceAfterItIsOpenedAgain) {
  Cursor cursor;
  (void)cursor.take(1, at(10, "a"), noon);
  (void)cursor.take(1, at(11, "b"), noon);
  (void)cursor.take(1, at(11, "b"), noon);
  cursor.reopen();
  EXPECT_EQ(cursor.take(1, at(10, "a"), noon), std::nullopt);
  EXPECT_EQ(cursor.take(1, at(11, "b"), noon), std::nullopt);
  EXPECT_EQ(cursor.take(1, at(11, "b"), noon), std::nullopt);
  EXPECT_EQ(cursor.take(1, at(11, "c"), noon), "c");
  EXPECT_EQ(cursor.take(1, at(12, "d"), noon), "d");
  cursor.reopen();
  EXPECT_EQ(cursor.take(1, at(12, "d"), noon), std::nullopt);
  EXPECT_EQ(cursor.take(1, at(12, "e"), noon), "e");
}

TEST(Cursor, EachStreamHasItsOwnOrderAndTheOlderIsAskedFor) {
  Cursor cursor;
  (void)cursor.take(1, at(20, "out"), noon);
  (void)cursor.take(2, at(15, "err"), noon);
  EXPECT_EQ(cursor.since(), "1795424235.000000001");
  cursor.reopen();
  EXPECT_EQ(cursor.take(2, at(15, "err"), noon), std::nullopt);
  EXPECT_EQ(cursor.take(2, at(16, "late"), noon), "late");
  EXPECT_EQ(cursor.take(1, at(20, "out"), noon), std::nullopt);
}

TEST(Cursor, KnowsWhenALineWasWritten) {
  EXPECT_EQ(Cursor::written_at("2026-11-23T08:57:10.687727388Z tick"),
            *parse_instant("2026-11-23T08:57:10.687727Z"));
  EXPECT_EQ(Cursor::written_at("tick"), std::nullopt);
  EXPECT_EQ(Cursor::written_at("2026-99-23T08:57:10.687727388Z tick"), std::nullopt);
}

TEST(Cursor, ALogThatIsSentOnceMoreCountsOnce) {
  Cursor cursor;
  for (int second = 10; second < 20; ++second) (void)cursor.take(1, at(second, "a"), noon);
  for (int second = 12; second < 20; ++second) {
    EXPECT_EQ(cursor.take(1, at(second, "a"), noon), std::nullopt);
  }
  EXPECT_EQ(cursor.take(1, at(20, "b"), noon), "b");
}

TEST(Cursor, TheLastLineThatIsSentOnceMoreCountsOnce) {
  Cursor cursor;
  EXPECT_EQ(cursor.take(1, at(11, "b"), noon), "b");
  EXPECT_EQ(cursor.take(1, at(11, "b"), noon), std::nullopt);
  EXPECT_EQ(cursor.take(1, at(11, "c"), noon), "c") << "another one of the same nanosecond";
  EXPECT_EQ(cursor.take(1, at(12, "c"), noon), "c");
}

TEST(Cursor, AClockThatWasSetBackIsBelievedAfterAMinute) {
  Cursor cursor;
  (void)cursor.take(1, at(50, "a"), noon);
  EXPECT_EQ(cursor.take(1, at(10, "b"), noon), std::nullopt);
  EXPECT_EQ(cursor.take(1, at(11, "c"), noon + 61s), "c");
  EXPECT_EQ(cursor.take(1, at(12, "d"), noon + 61s), "d");
}

const std::vector<Pattern> patterns{{"error", "ERROR|panic"}, {"slow", "took \\d{4,}ms"}};

class FileMarksTest : public testing::Test {
 protected:
  static FileMark mark(Instant at, std::int64_t offset, std::uint64_t inode = 7) {
    return {.at = at, .device = 1, .inode = inode, .offset = offset, .before = 99};
  }
  FileMarks marks(Duration look_back = 10min) const {
    return FileMarks(dir_.path() / "logs", "/var/log/app.log", look_back);
  }

  test::TempDir dir_;
};

TEST_F(FileMarksTest, AreFoundAgainByTheNextProcess) {
  FileMarks before = marks();
  ASSERT_TRUE(before.load(noon));
  EXPECT_THAT(before.all(), IsEmpty());
  before.add(mark(noon, 0, 6));
  before.add(mark(noon + 5s, 100));
  before.add(mark(noon + 20s, 200));
  ASSERT_TRUE(before.keep(noon + 20s));
  FileMarks after = marks();
  ASSERT_TRUE(after.load(noon + 1min));
  EXPECT_EQ(after.all(), before.all());
  FileMarks late = marks();
  ASSERT_TRUE(late.load(noon + 10min + 10s));
  EXPECT_THAT(late.all(), ElementsAre(mark(noon + 20s, 200)));
  FileMarks other(dir_.path() / "logs", "/var/log/other.log", 10min);
  ASSERT_TRUE(other.load(noon));
  EXPECT_THAT(other.all(), IsEmpty());
}

TEST_F(FileMarksTest, OfAClockThatWasSetBackAreNotOfTheFuture) {
  FileMarks before = marks();
  before.add(mark(noon + 1h, 5));
  ASSERT_TRUE(before.keep(noon + 1h));
  FileMarks after = marks();
  ASSERT_TRUE(after.load(noon));
  EXPECT_THAT(after.all(), ElementsAre(mark(noon, 5)));
}

TEST_F(FileMarksTest, AreAsCloseAsATenthOfASecondOrASixtiethOfTheirAge) {
  FileMarks kept = marks();
  Instant now = noon;
  for (int i = 0; i < 18'000; ++i) {
    now += 100ms;
    EXPECT_TRUE(kept.wants_one(now));
    kept.add(mark(now, i));
    EXPECT_FALSE(kept.wants_one(now + 50ms));
  }
  EXPECT_EQ(kept.all().back(), mark(now, 17'999));
  EXPECT_LT(kept.all().front().at, now - 9min - 30s);
  EXPECT_LT(kept.all().size(), 500U);
  for (std::size_t i = 1; i < kept.all().size(); ++i) {
    const Duration between = kept.all()[i].at - kept.all()[i - 1].at;
    EXPECT_LE(between, std::max<Duration>(100ms, (now - kept.all()[i].at) / 60) + 100ms) << i;
  }
}

TEST_F(FileMarksTest, AreKeptEachSecondWhileThereIsSomethingNew) {
  FileMarks kept = marks();
  EXPECT_TRUE(kept.is_due(noon, false));
  ASSERT_TRUE(kept.keep(noon));
  EXPECT_FALSE(kept.is_due(noon + 999ms, true));
  EXPECT_TRUE(kept.is_due(noon + 1s, true));
  EXPECT_FALSE(kept.is_due(noon + 9s, false));
  EXPECT_TRUE(kept.is_due(noon + 10s, false));
}

TEST_F(FileMarksTest, ThatCannotBeUnderstoodAreNone) {
  for (const std::string text : {"", "{", "[]", "{\"path\":\"/var/log/app.log\"}",
                                 "{\"path\":\"/var/log/app.log\",\"marks\":[[1,2]]}",
                                 "{\"path\":\"/var/log/app.log\",\"marks\":[[1,2,3,4,-5]]}"}) {
    ASSERT_TRUE(marks().keep(noon));
    for (const auto& entry : std::filesystem::directory_iterator(dir_.path() / "logs")) {
      std::ofstream(entry.path()) << text;
    }
    FileMarks after = marks();
    const Result<void> loaded = after.load(noon);
    ASSERT_FALSE(loaded) << text;
    EXPECT_EQ(loaded.error().fault, Fault::malformed);
    EXPECT_THAT(after.all(), IsEmpty());
  }
}

TEST(Tally, CountsMatchesAsTotalsRatesAndOccurrences) {
  Tally tally(patterns, 100);
  (void)tally.read(noon);
  tally.take("ERROR one", noon);
  tally.take("all is well", noon);
  tally.take("panic: it took 12345ms", noon);
  const auto happened = tally.drain(noon);
  ASSERT_EQ(happened.size(), 2U);
  EXPECT_EQ(happened[0].count, 2U);
  EXPECT_EQ(happened[0].note, "panic: it took 12345ms");
  EXPECT_EQ(happened[1].count, 1U);
  EXPECT_THAT(tally.drain(noon), IsEmpty());
  const std::vector<Reading> expected{{0, 1}, {1, 2}, {2, 0.5}, {3, 1}, {4, 1.5}, {5, 3}, {6, 0}};
  EXPECT_EQ(tally.read(noon + 2s), expected);
  EXPECT_EQ(vocabulary_of(patterns).values.size(), 7U);
  EXPECT_THAT(vocabulary_of(patterns).occurrences, ElementsAre("error", "slow"));
}

TEST(Tally, WhatIsRecalledCountsAsOfThenAndComesFirst) {
  Tally tally({{"error", "ERROR"}}, 1);
  tally.recall("ERROR a", noon - 10s);
  tally.recall("ERROR b", noon - 9500ms);
  tally.recall("fine", noon - 5s);
  tally.recall("ERROR c", noon - 5s);
  tally.recall("ERROR of a second container", noon - 7s);
  tally.take("ERROR d", noon);
  const std::vector<Occurrence> heard = tally.drain(noon);
  std::vector<std::tuple<Instant, std::uint32_t, std::string>> seen;
  for (const Occurrence& one : heard) seen.emplace_back(one.at, one.count, one.note);
  EXPECT_THAT(
      seen, ElementsAre(std::tuple(noon - 10s, 2U, "ERROR b"), std::tuple(noon - 5s, 1U, "ERROR c"),
                        std::tuple(noon - 7s, 1U, "ERROR of a second container"),
                        std::tuple(noon, 1U, "ERROR d")));
  EXPECT_EQ(tally.lines(), 6U);
  EXPECT_EQ(tally.dropped(), 0U);
  EXPECT_THAT(tally.drain(noon), IsEmpty());
}

TEST(Tally, TheFirstReadingHasTotalsAndNoRates) {
  Tally tally(patterns, 100);
  const std::vector<Reading> expected{{1, 0}, {3, 0}, {5, 0}, {6, 0}};
  EXPECT_EQ(tally.read(noon), expected);
}

TEST(Tally, BeyondTheLimitLinesAreDroppedAndCounted) {
  Tally tally(patterns, 10);
  for (int i = 0; i < 25; ++i) tally.take("ERROR", noon);
  for (int i = 0; i < 5; ++i) tally.take("ERROR", noon + 1s);
  EXPECT_EQ(tally.lines(), 30U);
  EXPECT_EQ(tally.dropped(), 15U);
  EXPECT_EQ(tally.drain(noon).at(0).count, 15U);
}

TEST(Tally, KeepsTheLastLinesPrintable) {
  Tally tally(patterns, 1000);
  for (int i = 0; i < 60; ++i) tally.take("line " + std::to_string(i), noon);
  tally.take("\x1b[31m\xff" + std::string(2000, 'x'), noon);
  EXPECT_EQ(tally.last_lines().size(), 50U);
  EXPECT_EQ(tally.last_lines().front(), "line 11");
  EXPECT_LE(tally.last_lines().back().size(), 510U);
  EXPECT_EQ(tally.last_lines().back().substr(0, 8), " [31m\uFFFD");
}

TEST(Tally, ShowsNoCredentialsWhereverALineGoes) {
  Tally tally({{"error", "ERROR"}}, 1000);
  tally.recall("ERROR of then: postgresql://app:hunter22@db/app is away", noon - 10s);
  tally.take("ERROR: cannot log in with user=app password=hunter22", noon);
  const std::vector<Occurrence> heard = tally.drain(noon);
  ASSERT_EQ(heard.size(), 2U);
  EXPECT_EQ(heard[0].note, "ERROR of then: postgresql://***@db/app is away");
  EXPECT_EQ(heard[1].note, "ERROR: cannot log in with user=app password=***");
  EXPECT_THAT(tally.last_lines(), ElementsAre(heard[0].note, heard[1].note));
}

TEST(Tally, ShowsNoCredentialsThatAreCutOffEither) {
  Tally tally({{"error", "ERROR"}}, 1000);
  const std::string secret(600, 's');
  tally.take("ERROR " + std::string(150, 'x') + " password=" + secret, noon);
  EXPECT_EQ(tally.drain(noon).at(0).note, "ERROR " + std::string(150, 'x') + " password=***");
}

class FileReaderTest : public testing::Test {
 protected:
  void write(const std::string& text) {
    std::ofstream(path(), std::ios::app | std::ios::binary) << text;
  }
  [[nodiscard]] std::filesystem::path path() const { return dir_.path() / "app.log"; }
  std::vector<std::string> read() {
    std::vector<std::string> lines;
    while (reader_.read(65536, [&](std::string_view line) { lines.emplace_back(line); }) > 0) {
    }
    return lines;
  }

  test::TempDir dir_;
  FileReader reader_{path(), 100};
};

TEST_F(FileReaderTest, ReadsWhatIsAppended) {
  write("old\n");
  ASSERT_TRUE(reader_.look(0));
  write("a\nb");
  EXPECT_THAT(read(), ElementsAre("a"));
  write("c\n");
  EXPECT_THAT(read(), ElementsAre("bc"));
}

TEST_F(FileReaderTest, FollowsARotationByNameAndItsSlowWriter) {
  write("old\n");
  ASSERT_TRUE(reader_.look(0));
  std::ofstream slow(path(), std::ios::app);
  std::filesystem::rename(path(), dir_.path() / "app.log.1");
  EXPECT_EQ(reader_.look().error().fault, Fault::missing);
  slow << "last of the old\n" << std::flush;
  EXPECT_THAT(read(), ElementsAre("last of the old"));
  write("first of the new\n");
  ASSERT_TRUE(reader_.look());
  slow << "late\n" << std::flush;
  EXPECT_THAT(read(), ElementsAre("late", "first of the new"));
}

TEST_F(FileReaderTest, FollowsATruncation) {
  write("one\ntwo\nthree and a half");
  ASSERT_TRUE(reader_.look());
  EXPECT_THAT(read(), ElementsAre("one", "two"));
  std::filesystem::resize_file(path(), 0);
  write("four\n");
  ASSERT_TRUE(reader_.look());
  EXPECT_THAT(read(), ElementsAre("four"));
}

TEST_F(FileReaderTest, WhatIsNoFileSaysSo) {
  EXPECT_EQ(reader_.look().error().message,
            "cannot read " + path().string() + ": No such file or directory");
  std::filesystem::create_directory(path());
  EXPECT_EQ(reader_.look().error().message, "cannot read " + path().string() + ": it is no file");
}

}  // namespace
}  // namespace ripcord::probe::log
