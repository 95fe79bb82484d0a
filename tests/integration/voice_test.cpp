// A real ripcordd tells receivers what happens, whatever happens to it or to them.

#include "tests/integration/cord.hpp"
#include "tests/integration/inbox.hpp"
#include "tests/integration/planted_secrets.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <set>
#include <string>
#include <vector>

namespace ripcord::test {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::SizeIs;

std::string webhook(const std::string& name, const Inbox& inbox, const std::string& more = "") {
  return fmt::format(
      "[notify.{}]\ntype = \"webhook\"\nformat = \"ripcord\"\nurl = \"{}\"\ntimeout = \"2s\"\n{}\n",
      name, inbox.url(), more);
}

class Voice : public testing::Test {
 protected:
  /// What was told, in order: `"rollback.started firing"`.
  static std::vector<std::string> told(const Inbox& inbox) {
    std::vector<std::string> all;
    for (const Inbox::Letter& letter : inbox.letters()) {
      const auto body = boost::json::parse(letter.body);
      const auto& data = body.at("data").as_object();
      all.push_back(std::string(body.at("type").as_string()) + " " +
                    std::string(data.at("standing").as_string()));
    }
    return all;
  }
  static bool has_told(const Inbox& inbox, const std::string& what) {
    return std::ranges::count(told(inbox), what) > 0;
  }

  /// A service that turned bad under v2 and was rolled back.
  void roll_back(Cord& cord) {
    cord.start();
    ASSERT_NE(cord.deploy(), "") << cord.daemon.log();
    cord.turn_bad();
    ASSERT_EQ(cord.end(), "rolled_back") << cord.daemon.log();
  }

  Inbox inbox_;
};

TEST_F(Voice, TellsTheWholeStoryInOrder) {
  Cord cord(webhook("ops", inbox_));
  roll_back(cord);
  ASSERT_TRUE(eventually([&] { return has_told(inbox_, "rollback.succeeded resolved"); }))
      << cord.daemon.log();
  EXPECT_THAT(told(inbox_),
              testing::ElementsAre("deployment.started notice", "deployment.deployed notice",
                                   "rollback.started firing", "rollback.succeeded resolved"));
  const std::string body = inbox_.taken_with("rollback.started").front().body;
  EXPECT_THAT(body, HasSubstr("shop: rolling back from v2 to v1"));
  EXPECT_THAT(body, HasSubstr("status 500"));
  EXPECT_THAT(body, HasSubstr("evidence"));

  const Printed list = cord.daemon.ripcord({"notify", "list"});
  EXPECT_EQ(list.code, 0);
  EXPECT_THAT(list.out, HasSubstr("ops"));
  EXPECT_THAT(list.out, HasSubstr("webhook"));
}

TEST_F(Voice, ADeadReceiverDelaysNeitherTheOthersNorTheRollback) {
  Inbox dead;
  dead.answer(0);
  Cord cord(webhook("ops", inbox_) + webhook("pager", dead));
  roll_back(cord);
  ASSERT_TRUE(eventually([&] { return has_told(inbox_, "rollback.succeeded resolved"); }));
  EXPECT_EQ(cord.rollbacks(), 1U);
  const Printed list = cord.daemon.ripcord({"--json", "notify", "list"});
  const auto receivers = boost::json::parse(list.out).at("receivers").as_array();
  ASSERT_THAT(receivers, SizeIs(3)) << "the third is of every test";
  EXPECT_GE(receivers.at(1).at("waiting").to_number<int>(), 3);
  EXPECT_TRUE(receivers.at(1).at("trouble").is_string());
  EXPECT_THAT(std::string(receivers.at(2).at("trouble").as_string()), HasSubstr("500"));
  // Once it takes them again, all of them come, in order.
  dead.answer(200);
  ASSERT_TRUE(eventually([&] { return dead.taken_with("rollback.succeeded").size() == 1; }, 60s))
      << cord.daemon.log();
  std::vector<std::string> taken;
  for (const Inbox::Letter& letter : dead.taken_with("\"type\"")) taken.push_back(letter.id);
  std::vector<std::string> as_sent;
  for (const Inbox::Letter& letter : inbox_.letters()) as_sent.push_back(letter.id);
  EXPECT_EQ(taken, as_sent);
}

TEST_F(Voice, WhatWasDecidedBeforeAKillIsToldAfterIt) {
  for (const std::string point :
       {"after_commit.rolling_back", "after_intent.rollback.1", "after_commit.rolled_back"}) {
    SCOPED_TRACE(point);
    Inbox inbox;
    Cord cord(webhook("ops", inbox));
    cord.start({{"RIPCORD_CRASH_AT", point}});
    (void)cord.deploy();
    cord.turn_bad();
    ASSERT_TRUE(eventually([&] {
      cord.cure_when_rolled_back();
      return !cord.daemon.is_running();
    })) << cord.daemon.log();
    cord.start();
    EXPECT_EQ(cord.end(), "rolled_back") << cord.daemon.log();
    ASSERT_TRUE(eventually([&] { return has_told(inbox, "rollback.succeeded resolved"); }))
        << cord.daemon.log();
    EXPECT_TRUE(has_told(inbox, "rollback.started firing"));
    std::set<std::string> ids;
    for (const Inbox::Letter& letter : inbox.taken_with("rollback.started")) ids.insert(letter.id);
    EXPECT_THAT(ids, SizeIs(1)) << "once more, perhaps, but the same";
  }
}

TEST_F(Voice, AMessageThatWasNotTakenKeepsItsIdOverAKill) {
  inbox_.answer(503);
  Cord cord(webhook("ops", inbox_));
  cord.start();
  ASSERT_NE(cord.deploy(), "");
  ASSERT_TRUE(eventually([&] { return !inbox_.letters().empty(); })) << cord.daemon.log();
  const std::string id = inbox_.letters().front().id;
  cord.daemon.kill();
  inbox_.answer(200);
  cord.start();
  ASSERT_TRUE(eventually([&] { return has_told(inbox_, "deployment.deployed notice"); }))
      << cord.daemon.log();
  std::vector<std::string> started;
  for (const Inbox::Letter& letter : inbox_.taken_with("deployment.started")) {
    started.push_back(letter.id);
  }
  EXPECT_EQ(started, std::vector<std::string>{id});
}

TEST_F(Voice, ARestartAnnouncesOnlyWhatIsDifferent) {
  Cord cord(webhook("ops", inbox_));
  cord.start();
  cord.turn_bad();  // with no deployment open a trip is told, and that is all
  ASSERT_TRUE(eventually([&] { return has_told(inbox_, "trigger.tripped firing"); }))
      << cord.daemon.log();
  cord.daemon.kill();
  cord.start();
  // Tripped again, which is the same as before: the daemon says so in its log alone.
  ASSERT_TRUE(eventually([&] {
    const std::string log = cord.daemon.log();
    const std::size_t first = log.find("trigger.tripped");
    return first != std::string::npos &&
           log.find("trigger.tripped", first + 1) != std::string::npos;
  })) << cord.daemon.log();
  cord.daemon.kill();
  cord.target.answer(200);
  cord.start();
  ASSERT_TRUE(eventually([&] { return has_told(inbox_, "trigger.cleared resolved"); }))
      << cord.daemon.log();
  std::set<std::string> ids;
  for (const Inbox::Letter& letter : inbox_.letters()) ids.insert(letter.id);
  EXPECT_THAT(ids, SizeIs(2)) << "a kill may have one sent again, but it is the same";
}

TEST_F(Voice, AnEndOfTripsIsToldAndTheNextTripToo) {
  Cord cord(webhook("ops", inbox_));
  cord.start();
  cord.turn_bad();
  ASSERT_TRUE(eventually([&] { return has_told(inbox_, "trigger.tripped firing"); }));
  // A deployment begins every trigger anew: that alone is no end.
  ASSERT_NE(cord.deploy(), "");
  EXPECT_FALSE(has_told(inbox_, "trigger.cleared resolved"));
  cord.target.answer(200);
  ASSERT_TRUE(eventually([&] { return has_told(inbox_, "trigger.cleared resolved"); }))
      << cord.daemon.log();
  EXPECT_EQ(cord.daemon.ripcord({"abort", "shop", "--reason", "enough"}).code, 0);
  cord.turn_bad();
  ASSERT_TRUE(eventually([&] {
    return std::ranges::count(told(inbox_), "trigger.tripped firing") == 2;
  })) << cord.daemon.log();
}

TEST_F(Voice, AReceiverThatWasGoneIsToldAfterAReload) {
  inbox_.answer(410);
  Cord cord(webhook("ops", inbox_));
  cord.start();
  ASSERT_NE(cord.deploy(), "");
  ASSERT_TRUE(eventually([&] {
    return cord.daemon.ripcord({"notify", "list"}).out.find("sends nothing more") !=
           std::string::npos;
  })) << cord.daemon.log();
  inbox_.answer(200);
  EXPECT_EQ(cord.daemon.ripcord({"reload"}).code, 0);
  ASSERT_TRUE(eventually([&] { return has_told(inbox_, "deployment.deployed notice"); }))
      << cord.daemon.log();
  EXPECT_THAT(inbox_.taken_with("deployment.started"), SizeIs(1)) << "nothing was lost";
}

TEST_F(Voice, ASilenceKeepsTripsFromReceiversAndItsEndTellsOfThem) {
  Cord cord(webhook("ops", inbox_));
  cord.start();
  const Printed silence = cord.daemon.ripcord({"silence", "shop", "--trigger", "unhealthy", "--for",
                                               "1h", "--reason", "the index is rebuilt"});
  ASSERT_EQ(silence.code, 0) << silence.out;
  EXPECT_THAT(silence.out, HasSubstr("the index is rebuilt"));
  cord.turn_bad();
  ASSERT_TRUE(
      eventually([&] { return cord.daemon.log().find("trigger.tripped") != std::string::npos; }));
  // It is in force after a kill too.
  cord.daemon.kill();
  cord.start();
  EXPECT_THAT(cord.daemon.ripcord({"silences"}).out, HasSubstr("unhealthy"));
  EXPECT_THAT(inbox_.letters(), SizeIs(0));
  const Printed ended = cord.daemon.ripcord({"unsilence", "1"});
  EXPECT_EQ(ended.code, 0) << ended.out;
  ASSERT_TRUE(eventually([&] { return has_told(inbox_, "trigger.tripped firing"); }))
      << cord.daemon.log();
  EXPECT_EQ(cord.daemon.ripcord({"unsilence", "1"}).code, 1);
}

TEST_F(Voice, WhatIsWrongIsToldAgainUntilItHasEndedAlsoAfterAKill) {
  Cord cord(webhook("ops", inbox_, "repeat_interval = \"1s\""));
  cord.start();
  cord.turn_bad();
  const auto reminders = [this] { return inbox_.taken_with("Still: ").size(); };
  ASSERT_TRUE(eventually([&] { return reminders() > 1; })) << cord.daemon.log();
  EXPECT_THAT(inbox_.taken_with("Still: ").front().body,
              testing::AllOf(HasSubstr("trigger.tripped"), HasSubstr("Nothing has ended it for")));
  EXPECT_THAT(inbox_.taken_with("Still: Still: "), IsEmpty());
  std::set<std::string> ids;
  for (const Inbox::Letter& letter : inbox_.letters()) ids.insert(letter.id);
  EXPECT_EQ(ids.size(), inbox_.letters().size()) << "each is a message of its own";

  cord.daemon.kill();
  cord.start();
  const std::size_t before = reminders();
  ASSERT_TRUE(eventually([&] { return reminders() > before; })) << cord.daemon.log();
  cord.target.answer(200);
  ASSERT_TRUE(eventually([&] { return has_told(inbox_, "trigger.cleared resolved"); }))
      << cord.daemon.log();
  EXPECT_EQ(told(inbox_).back(), "trigger.cleared resolved");
}

TEST(PlantedSecrets, AreFoundInATextAndInAFileButNotWhereTheyAreKept) {
  const TempDir directory;
  const PlantedSecrets planted(directory.path() / "secrets");
  EXPECT_THAT(planted.shown_below(directory.path()), IsEmpty());
  std::filesystem::create_directory(directory.path() / "deeper");
  for (const std::string name : {"url", "signature", "token"}) {
    std::ifstream kept(directory.path() / "secrets" / name);
    const std::string text{std::istreambuf_iterator<char>(kept), std::istreambuf_iterator<char>()};
    EXPECT_EQ(PlantedSecrets::shown_in("before " + text + " after"), name);
    std::ofstream(directory.path() / "deeper" / name) << "before " << text;
  }
  EXPECT_THAT(planted.shown_below(directory.path()), SizeIs(3));
  EXPECT_THAT(planted.shown_below(directory.path() / "nowhere"), SizeIs(1));
}

TEST(PlantedSecrets, AreLookedForInAnswers) {
  Cord cord;
  cord.start();
  const std::string id = cord.deploy();
  EXPECT_THAT(cord.daemon.answers(),
              AllOf(HasSubstr("ripcord_build_info"), HasSubstr(R"("name":"planted")"),
                    HasSubstr(id), HasSubstr(R"("silences")"), HasSubstr(R"("probes")")));
}

TEST_F(Voice, ATestShowsTheRequestAndTheAnswer) {
  Cord cord;
  const std::string url_file = cord.daemon.path("url").string();
  std::ofstream(url_file) << inbox_.url() << "?token=canary0123456789\n";
  std::filesystem::permissions(url_file, std::filesystem::perms::owner_read);
  const std::string text = cord.daemon.read("ripcord.toml");
  cord.daemon.configure(text.substr(text.find("[service.shop]")) +
                        "[notify.ops]\ntype = \"webhook\"\nurl_file = \"" + url_file + "\"\n");
  cord.start();
  const Printed good = cord.daemon.ripcord({"notify", "test", "ops"});
  EXPECT_EQ(good.code, 0) << good.out;
  EXPECT_THAT(good.out, HasSubstr("POST "));
  EXPECT_THAT(good.out, HasSubstr("this is a test"));
  EXPECT_THAT(good.out, HasSubstr("it was taken"));
  EXPECT_THAT(good.out, Not(HasSubstr("canary0123456789")));
  ASSERT_THAT(inbox_.letters(), SizeIs(1));

  inbox_.answer(404);
  const Printed bad = cord.daemon.ripcord({"notify", "test", "ops"});
  EXPECT_EQ(bad.code, 1) << bad.out;
  EXPECT_THAT(bad.out, HasSubstr("404"));
  const Printed unknown = cord.daemon.ripcord({"notify", "test", "opps"});
  EXPECT_EQ(unknown.code, 1);
  EXPECT_THAT(unknown.out, HasSubstr("did you mean ops?"));
  std::filesystem::remove(url_file);
  EXPECT_THAT(cord.daemon.ripcord({"notify", "test", "ops"}).out, HasSubstr("url"));
}

TEST_F(Voice, AReloadChangesWhoIsTold) {
  Cord cord;
  const std::string text = cord.daemon.read("ripcord.toml");
  cord.daemon.configure_alone(text.substr(text.find("[service.shop]")));
  cord.start();
  EXPECT_THAT(cord.daemon.ripcord({"notify", "list"}).out, HasSubstr("nobody is told"));
  cord.daemon.configure_alone(text.substr(text.find("[service.shop]")) + webhook("ops", inbox_));
  const Printed reloaded = cord.daemon.ripcord({"reload"});
  EXPECT_THAT(reloaded.out, HasSubstr("receivers have changed"));
  ASSERT_NE(cord.deploy(), "");
  ASSERT_TRUE(eventually([&] { return has_told(inbox_, "deployment.deployed notice"); }))
      << cord.daemon.log();
  cord.daemon.configure_alone(text.substr(text.find("[service.shop]")));
  EXPECT_EQ(cord.daemon.ripcord({"reload"}).code, 0);
  EXPECT_THAT(cord.daemon.ripcord({"notify", "list"}).out, HasSubstr("nobody is told"));
}

}  // namespace
}  // namespace ripcord::test
