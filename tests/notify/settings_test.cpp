#include "notify/settings.hpp"

#include "tests/notify/vocabulary.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace ripcord::notify {
namespace {

bool meant(std::vector<std::string> events, const std::string& event) {
  ReceiverSettings settings = test::receiver(DiscordSettings{});
  settings.events = std::move(events);
  Message message = test::rollback_started();
  message.event = event;
  return wants(settings, message);
}

TEST(Wants, TakesEventsByPattern) {
  EXPECT_TRUE(meant({"rollback.started"}, "rollback.started"));
  EXPECT_FALSE(meant({"rollback.started"}, "rollback.started_too"));
  EXPECT_TRUE(meant({"rollback.*"}, "rollback.failed"));
  EXPECT_FALSE(meant({"rollback.*"}, "rollbacks.failed"));
  EXPECT_TRUE(meant({"gate.refused", "*"}, "daemon.blind"));
}

TEST(Wants, LeavesOutWhatIsExcluded) {
  EXPECT_FALSE(meant({"*", "!trigger.tripped"}, "trigger.tripped"));
  EXPECT_TRUE(meant({"!trigger.*"}, "rollback.failed")) << "without any other, all are meant";
  EXPECT_FALSE(meant({"!trigger.*", "trigger.tripped"}, "trigger.tripped"));
}

TEST(Wants, AsksForTheSeverity) {
  ReceiverSettings settings = test::receiver(DiscordSettings{});
  Message message = test::rollback_started();
  settings.severity_min = Severity::warning;
  message.severity = Severity::info;
  EXPECT_FALSE(wants(settings, message));
  message.severity = Severity::warning;
  EXPECT_TRUE(wants(settings, message));
}

TEST(Wants, TellsWhoKeepsAnAlertOpenOfItsEnd) {
  const Message end = test::resolved(test::rollback_started());
  for (const ReceiverKind& kind :
       {ReceiverKind(AlertmanagerSettings()), ReceiverKind(PagerdutySettings())}) {
    ReceiverSettings settings = test::receiver(kind);
    settings.events = {"rollback.started"};
    EXPECT_TRUE(wants(settings, end));
  }
  ReceiverSettings chat = test::receiver(SlackSettings{});
  chat.events = {"rollback.started"};
  EXPECT_FALSE(wants(chat, end));
}

TEST(Wants, IsByDefaultEverythingOrWhatARegionIsMadeOf) {
  const auto wanted = [](const ReceiverKind& kind, const std::string& event) {
    Message message = test::rollback_started();
    message.event = event;
    return wants(test::receiver(kind), message);
  };
  for (const std::string event : {"deployment.started", "deployment.noticed", "rollback.started",
                                  "deployment.succeeded", "rollback.failed", "gate.refused"}) {
    EXPECT_TRUE(wanted(GrafanaSettings(), event)) << event;
    EXPECT_TRUE(wanted(SlackSettings(), event)) << event;
  }
  for (const std::string event : {"deployment.deployed", "trigger.tripped", "daemon.blind"}) {
    EXPECT_FALSE(wanted(GrafanaSettings(), event)) << event;
    EXPECT_TRUE(wanted(SlackSettings(), event)) << event;
  }
}

TEST(ReceiverKind, HasItsTypesInOrder) {
  EXPECT_EQ(type_of(WebhookSettings()), "webhook");
  EXPECT_EQ(type_of(NtfySettings()), "ntfy");
  EXPECT_EQ(type_of(PagerdutySettings()), "pagerduty");
  EXPECT_EQ(type_of(GrafanaSettings()), "grafana");
}

}  // namespace
}  // namespace ripcord::notify
