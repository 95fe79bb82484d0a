#include "net/url.hpp"
#include "notify/settings.hpp"
#include "runtime/notify/tellings.hpp"
#include "tests/config/vocabulary.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

namespace ripcord::config {
namespace {

using namespace std::chrono_literals;
using notify::ReceiverSettings;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::SizeIs;

ReceiverSettings receiver(const std::string& lines) {
  const Configuration read = good("[notify.ops]\n" + lines);
  if (read.receivers.size() != 1) return {};
  EXPECT_EQ(read.receivers[0].name, "ops");
  return read.receivers[0];
}

std::vector<std::string> wrong(const std::string& lines) {
  return mistakes_in("[notify.ops]\n" + lines);
}

net::HttpUrl url(const std::string& text) {
  return net::parse_http_url(text).value();
}

TEST(ReadReceiver, KnowsItsKinds) {
  EXPECT_THAT(wrong("type = 'slak'"),
              ElementsAre("ripcord.toml:2:8: notify.ops.type: \"slak\" is no kind of receiver; "
                          "did you mean \"slack\"?"));
  EXPECT_THAT(wrong(""), ElementsAre("ripcord.toml:1:1: notify.ops.type: is missing"));
  EXPECT_THAT(good("").receivers, IsEmpty());
}

TEST(ReadReceiver, ReadsWhatEveryKindHas) {
  const ReceiverSettings read = receiver(R"(type = "discord"
url_file = "/etc/d"
events = ["rollback.*", "!rollback.waiting", "daemon.blind", "*"]
severity_min = "warning"
repeat_interval = "0s"
timeout = "20s"
age_max = "3h"
ca_file = "/ca"
client_cert_file = "/cert"
client_key_file = "/key"
server_name = "d"
tls_version_min = "1.3")");
  EXPECT_EQ(read, (ReceiverSettings{
                      .name = "ops",
                      .kind = notify::DiscordSettings{.address = {.url = {}, .url_file = "/etc/d"}},
                      .events = {"rollback.*", "!rollback.waiting", "daemon.blind", "*"},
                      .severity_min = Severity::warning,
                      .repeat_interval = 0s,
                      .tls = {.ca_file = "/ca",
                              .cert_file = "/cert",
                              .key_file = "/key",
                              .server_name = "d",
                              .version_min = net::TlsVersion::tls_1_3},
                      .timeout = 20s,
                      .age_max = 3h}));
}

TEST(ReadReceiver, HasTheDocumentedDefaults) {
  const ReceiverSettings read = receiver("type = 'teams'\nurl_file = '/t'");
  EXPECT_EQ(read, (ReceiverSettings{
                      .name = "ops",
                      .kind = notify::TeamsSettings{.address = {.url = {}, .url_file = "/t"}}}));
  EXPECT_EQ(read.repeat_interval, 4h);
  EXPECT_EQ(receiver("type = 'pagerduty'\nrouting_key_file = '/k'").severity_min,
            Severity::critical);
  EXPECT_EQ(receiver("type = 'pagerduty'\nrouting_key_file = '/k'").repeat_interval, 0s);
  EXPECT_EQ(receiver("type = 'alertmanager'\nurl = 'http://a:9093'").severity_min,
            Severity::warning);
}

TEST(ReadReceiver, ReportsEveryMistake) {
  EXPECT_THAT(
      wrong("type = 'teams'\nevents = ['rolback.*', 'rollback', 'deploy?', '!gate.*']\n"
            "severity_min = 'loud'\ntimeout = '1h'\nage_max = '1s'\nchannel = 'x'"),
      ElementsAre("ripcord.toml:1:1: notify.ops.url_file: is missing",
                  "ripcord.toml:3:11: notify.ops.events: \"rolback.*\": nobody is told of "
                  "that; did you mean \"rollback.*\"?",
                  HasSubstr(":3:24: notify.ops.events: \"rollback\": nobody is told of that"),
                  HasSubstr("\"deploy?\": nobody is told of that; write \"rollback.failed\""),
                  "ripcord.toml:4:16: notify.ops.severity_min: \"loud\" is none of "
                  "\"info\", \"warning\" and \"critical\"",
                  HasSubstr(":5:11: notify.ops.timeout: 1h is outside [1s, 2m]"),
                  HasSubstr(":6:11: notify.ops.age_max: 1s is outside [1m, 30d]"),
                  "ripcord.toml:7:1: notify.ops.channel: unknown key"));
  EXPECT_THAT(wrong("type = 'teams'\nurl_file = 'relative'\nevents = []"),
              ElementsAre(HasSubstr("url_file: \"relative\" is not an absolute path"),
                          HasSubstr("events: is empty")));
}

TEST(ReadReceiver, KnowsEveryEventThatIsToldAndNoOther) {
  std::string all;
  for (const std::string& event : runtime::told_events()) all += fmt::format("'{}', ", event);
  EXPECT_EQ(
      receiver("type = 'teams'\nurl_file = '/t'\nevents = [" + all + "'!trigger.*']").events.size(),
      runtime::told_events().size() + 1);
  EXPECT_THAT(wrong("type = 'teams'\nurl_file = '/t'\nevents = ['rollback.faild', 'gate.passed', "
                    "'signal.*', 'trigger.pending']"),
              ElementsAre(HasSubstr("did you mean \"rollback.failed\"?"),
                          HasSubstr("\"gate.passed\": nobody is told of that"),
                          HasSubstr("\"signal.*\": nobody is told of that"),
                          HasSubstr("\"trigger.pending\": nobody is told of that")));
}

TEST(ReadWebhook, ReadsEveryKey) {
  EXPECT_EQ(receiver("type = 'webhook'\nurl = 'https://h/x?y'\nformat = 'ripcord'\n"
                     "secret_file = '/s'\nbearer_token_file = '/t'")
                .kind,
            notify::ReceiverKind(
                notify::WebhookSettings{.address = {.url = url("https://h/x?y"), .url_file = {}},
                                        .format = notify::WebhookFormat::ripcord,
                                        .secret_file = "/s",
                                        .token_file = "/t"}));
}

TEST(ReadWebhook, ReportsEveryMistake) {
  EXPECT_THAT(wrong("type = 'webhook'\nformat = 'xml'"),
              ElementsAre(HasSubstr("url: is missing, and so is url_file"),
                          HasSubstr("format: \"xml\" is neither")));
  EXPECT_THAT(wrong("type = 'webhook'\nurl = 'http://h'\nurl_file = '/u'"),
              ElementsAre(HasSubstr("url: cannot be used together with url_file")));
  EXPECT_THAT(wrong("type = 'webhook'\nurl = 'http://h'\nca_file = '/c'"),
              ElementsAre(HasSubstr("ca_file: has no use with a url that is not https")));
  const std::vector<std::string> said = wrong("type = 'webhook'\nurl = 'https://u:hunter2@h/'");
  EXPECT_THAT(said, ElementsAre(HasSubstr("url: is not a URL")));
  EXPECT_THAT(said, ElementsAre(Not(HasSubstr("hunter2"))));
}

TEST(ReadAlertmanager, ReadsEveryKey) {
  EXPECT_EQ(receiver("type = 'alertmanager'\nurl = 'http://a:9093'\nbearer_token_file = '/t'\n"
                     "labels = { team = 'web' }")
                .kind,
            notify::ReceiverKind(notify::AlertmanagerSettings{
                .address = {.url = url("http://a:9093"), .url_file = {}},
                .token_file = "/t",
                .labels = {{"team", "web"}}}));
}

TEST(ReadAlertmanager, ReportsEveryMistake) {
  EXPECT_THAT(wrong("type = 'alertmanager'\nurl = 'http://a?b'\n"
                    "labels = { 'a b' = 'x', severity = 'x', c = \"x\\ny\" }"),
              ElementsAre(HasSubstr("url: has a query"),
                          HasSubstr("labels.a b: is not the name of a label"),
                          HasSubstr("labels.severity: is set by ripcord itself"),
                          HasSubstr("labels.c: must be one line")));
}

TEST(ReadSlack, IsAWebhookOrABot) {
  EXPECT_EQ(receiver("type = 'slack'\nurl_file = '/u'").kind,
            notify::ReceiverKind(notify::SlackSettings{.address = {.url = {}, .url_file = "/u"}}));
  EXPECT_EQ(receiver("type = 'slack'\ntoken_file = '/t'\nchannel = 'C1'").kind,
            notify::ReceiverKind(notify::SlackSettings{
                .address = {.url = url("https://slack.com/api/chat.postMessage"), .url_file = {}},
                .token_file = "/t",
                .channel = "C1"}));
}

TEST(ReadSlack, ReportsEveryMistake) {
  EXPECT_THAT(wrong("type = 'slack'"), ElementsAre(HasSubstr("url_file: is missing, and so is")));
  EXPECT_THAT(wrong("type = 'slack'\ntoken_file = '/t'"),
              ElementsAre(HasSubstr("channel: is missing")));
  EXPECT_THAT(wrong("type = 'slack'\nurl_file = '/u'\nchannel = 'c'"),
              ElementsAre(HasSubstr("channel: has no use without token_file")));
}

TEST(ReadPagerduty, ReadsEveryKey) {
  const std::string url_in_europe = "https://events.eu.pagerduty.com/v2/enqueue";
  EXPECT_EQ(
      receiver("type = 'pagerduty'\nrouting_key_file = '/k'\nurl = '" + url_in_europe + "'").kind,
      notify::ReceiverKind(notify::PagerdutySettings{
          .address = {.url = url(url_in_europe), .url_file = {}}, .routing_key_file = "/k"}));
  EXPECT_THAT(wrong("type = 'pagerduty'"), ElementsAre(HasSubstr("routing_key_file: is missing")));
}

TEST(ReadNtfy, ReadsEveryKey) {
  EXPECT_EQ(receiver("type = 'ntfy'\nurl = 'https://n'\ntopic = 'ops-1'\ntoken_file = '/t'").kind,
            notify::ReceiverKind(
                notify::NtfySettings{.address = {.url = url("https://n"), .url_file = {}},
                                     .topic = "ops-1",
                                     .topic_file = {},
                                     .token_file = "/t"}));
  EXPECT_EQ(std::get<notify::NtfySettings>(receiver("type = 'ntfy'\ntopic_file = '/t'").kind)
                .address.url->place.host,
            "ntfy.sh");
  EXPECT_THAT(wrong("type = 'ntfy'\ntopic = 'a/b'"), ElementsAre(HasSubstr("topic: is no topic")));
  EXPECT_THAT(wrong("type = 'ntfy'"), ElementsAre(HasSubstr("topic: is missing, and so is")));
}

TEST(ReadGrafana, ReadsEveryKey) {
  EXPECT_EQ(receiver("type = 'grafana'\nurl = 'https://g/sub'\ntoken_file = '/t'\n"
                     "tags = ['web', 'eu:west']\ndashboard_uid = 'ripcord-1'")
                .kind,
            notify::ReceiverKind(
                notify::GrafanaSettings{.address = {.url = url("https://g/sub"), .url_file = {}},
                                        .token_file = "/t",
                                        .tags = {"web", "eu:west"},
                                        .dashboard_uid = "ripcord-1"}));
}

TEST(ReadGrafana, IsToldOfFewEventsUnlessOthersAreNamed) {
  const std::string lines = "type = 'grafana'\nurl_file = '/u'\ntoken_file = '/t'\n";
  EXPECT_THAT(receiver(lines).events,
              ElementsAre("deployment.started", "deployment.noticed", "deployment.succeeded",
                          "deployment.failed", "deployment.aborted", "gate.refused",
                          "rollback.started", "rollback.succeeded", "rollback.failed"));
  EXPECT_THAT(receiver(lines + "events = ['rollback.*']").events, ElementsAre("rollback.*"));
}

TEST(ReadGrafana, ReportsEveryMistake) {
  EXPECT_THAT(wrong("type = 'grafana'"), ElementsAre(HasSubstr("token_file: is missing"),
                                                     HasSubstr("url: is missing, and so is")));
  EXPECT_THAT(wrong("type = 'grafana'\nurl = 'http://g?orgId=1'\ntoken_file = '/t'\n"
                    "tags = ['', ' a', \"b\\nc\", '" +
                    std::string(49, 'x') + "']\ndashboard_uid = 'a/b'"),
              ElementsAre(HasSubstr("url: has a query"), HasSubstr("tags: must be one line"),
                          HasSubstr("tags: must be one line"), HasSubstr("tags: must be one line"),
                          HasSubstr("tags: is longer than 48 bytes"),
                          HasSubstr("dashboard_uid: is no uid")));
  EXPECT_THAT(wrong("type = 'grafana'\nurl = 'http://g'\ntoken_file = '/t'\n"
                    "tags = ['1', '2', '3', '4', '5', '6', '7', '8', '9']"),
              ElementsAre(HasSubstr("tags: are more than 8")));
}

TEST(SampleConfiguration, ShowsReceiversThatLoad) {
  std::ifstream file(RIPCORD_SOURCE_DIR "/etc/ripcord.toml");
  std::string text;
  bool is_shown = false;
  for (std::string line; std::getline(file, line);) {
    is_shown = is_shown || line.starts_with("# [notify.");
    if (is_shown && line.starts_with("# ")) text += line.substr(2) + "\n";
  }
  EXPECT_THAT(good(text).receivers, SizeIs(4));
}

}  // namespace
}  // namespace ripcord::config
