#include "runtime/notify/herald.hpp"

#include "runtime/notify/tellings.hpp"
#include "tests/notify/vocabulary.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <fstream>
#include <iterator>
#include <set>
#include <string>

namespace ripcord::runtime {
namespace {

using namespace std::chrono_literals;
using notify::Standing;
using testing::AllOf;
using testing::Contains;
using testing::ElementsAre;
using testing::Field;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::SizeIs;
using testing::StartsWith;

/// 2026-11-22T12:00:00Z.
constexpr Instant noon{std::chrono::seconds(1'795'348'800)};

Deployment deployment(Phase phase) {
  Deployment deployment;
  deployment.id = "shop-1";
  deployment.service = "shop";
  deployment.version = "v2";
  deployment.previous_version = "v1";
  deployment.started_at = noon - 5min;
  deployment.phase = phase;
  return deployment;
}

Baking baking(bool overdue, bool awaiting) {
  Baking baking;
  baking.overdue = overdue;
  baking.awaiting = awaiting;
  return baking;
}

Record record(const std::string& kind, Severity severity = Severity::info,
              const std::string& text = "so it is") {
  return {.at = noon,
          .service = "shop",
          .deployment = "shop-1",
          .kind = kind,
          .text = text,
          .by = "ripcord",
          .severity = severity};
}

Record tripped(const std::string& trigger) {
  Record tripped =
      record("trigger.tripped", Severity::warning, "trigger " + trigger + " has tripped: too many");
  tripped.deployment = "";
  return tripped;
}

engine::TriggerSnapshot trigger(const std::string& name, FindingState state) {
  engine::TriggerSnapshot trigger;
  trigger.name = name;
  trigger.finding.state = state;
  trigger.reason = name + " has its numbers";
  return trigger;
}

class HeraldTest : public testing::Test {
 protected:
  notify::Message only(const Effects& effects) const {
    std::vector<notify::Message> messages = herald_.announce(effects);
    EXPECT_THAT(messages, SizeIs(1));
    return messages.empty() ? notify::Message{} : messages.front();
  }

  engine::ServiceSnapshot service_;
  std::set<std::string> silenced_;  ///< `"shop/errors"`; `"shop/"` is all of it
  Herald::View view_{
      .service = [this](const std::string& name) -> std::optional<engine::ServiceSnapshot> {
        if (name != "shop") return std::nullopt;
        return service_;
      },
      .evidence = [](const std::string& id) { return "/evidence/" + id; },
      .is_silenced =
          [this](const std::string& service, const std::string& trigger) {
            return silenced_.contains(service + "/") || silenced_.contains(service + "/" + trigger);
          },
      .page = "https://deploy.example.org/"};
  Herald herald_{view_};
};

TEST_F(HeraldTest, SaysWhatHappenedTheNumbersWhatItDidAndWhatToDo) {
  Deployment rolling = deployment(RollingBack{});
  rolling.cause = Cause{.trigger = "errors",
                        .reason = "12 % of the requests fail",
                        .by = "ripcord",
                        .at = noon,
                        .bad_since = noon - 7s};
  const notify::Message message =
      only({Save{rolling}, record("rollback.started", Severity::critical,
                                  "rolling shop back from v2 to v1: 12 % of the requests fail")});
  EXPECT_EQ(message.title, "shop: rolling back from v2 to v1");
  EXPECT_EQ(message.what_happened, "rolling shop back from v2 to v1: 12 % of the requests fail");
  EXPECT_THAT(message.what_ripcord_did, HasSubstr("once"));
  EXPECT_THAT(message.what_you_should_do, Not(IsEmpty()));
  EXPECT_EQ(message.standing, Standing::firing);
  EXPECT_EQ(message.severity, Severity::critical);
  EXPECT_EQ(message.incident, "shop-1");
  EXPECT_EQ(message.started_at, noon - 5min);
  EXPECT_EQ(message.at, noon);
  EXPECT_EQ(message.version, "v2");
  EXPECT_EQ(message.previous_version, "v1");
  using notify::Number;
  EXPECT_THAT(message.numbers,
              AllOf(Contains(Number{.name = "trigger", .value = "errors"}),
                    Contains(Number{.name = "bad for", .value = "7s before it tripped"}),
                    Contains(Number{.name = "evidence", .value = "/evidence/shop-1"})));
  using notify::Link;
  const std::string page = "https://deploy.example.org/";
  EXPECT_THAT(message.links,
              ElementsAre(Link{.name = "page", .url = page},
                          Link{.name = "evidence",
                               .url = page + "api/v1/deployments/shop-1/evidence/index.html"}));
}

TEST_F(HeraldTest, SaysWhatTheDocumentOfNotificationsShows) {
  const notify::Message shown = notify::test::rollback_started();
  Deployment rolling = deployment(RollingBack{});
  rolling.id = shown.deployment;
  rolling.service = shown.service;
  rolling.version = shown.version;
  rolling.previous_version = shown.previous_version;
  rolling.started_at = shown.started_at;
  rolling.cause = Cause{.trigger = "unhealthy",
                        .reason = "3 of 3 failures in a row: connection refused",
                        .by = "ripcord",
                        .at = shown.at,
                        .bad_since = shown.at - 10s};
  const auto says = [&shown](const std::string& kind, Severity severity, const std::string& text) {
    Record said = record(kind, severity, text);
    said.at = shown.at;
    said.service = shown.service;
    said.deployment = shown.deployment;
    return said;
  };
  view_.evidence = [](const std::string& id) { return "/var/lib/ripcord/evidence/" + id; };
  EXPECT_THAT(Herald(view_).announce(
                  {says("trigger.tripped", Severity::warning,
                        "trigger unhealthy has tripped: " + rolling.cause->reason),
                   Save{rolling},
                   says("rollback.started", Severity::critical,
                        "rolling backend back from v2.4.0 to v2.3.1: " + rolling.cause->reason)}),
              ElementsAre(shown));
}

TEST_F(HeraldTest, TheDocumentOfNotificationsHasEveryEvent) {
  std::ifstream file(RIPCORD_NOTIFICATIONS_DOCUMENT);
  const std::string text{std::istreambuf_iterator<char>(file), {}};
  for (const std::string& event : told_events()) EXPECT_THAT(text, HasSubstr("`" + event + "`"));
}

TEST_F(HeraldTest, LinksToNothingWithoutAPage) {
  Deployment rolling = deployment(RollingBack{});
  rolling.cause = Cause{
      .trigger = "errors", .reason = "", .by = "ripcord", .at = noon, .bad_since = std::nullopt};
  view_.page = "";
  EXPECT_THAT(
      Herald(view_).announce({Save{rolling}, record("rollback.started", Severity::critical)}),
      ElementsAre(Field(&notify::Message::links, IsEmpty())));
}

TEST_F(HeraldTest, GivesTheSameRecordTheSameIdWheneverItIsMade) {
  const Effects effects{Save{deployment(Succeeded{})}, record("deployment.succeeded")};
  EXPECT_THAT(only(effects).id, AllOf(StartsWith("msg_"), Not(HasSubstr("."))));
  EXPECT_EQ(only(effects).id, only(effects).id);
  Record later = record("deployment.succeeded");
  later.at += 1ms;
  EXPECT_NE(only(effects).id, only({later}).id);
}

TEST_F(HeraldTest, TellsOfTripsInTheMessageOfWhatTheyLeadTo) {
  silenced_ = {"shop/memory"};
  for (const std::string kind : {"rollback.started", "rollback.waiting", "deployment.held"}) {
    const notify::Message message =
        only({tripped("errors"), tripped("latency"), tripped("memory"),
              Save{deployment(RollingBack{})}, record(kind, Severity::critical)});
    EXPECT_EQ(message.event, kind);
    EXPECT_EQ(message.incident, "shop-1");
    using notify::Number;
    EXPECT_THAT(
        message.numbers,
        AllOf(Contains(Number{.name = "errors", .value = "trigger errors has tripped: too many"}),
              Contains(Number{.name = "latency", .value = "trigger latency has tripped: too many"}),
              Not(Contains(Field(&Number::name, "memory")))));
  }
}

TEST_F(HeraldTest, TellsOfAllTripsOfOneStepInOneMessage) {
  service_.triggers = {trigger("errors", FindingState::tripped),
                       trigger("latency", FindingState::tripped),
                       trigger("memory", FindingState::pass)};
  const notify::Message message = only({tripped("errors"), tripped("latency")});
  EXPECT_EQ(message.title, "shop: errors, latency tripped");
  EXPECT_EQ(message.standing, Standing::firing);
  EXPECT_EQ(message.incident, "shop/triggers");
  EXPECT_THAT(message.numbers, SizeIs(2));
  EXPECT_THAT(message.what_happened, HasSubstr("; "));
}

TEST_F(HeraldTest, SaysNothingOfWhatClears) {
  service_.triggers = {trigger("errors", FindingState::no_data)};
  const Record cleared = record("trigger.cleared", Severity::info,
                                "trigger errors was tripped, and no longer knows: no data");
  EXPECT_THAT(herald_.announce({cleared}), IsEmpty());
  const notify::Message end = herald_.trips_ended("shop", noon);
  EXPECT_EQ(end.standing, Standing::resolved);
  EXPECT_EQ(end.incident, "shop/triggers");
  EXPECT_EQ(end.ended_at, noon);
}

TEST_F(HeraldTest, TellsOfATripThatHasClearedInTheMeantime) {
  service_.triggers = {trigger("errors", FindingState::pass)};
  EXPECT_EQ(only({tripped("errors")}).title, "shop: errors tripped");
}

TEST_F(HeraldTest, SaysNothingOfASilencedTrigger) {
  service_.triggers = {trigger("errors", FindingState::tripped),
                       trigger("latency", FindingState::tripped)};
  silenced_ = {"shop/errors"};
  EXPECT_THAT(herald_.announce({tripped("errors")}), IsEmpty());
  EXPECT_EQ(only({tripped("latency")}).title, "shop: latency tripped");
  silenced_ = {};
  const auto now = herald_.trips_now("shop", noon);
  ASSERT_TRUE(now);
  EXPECT_EQ(now->title, "shop: errors, latency tripped");
  service_.triggers = {trigger("errors", FindingState::pass)};
  EXPECT_FALSE(herald_.trips_now("shop", noon));
}

TEST_F(HeraldTest, GivesEveryRecordOfOneStepAnIdOfItsOwn) {
  const std::vector<notify::Message> messages =
      herald_.announce({record("gate.overridden", Severity::warning, "disk is passed over"),
                        record("gate.overridden", Severity::warning, "backup is passed over")});
  ASSERT_THAT(messages, SizeIs(2));
  EXPECT_NE(messages[0].id, messages[1].id);
}

TEST_F(HeraldTest, GoingOnIsNoEndOfWaiting) {
  const Effects awaits{Save{deployment(baking(false, true))}, record("deployment.resumed")};
  EXPECT_EQ(only(awaits).standing, Standing::notice);
  const Effects goes_on{Save{deployment(baking(false, false))}, record("deployment.resumed")};
  EXPECT_EQ(only(goes_on).standing, Standing::resolved);
  EXPECT_EQ(only({Save{deployment(baking(true, false))}, record("deployment.stage")}).standing,
            Standing::notice);
  EXPECT_EQ(only({Save{deployment(baking(false, false))}, record("deployment.stage")}).standing,
            Standing::resolved);
}

TEST_F(HeraldTest, DoesNotTellOfEveryStep) {
  EXPECT_THAT(herald_.announce({record("deployment.step_started"), record("trigger.peak"),
                                record("gate.passed"), record("signal.reported")}),
              IsEmpty());
}

TEST_F(HeraldTest, TakesAPipelineThatFailedForNoIncident) {
  EXPECT_EQ(only({record("deployment.failed", Severity::warning)}).standing, Standing::notice);
  EXPECT_EQ(only({record("deployment.failed", Severity::critical)}).standing, Standing::firing);
}

TEST_F(HeraldTest, LeavesOutWhatItDoesNotKnow) {
  Deployment first = deployment(RollbackFailed{});
  first.previous_version = "";
  EXPECT_EQ(only({Save{first}, record("rollback.started", Severity::critical)}).title,
            "shop: rolling back from v2 to an unknown version");
  EXPECT_FALSE(herald_.trips_now("gone", noon));
}

/// Everything critical that docs/deployment.md lists is told.
TEST_F(HeraldTest, TellsEveryCriticalKindOfRecord) {
  std::ifstream file(RIPCORD_DEPLOYMENT_DOCUMENT);
  const std::string text{std::istreambuf_iterator<char>(file), {}};
  std::size_t kinds = 0;
  for (std::size_t at = text.find("\n| `"); at != std::string::npos;
       at = text.find("\n| `", at + 1)) {
    const std::string line = text.substr(at + 1, text.find('\n', at + 1) - at - 1);
    const std::string kind = line.substr(3, line.find('`', 3) - 3);
    if (line.find("critical |", line.size() - 11) == std::string::npos) continue;
    ++kinds;
    EXPECT_THAT(herald_.announce({record(kind, Severity::critical)}), SizeIs(1)) << kind;
  }
  EXPECT_GE(kinds, 8U);
}

}  // namespace
}  // namespace ripcord::runtime
