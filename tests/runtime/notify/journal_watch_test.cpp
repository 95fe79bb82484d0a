#include "runtime/notify/journal_watch.hpp"

#include "tests/runtime/fake_journal.hpp"
#include "tests/support/loop.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <functional>
#include <string>
#include <vector>

namespace ripcord::runtime {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::IsEmpty;

class JournalWatchTest : public testing::Test {
 protected:
  void TearDown() override { loop_.stop(); }

  void begin(Duration patience) {
    loop_.tasks.spawn("journal", recorder_.keep_writing());
    loop_.tasks.spawn(
        "watch", watch_journal(
                     recorder_, loop_.clock,
                     [this](const Record& record) { told_.push_back(record.kind); }, patience));
  }
  void write() {
    store::Commit commit;
    commit.records.push_back({.at = {},
                              .service = "",
                              .deployment = "",
                              .kind = "x",
                              .text = "x",
                              .by = "x",
                              .severity = Severity::info});
    recorder_.post(std::move(commit));
  }
  void run_until(const std::function<bool()>& condition) {
    for (int i = 0; i < 200 && !condition(); ++i) loop_.run_for(50ms);
  }

  test::Loop loop_;
  test::FakeJournal journal_;
  net::BlockingPool pool_{"journal", 1, 10};
  Recorder recorder_{loop_.context.get_executor(), loop_.clock, journal_, pool_};
  std::vector<std::string> told_;
};

TEST_F(JournalWatchTest, TellsOfTroubleThatLastsAndOfItsEnd) {
  begin(100ms);
  journal_.is_full = true;
  write();
  run_until([this] { return !told_.empty(); });
  EXPECT_THAT(told_, ElementsAre("daemon.journal_failed"));
  journal_.is_full = false;
  write();
  run_until([this] { return told_.size() > 1; });
  EXPECT_THAT(told_, ElementsAre("daemon.journal_failed", "daemon.journal_works"));
}

TEST_F(JournalWatchTest, SaysNothingOfAMoment) {
  begin(1s);
  journal_.is_full = true;
  write();
  run_until([this] { return recorder_.trouble_since().has_value(); });
  journal_.is_full = false;
  write();
  run_until([this] { return !recorder_.trouble_since(); });
  loop_.run_for(1200ms);
  EXPECT_THAT(told_, IsEmpty());
}

}  // namespace
}  // namespace ripcord::runtime
