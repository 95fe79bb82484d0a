#include "probe/log/log_probe.hpp"
#include "tests/probe/watching.hpp"
#include "tests/support/temp_dir.hpp"

#include <gmock/gmock.h>

#include <filesystem>
#include <fstream>
#include <optional>
#include <string>

namespace ripcord {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;

class LogFileTest : public testing::Test {
 protected:
  LogFileTest() {
    settings_.file = dir_.path() / "app.log";
    settings_.patterns = {{"error", "ERROR"}};
  }
  void write(const std::string& text) { std::ofstream(settings_.file, std::ios::app) << text; }
  test::Watching& watch() {
    probe_.emplace(loop_.context.get_executor(), loop_.clock, loop_.resolver, engines_, settings_,
                   past_);
    test::Watching& watching = watching_.emplace(loop_, *probe_, vocabulary_of(settings_));
    EXPECT_TRUE(watching.wait_for_look());
    return watching;
  }
  Sample take() { return loop_.wait_for(probe_->take()); }

  test::TempDir dir_;
  test::Loop loop_;
  probe::docker::Engines engines_{loop_.context.get_executor(), loop_.clock, loop_.resolver};
  probe::LogProbeSettings settings_;
  probe::log::Past past_;
  std::optional<probe::LogProbe> probe_;
  std::optional<test::Watching> watching_;
};

TEST_F(LogFileTest, AMatchingLineIsHeardAtOnceAndSilenceIsGood) {
  write("ERROR of yesterday\n");
  test::Watching& watching = watch();
  EXPECT_EQ(take().outcome, Outcome::good);
  const Instant written = loop_.clock.now();
  write("fine\nERROR of today\n");
  ASSERT_TRUE(watching.wait_for("error"));
  EXPECT_LT(watching.heard().at(0).at - written, 1s);
  EXPECT_EQ(watching.heard().at(0).note, "ERROR of today");
  const Sample sample = take();
  EXPECT_EQ(sample.number(1), 1);  // error_total
  EXPECT_EQ(sample.number(3), 2);  // lines_total
  EXPECT_GT(sample.number(0).value_or(0), 0);
}

TEST_F(LogFileTest, RotationsLoseNothingAndCountNothingTwice) {
  write("");
  test::Watching& watching = watch();
  for (int i = 1; i <= 5; ++i) {
    write("ERROR before\n");
    std::filesystem::rename(settings_.file, settings_.file + "." + std::to_string(i));
    write("ERROR after\n");
    ASSERT_TRUE(watching.wait_for("error", static_cast<std::uint32_t>(2 * i)));
  }
  std::filesystem::resize_file(settings_.file, 0);
  loop_.run_for(100ms);
  write("ERROR\n");
  ASSERT_TRUE(watching.wait_for("error", 11));
  EXPECT_EQ(watching.count("error"), 11U);
}

TEST_F(LogFileTest, AFileThatIsNotThereIsUnknownAndReadOnceItComes) {
  test::Watching& watching = watch();
  const Sample sample = take();
  EXPECT_EQ(sample.outcome, Outcome::unknown);
  EXPECT_THAT(sample.reason, HasSubstr("No such file"));
  write("ERROR first\n");
  ASSERT_TRUE(watching.wait_for("error"));
  EXPECT_EQ(take().outcome, Outcome::good);
}

TEST_F(LogFileTest, AFloodIsDroppedAndCounted) {
  settings_.lines_max = 100;
  write("");
  test::Watching& watching = watch();
  std::string flood;
  for (int i = 0; i < 200'000; ++i) flood += "ERROR again and again\n";
  write(flood);
  ASSERT_TRUE(watching.wait_for("error", 100));
  while (take().number(3).value_or(0) < 200'000) loop_.run_for(10ms);
  const Sample sample = take();
  EXPECT_EQ(sample.number(3), 200'000);
  EXPECT_EQ(sample.number(1).value_or(0) + sample.number(4).value_or(0), 200'000);
  EXPECT_GT(sample.number(4).value_or(0), 190'000);
}

TEST_F(LogFileTest, OneGlanceWithoutWatchingShowsTheEnd) {
  write("one\ntwo\n");
  probe_.emplace(loop_.context.get_executor(), loop_.clock, loop_.resolver, engines_, settings_,
                 past_);
  EXPECT_EQ(take().outcome, Outcome::good);
  const auto details = probe_->details();
  ASSERT_EQ(details.size(), 5U);
  EXPECT_EQ(details[4].text, "two");
}

/// ripcord is restarted: the probes and what their triggers remember are gone.
class LogFilePastTest : public LogFileTest {
 protected:
  LogFilePastTest() {
    settings_.look_back = 10min;
    past_ = {.is_recalled = true, .folder = dir_.path() / "logs"};
  }
  void restart() {
    watching_.reset();
    probe_.reset();
  }
  /// Until the mark behind what was read is on the disk.
  void settle() { loop_.run_for(2500ms); }
};

TEST_F(LogFilePastTest, LinesOfBeforeAndOfWhileItWasAwayCountOnceWithTheirTime) {
  write("ERROR of last week\n");
  watch();
  settle();
  const Instant first = loop_.clock.now();
  write("ERROR one\n");
  ASSERT_TRUE(watching_->wait_for("error"));
  const Instant heard = watching_->heard().at(0).at;
  settle();
  restart();
  const Instant away = loop_.clock.now();
  write("ERROR two\nfine\n");
  const test::Watching& watching = watch();
  ASSERT_TRUE(watching_->wait_for("error", 2));
  EXPECT_EQ(watching.count("error"), 2U);
  ASSERT_EQ(watching.heard().size(), 2U);
  EXPECT_EQ(watching.heard()[0].note, "ERROR one");
  EXPECT_LE(watching.heard()[0].at, heard) << "never later than when it was read first";
  EXPECT_GT(watching.heard()[0].at, first - 1s);
  EXPECT_EQ(watching.heard()[1].note, "ERROR two");
  EXPECT_LE(watching.heard()[1].at, away);
  EXPECT_GT(watching.heard()[1].at, first);
  write("ERROR three\n");
  ASSERT_TRUE(watching_->wait_for("error", 3));
  EXPECT_EQ(watching.count("error"), 3U);
}

TEST_F(LogFilePastTest, ARotationWhileItWasAwayLosesNothing) {
  write("");
  watch();
  settle();
  restart();
  write("ERROR at the end of the old file\n");
  std::filesystem::rename(settings_.file, settings_.file + ".1");
  write("ERROR at the beginning of the new one\n");
  const test::Watching& watching = watch();
  ASSERT_TRUE(watching_->wait_for("error", 2));
  EXPECT_EQ(watching.count("error"), 2U);
  EXPECT_EQ(watching.heard().back().note, "ERROR at the beginning of the new one");
}

TEST_F(LogFilePastTest, ATruncatedFileThatGrewAgainIsReadFromItsBeginning) {
  write(std::string(300, '.') + "\n");
  watch();
  settle();
  restart();
  std::filesystem::resize_file(settings_.file, 0);
  write("ERROR in front\n" + std::string(400, '-') + "\nERROR behind\n");
  watch();
  ASSERT_TRUE(watching_->wait_for("error", 2));
  EXPECT_EQ(watching_->count("error"), 2U);
}

TEST_F(LogFilePastTest, ALineThatIsHalfWrittenWhenItGoesIsReadWhole) {
  write("");
  watch();
  settle();
  write("ERR");
  settle();
  restart();
  write("OR in two pieces\n");
  watch();
  ASSERT_TRUE(watching_->wait_for("error"));
  EXPECT_EQ(watching_->heard().at(0).note, "ERROR in two pieces");
}

TEST_F(LogFilePastTest, AfterAReloadNothingCountsAgain) {
  write("");
  watch();
  settle();
  write("ERROR one\n");
  ASSERT_TRUE(watching_->wait_for("error"));
  settle();
  restart();
  past_.is_recalled = false;
  watch();
  write("ERROR two\n");
  ASSERT_TRUE(watching_->wait_for("error"));
  EXPECT_EQ(watching_->count("error"), 1U);
  EXPECT_EQ(watching_->heard().at(0).note, "ERROR two");
}

TEST_F(LogFilePastTest, MarksThatCannotBeReadOrWrittenAreSaidAndStopNothing) {
  write("ERROR of before\n");
  std::filesystem::create_directory(dir_.path() / "logs");
  watch();
  settle();
  restart();
  for (const auto& entry : std::filesystem::directory_iterator(dir_.path() / "logs")) {
    std::ofstream(entry.path()) << "{\"path\": 7, \"marks\": [[1, 2]]}";
  }
  watch();
  settle();
  EXPECT_EQ(probe_->details().at(1).name, "lines") << "kept anew";
  restart();
  past_.folder = dir_.path() / "no" / "such";
  watch();
  EXPECT_THAT(probe_->details().at(1).text, HasSubstr("cannot make the folder"));
  write("ERROR of now\n");
  ASSERT_TRUE(watching_->wait_for("error"));
  EXPECT_EQ(watching_->count("error"), 1U);
}

}  // namespace
}  // namespace ripcord
