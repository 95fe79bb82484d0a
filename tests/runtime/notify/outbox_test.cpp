#include "runtime/notify/outbox.hpp"

#include "tests/runtime/fake_journal.hpp"
#include "tests/support/loop.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <vector>

namespace ripcord::runtime {
namespace {

using namespace std::chrono_literals;
using notify::Message;
using notify::Standing;
using store::OutboxEntry;
using store::OutboxFate;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

Message message(const std::string& title, Standing standing,
                const std::string& event = "rollback.started") {
  Message message;
  message.id = title + "/1";
  message.event = event;
  message.severity = Severity::critical;
  message.standing = standing;
  message.service = "shop";
  message.deployment = "shop-1";
  message.incident = "shop-1";
  message.title = title;
  message.by = "ripcord";
  return message;
}

notify::ReceiverSettings receiver(const std::string& name) {
  notify::ReceiverSettings settings;
  settings.name = name;
  settings.kind = notify::WebhookSettings{};
  return settings;
}

boost::asio::awaitable<bool> written(Recorder& recorder, Instant deadline) {
  co_await recorder.drain(deadline);
  co_return true;
}

class OutboxTest : public testing::Test {
 protected:
  void SetUp() override { loop_.tasks.spawn("journal", recorder_.keep_writing()); }
  void TearDown() override { loop_.stop(); }

  /// As the performer does: addressed, written and put in.
  std::vector<OutboxEntry> tell(const Message& message) {
    std::vector<OutboxEntry> entries = outbox_.address({message}, receivers_);
    outbox_.put(entries);
    return entries;
  }
  std::vector<std::string> titles(const std::vector<OutboxEntry>& entries) {
    std::vector<std::string> titles;
    for (const OutboxEntry& entry : entries) {
      const Result<Message> read = notify::parse_message(entry.message);
      titles.push_back(entry.receiver + ": " + (read ? read->title : "?"));
    }
    return titles;
  }
  std::optional<notify::Entry> next(const std::string& name = "ops") {
    const auto entry = loop_.wait_for(outbox_.next(name));
    return entry ? *entry : std::nullopt;
  }
  void note(std::int64_t number, const notify::Fate& fate) {
    ASSERT_TRUE(loop_.wait_for(outbox_.note(number, fate)));
    (void)loop_.wait_for(written(recorder_, loop_.clock.now() + 10s));
  }
  /// The last row that was written of an entry.
  OutboxEntry row(std::int64_t number) const {
    OutboxEntry last;
    for (const store::Commit& commit : journal_.commits) {
      for (const OutboxEntry& entry : commit.outbox) {
        if (entry.number == number) last = entry;
      }
    }
    return last;
  }

  JournalOutbox outbox() {
    return {loop_.context.get_executor(), loop_.clock, recorder_, [this](const Message& message) {
              return is_silenced_ && message.severity != Severity::critical;
            }};
  }

  test::Loop loop_;
  test::FakeJournal journal_;
  net::BlockingPool pool_{"journal", 1, 10};
  Recorder recorder_{loop_.context.get_executor(), loop_.clock, journal_, pool_};
  bool is_silenced_ = false;  ///< of what is not critical
  JournalOutbox outbox_ = outbox();
  std::vector<notify::ReceiverSettings> receivers_{receiver("ops")};
};

TEST_F(OutboxTest, GivesEachReceiverWhatItWantsInOrder) {
  receivers_.push_back(receiver("pager"));
  receivers_.back().events = {"rollback.failed"};
  EXPECT_THAT(titles(tell(message("a", Standing::firing))), ElementsAre("ops: a"));
  EXPECT_THAT(titles(tell(message("b", Standing::firing, "rollback.failed"))),
              ElementsAre("ops: b", "pager: b"));
  ASSERT_TRUE(next());
  EXPECT_EQ(next()->message.title, "a");
  EXPECT_EQ(next("pager")->message.title, "b");
  EXPECT_EQ(outbox_.waiting("ops"), 2U);
  EXPECT_FALSE(next("nobody"));
}

TEST_F(OutboxTest, WritesWhatBecameOfEach) {
  tell(message("a", Standing::notice));
  const std::int64_t number = next()->number;
  const Instant later = loop_.clock.now() + 1min;
  note(number, notify::WillBeRetried{.at = later, .not_before = later, .reason = "it hung up"});
  EXPECT_EQ(row(number).attempts, 1U);
  EXPECT_EQ(row(number).fate, OutboxFate::pending);
  EXPECT_EQ(row(number).trouble, "it hung up");
  EXPECT_EQ(next()->not_before, later);
  EXPECT_FALSE(outbox_.has_untried());
  note(number, notify::WasDelivered{.at = later, .thread = "t-1"});
  EXPECT_EQ(row(number).fate, OutboxFate::delivered);
  EXPECT_EQ(row(number).thread, "t-1");
  EXPECT_FALSE(next());
}

TEST_F(OutboxTest, KeepsTheThreadOfAnIncident) {
  tell(message("a", Standing::notice));
  note(next()->number, notify::WasDelivered{.at = loop_.clock.now(), .thread = "t-1"});
  tell(message("b", Standing::firing));
  EXPECT_EQ(next()->thread, "t-1");
  note(next()->number,
       notify::WillBeRetried{
           .at = {}, .not_before = {}, .reason = "it is gone", .thread_is_lost = true});
  EXPECT_EQ(next()->thread, "");
}

TEST_F(OutboxTest, GoesOnWhereAFormerDaemonWas) {
  const std::vector<OutboxEntry> left = tell(message("a", Standing::firing));
  JournalOutbox another = outbox();
  another.restore(left);
  const auto entry = loop_.wait_for(another.next("ops"));
  ASSERT_TRUE(entry && *entry);
  EXPECT_EQ((*entry)->message, next()->message);
  // The numbers go on too.
  const auto more = another.address({message("b", Standing::firing)}, receivers_);
  ASSERT_THAT(more, SizeIs(1));
  EXPECT_GT(more.front().number, left.front().number);
}

/// Of these triggers.
Message trips(const std::vector<std::string>& names) {
  Message trips = message("shop: tripped", Standing::firing, "trigger.tripped");
  trips.severity = Severity::warning;
  trips.incident = "shop/triggers";
  for (const std::string& name : names) trips.numbers.push_back({.name = name, .value = "bad"});
  return trips;
}
Message trips_end() {
  Message end = message("shop: well", Standing::resolved, "trigger.cleared");
  end.severity = Severity::info;
  end.incident = "shop/triggers";
  return end;
}

TEST_F(OutboxTest, TellsOfATripOnceAnIncident) {
  EXPECT_THAT(tell(trips({"errors", "latency"})), SizeIs(1));
  EXPECT_THAT(tell(trips({"latency"})), IsEmpty()) << "as after a restart";
  EXPECT_THAT(tell(trips({"errors", "memory"})), SizeIs(1)) << "another has joined them";
  ASSERT_THAT(outbox_.open_incidents(), SizeIs(1));
  EXPECT_THAT(tell(trips_end()), SizeIs(1));
  EXPECT_THAT(tell(trips({"errors"})), SizeIs(1)) << "it is another incident";
}

TEST_F(OutboxTest, NeverTakesSomethingGraverForTheSame) {
  Message held = message("v2 is held", Standing::firing, "deployment.held");
  held.severity = Severity::warning;
  EXPECT_THAT(tell(held), SizeIs(1));
  held.severity = Severity::critical;
  held.what_happened = "it cannot be undone any more; a person must act";
  EXPECT_THAT(tell(held), SizeIs(1));
  EXPECT_THAT(tell(held), SizeIs(1)) << "nor is a second trip the first one";
}

TEST_F(OutboxTest, AnEndThatAReceiverDoesNotWantIsOneAllTheSame) {
  receivers_.front().events = {"trigger.tripped"};
  EXPECT_THAT(tell(trips({"errors"})), SizeIs(1));
  EXPECT_THAT(tell(trips_end()), IsEmpty());
  EXPECT_THAT(tell(trips({"errors"})), SizeIs(1));
}

TEST_F(OutboxTest, AnEndThatCouldNotBeToldIsRemindedOfAndToldAgain) {
  tell(message("a", Standing::firing));
  note(next()->number, notify::WasDelivered{.at = loop_.clock.now()});
  tell(message("b", Standing::resolved));
  note(next()->number, notify::HasFailed{.at = loop_.clock.now(), .reason = "too old"});
  const auto alerts = loop_.wait_for(outbox_.open_alerts("ops", loop_.clock.now() - 1min)).value();
  ASSERT_THAT(alerts, SizeIs(1));
  EXPECT_EQ(alerts.front().standing, Standing::resolved) << "as its last reminders";
  const auto again = tell(message("c", Standing::resolved));
  ASSERT_THAT(again, SizeIs(1));
  EXPECT_EQ(notify::parse_message(again.front().message)->standing, Standing::resolved);
}

TEST_F(OutboxTest, ASilencedServiceHasOnlyTheEndsOfWhatWasTold) {
  is_silenced_ = true;
  Message refused = message("the gate has refused v2", Standing::notice, "gate.refused");
  refused.severity = Severity::warning;
  EXPECT_THAT(tell(refused), IsEmpty());
  Message end = message("v2 is good", Standing::resolved, "deployment.succeeded");
  end.severity = Severity::info;
  EXPECT_THAT(tell(end), IsEmpty());
  EXPECT_THAT(tell(message("it failed", Standing::firing, "rollback.failed")), SizeIs(1))
      << "what is critical is told through every silence";
  EXPECT_THAT(tell(end), SizeIs(1)) << "a pager would ring for ever";
}

TEST_F(OutboxTest, NumbersGoOnAlthoughTheJournalCouldNotBeRead) {
  const std::int64_t before = tell(message("a", Standing::notice)).front().number;
  JournalOutbox another = outbox();
  loop_.run_for(1ms);
  EXPECT_GT(another.address({message("b", Standing::notice)}, receivers_).front().number, before);
}

TEST_F(OutboxTest, EndsOnlyWhatWasTold) {
  const auto entries = tell(message("all is well", Standing::resolved, "deployment.succeeded"));
  ASSERT_THAT(entries, SizeIs(1));
  EXPECT_EQ(notify::parse_message(entries.front().message)->standing, Standing::notice);
  EXPECT_THAT(tell(message("seen", Standing::resolved, "daemon.sees")), IsEmpty());

  Message mild = message("held", Standing::firing, "deployment.held");
  tell(mild);
  Message end = message("well", Standing::resolved, "deployment.succeeded");
  end.severity = Severity::info;
  const auto told = tell(end);
  ASSERT_THAT(told, SizeIs(1));
  const Result<Message> read = notify::parse_message(told.front().message);
  EXPECT_EQ(read->standing, Standing::resolved);
  EXPECT_EQ(read->severity, Severity::critical) << "as of what is over";
}

TEST_F(OutboxTest, EndsWhatIsOpenOfAServiceThatIsWellAgain) {
  receivers_.front().kind = notify::PagerdutySettings{};
  tell(message("it failed", Standing::firing, "rollback.failed"));
  Message next_one = message("v3 is good", Standing::resolved, "deployment.succeeded");
  next_one.deployment = next_one.incident = "shop-2";
  const auto entries = tell(next_one);
  ASSERT_THAT(entries, SizeIs(2));
  const Result<Message> end = notify::parse_message(entries.back().message);
  EXPECT_EQ(end->incident, "shop-1");
  EXPECT_EQ(end->standing, Standing::resolved);
  EXPECT_THAT(outbox_.open_incidents(), IsEmpty());
}

TEST_F(OutboxTest, KnowsWhatIsOpen) {
  tell(message("a", Standing::firing));
  EXPECT_THAT(outbox_.open_incidents(), SizeIs(1));
  EXPECT_THAT(loop_.wait_for(outbox_.open_alerts("ops", {})).value(), IsEmpty())
      << "the receiver was not told of it yet";
  note(next()->number, notify::WasDelivered{.at = loop_.clock.now()});
  EXPECT_THAT(loop_.wait_for(outbox_.open_alerts("ops", {})).value(), SizeIs(1));
  tell(message("b", Standing::resolved));
  note(next()->number, notify::WasDelivered{.at = loop_.clock.now()});
  EXPECT_THAT(loop_.wait_for(outbox_.open_alerts("ops", loop_.clock.now() - 1min)).value(),
              SizeIs(1));
  EXPECT_THAT(loop_.wait_for(outbox_.open_alerts("ops", loop_.clock.now() + 1min)).value(),
              IsEmpty());
}

TEST_F(OutboxTest, GivesUpTheOldestOfTooMany) {
  const std::int64_t oldest = tell(message("0", Standing::notice)).front().number;
  for (int i = 1; i < 1001; ++i) tell(message(std::to_string(i), Standing::notice));
  EXPECT_EQ(outbox_.waiting("ops"), 1000U);
  EXPECT_EQ(next()->message.title, "1");
  (void)loop_.wait_for(written(recorder_, loop_.clock.now() + 10s));
  EXPECT_EQ(row(oldest).fate, OutboxFate::failed);
  EXPECT_EQ(outbox_.given_up("ops"), 1U);
  EXPECT_EQ(outbox_.losses("ops"),
            (JournalOutbox::Losses{.count = 1, .last = "0: more than 1000 messages wait"}));
}

TEST_F(OutboxTest, KnowsWhatFormerDaemonsHaveLost) {
  tell(message("it failed", Standing::firing, "rollback.failed"));
  const std::int64_t number = next()->number;
  note(number, notify::HasFailed{.at = loop_.clock.now(), .reason = "it answered 401"});
  const JournalOutbox::Losses lost{.count = 1, .last = "it failed: it answered 401"};
  EXPECT_EQ(outbox_.losses("ops"), lost);
  JournalOutbox another = outbox();
  another.restore({row(number)});
  EXPECT_EQ(another.losses("ops"), lost);
  EXPECT_EQ(another.losses("other"), JournalOutbox::Losses{});
}

TEST_F(OutboxTest, GivesUpWhatWaitsForAReceiverThatIsGone) {
  const std::int64_t number = tell(message("a", Standing::firing)).front().number;
  outbox_.give_up("ops", "there is no such receiver any more");
  EXPECT_THAT(outbox_.receivers(), IsEmpty());
  EXPECT_FALSE(next());
  (void)loop_.wait_for(written(recorder_, loop_.clock.now() + 10s));
  EXPECT_EQ(row(number).trouble, "there is no such receiver any more");
}

TEST_F(OutboxTest, PassesOverARowThatCannotBeRead) {
  std::vector<OutboxEntry> left = tell(message("a", Standing::firing));
  left.insert(left.begin(), left.front());
  left.front().message = "{";
  JournalOutbox another = outbox();
  another.restore(left);
  EXPECT_EQ(another.waiting("ops"), 1U);
}

TEST_F(OutboxTest, TellsAgainOfWhatIsWrongAfterTheInterval) {
  receivers_.push_back(receiver("quiet"));
  receivers_.back().repeat_interval = 0s;
  tell(message("a", Standing::firing));
  const Instant told = loop_.clock.now();
  EXPECT_THAT(outbox_.reminders(receivers_, told + 5h), IsEmpty()) << "it waits still";
  note(next()->number, notify::WasDelivered{.at = told, .thread = "t-1"});
  EXPECT_THAT(outbox_.reminders(receivers_, told + 4h - 1s), IsEmpty());
  const std::vector<OutboxEntry> reminders = outbox_.reminders(receivers_, told + 4h);
  EXPECT_THAT(titles(reminders), ElementsAre("ops: Still: a"));
  outbox_.put(reminders);
  EXPECT_EQ(next()->thread, "t-1") << "where it was told first";
  EXPECT_THAT(outbox_.reminders(receivers_, told + 9h), IsEmpty());
  note(next()->number, notify::WasDelivered{.at = told + 5h, .thread = ""});
  EXPECT_THAT(outbox_.reminders(receivers_, told + 9h - 1s), IsEmpty());
  EXPECT_THAT(titles(outbox_.reminders(receivers_, told + 9h)), ElementsAre("ops: Still: a"));
  tell(message("b", Standing::resolved, "rollback.succeeded"));
  EXPECT_THAT(outbox_.reminders(receivers_, told + 9h), IsEmpty());
}

TEST_F(OutboxTest, SaysNothingAgainOfWhatWasANoticeOrIsSilenced) {
  tell(message("a", Standing::notice));
  note(next()->number, notify::WasDelivered{.at = loop_.clock.now(), .thread = ""});
  Message mild = message("b", Standing::firing, "trigger.tripped");
  mild.severity = Severity::warning;
  tell(mild);
  note(next()->number, notify::WasDelivered{.at = loop_.clock.now(), .thread = ""});
  const Instant later = loop_.clock.now() + 5h;
  is_silenced_ = true;
  EXPECT_THAT(outbox_.reminders(receivers_, later), IsEmpty());
  is_silenced_ = false;
  EXPECT_THAT(titles(outbox_.reminders(receivers_, later)), ElementsAre("ops: Still: b"));
}

}  // namespace
}  // namespace ripcord::runtime
