#include "gate/settings.hpp"
#include "runtime/gatekeeper.hpp"
#include "tests/config/vocabulary.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <variant>
#include <vector>

namespace ripcord::config {
namespace {

using namespace std::chrono_literals;
using testing::AllOf;
using testing::Each;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

const std::string head = "[service.a.gate.g]\n";
const std::string probes =
    "[service.a.probe.p]\ntype = 'http'\nurl = 'http://h'\nstale_after = '40s'\n"
    "[service.a.probe.d]\ntype = 'docker'\ncontainer = 'a'\n";
const std::string way_back =
    "[[service.a.rollback.step]]\nrun = ['/r', 'x']\n[service.a.verify]\nrun = ['/v']\n";

gate::Settings gate(const std::string& lines, const std::string& rest = "") {
  const Configuration read = good(head + lines + "\n" + rest);
  if (read.services.empty() || read.services[0].gates.empty()) return {};
  EXPECT_EQ(read.services[0].gates[0].gate.name, "g");
  return read.services[0].gates[0];
}

template <class Rule>
Rule rule(const gate::Settings& read) {
  return std::get<Rule>(read.gate.rule);
}

template <class Source>
Source source(const gate::Settings& read) {
  return std::get<Source>(read.source);
}

std::vector<std::string> wrong(const std::string& lines, const std::string& rest = "") {
  return mistakes_in(head + lines + "\n" + rest);
}

TEST(ReadGate, KnowsItsKinds) {
  EXPECT_THAT(wrong("type = 'bakup'"),
              ElementsAre("ripcord.toml:2:8: service.a.gate.g.type: \"bakup\" is no kind of gate; "
                          "did you mean \"backup\"?"));
  EXPECT_THAT(wrong(""), ElementsAre("ripcord.toml:1:1: service.a.gate.g.type: is missing"));
}

TEST(ReadGate, KnowsNoKeyButItsOwn) {
  EXPECT_THAT(wrong("type = 'healthy'\nabove = 1", probes),
              ElementsAre("ripcord.toml:3:1: service.a.gate.g.above: unknown key"));
}

TEST(ReadBackupGate, ReadsEveryKey) {
  const gate::Settings read = gate(R"(type = "backup"
files = "/b/*.dump"
max_age = "26h"
size_min = "10MiB"
verify = ["/usr/bin/pg_restore", "--list"]
timeout = "2m"
user = "postgres"
workdir = "/b"
env = { A = "1" })");
  EXPECT_EQ(rule<deploy::BackupRule>(read),
            (deploy::BackupRule{.max_age = 26h, .bytes_min = 10'485'760, .verify = true}));
  EXPECT_EQ(source<gate::BackupSource>(read),
            (gate::BackupSource{.files = "/b/*.dump",
                                .verify = gate::Command{.run = {"/usr/bin/pg_restore", "--list"},
                                                        .user = "postgres",
                                                        .workdir = "/b",
                                                        .env = {{"A", "1"}},
                                                        .timeout = 2min},
                                .timeout = 2min}));
}

TEST(ReadBackupGate, HasTheDocumentedDefaults) {
  const gate::Settings read = gate("type = 'backup'\nfiles = '/b/*'");
  EXPECT_EQ(rule<deploy::BackupRule>(read), deploy::BackupRule());
  EXPECT_EQ(source<gate::BackupSource>(read).verify, std::nullopt);
}

TEST(ReadBackupGate, ReportsEveryMistake) {
  EXPECT_THAT(wrong("type = 'backup'\nmax_age = '0s'\nsize_min = 'big'\nuser = 'x'"),
              ElementsAre("ripcord.toml:1:1: service.a.gate.g.files: is missing",
                          "ripcord.toml:3:11: service.a.gate.g.max_age: 0s is outside [1s, 366d]",
                          HasSubstr(":4:12: service.a.gate.g.size_min: expected a size"),
                          "ripcord.toml:5:8: service.a.gate.g.user: has no use without verify"));
  EXPECT_THAT(wrong("type = 'backup'\nfiles = 'b/*'\nverify = ['x']"),
              ElementsAre(HasSubstr("files: \"b/*\" is not an absolute path"),
                          HasSubstr("verify: \"x\" is not an absolute path")));
}

TEST(ReadWindowGate, ReadsItsRangesInItsZone) {
  const auto read = rule<deploy::WindowRule>(gate(R"(type = "window"
timezone = "Europe/Madrid"
allow = ["Mon-Thu 18:00-24:00", "Sat-Sun 00:00-24:00"]
deny = ["Fri 12:00-24:00", "2026-12-24..2027-01-02"])"));
  EXPECT_EQ(read.zone.name(), "Europe/Madrid");
  ASSERT_EQ(read.allow.size(), 2U);
  EXPECT_EQ(read.allow[0].text, "Mon-Thu 18:00-24:00");
  EXPECT_EQ(read.deny.size(), 1U);
  EXPECT_EQ(read.freezes.size(), 1U);
  // 2026-11-26 is a Thursday, and Madrid is an hour ahead of UTC.
  const Instant five = parse_instant("2026-11-26T16:59:59Z").value();
  EXPECT_FALSE(deploy::is_allowed(read, five));
  EXPECT_TRUE(deploy::is_allowed(read, five + 1s));
}

TEST(ReadWindowGate, ReportsEveryMistake) {
  EXPECT_THAT(wrong("type = 'window'\ntimezone = 'Europe/Madird'\nallow = ['2026-12-24']\n"
                    "deny = ['Fry 12:00-24:00', 'Fri 12-24']"),
              ElementsAre(HasSubstr(":3:12: service.a.gate.g.timezone: this system has no time "
                                    "zone \"Europe/Madird\""),
                          "ripcord.toml:4:10: service.a.gate.g.allow: \"2026-12-24\" is a date, "
                          "and dates can only be denied",
                          HasSubstr(":5:9: service.a.gate.g.deny: "),
                          HasSubstr(":5:28: service.a.gate.g.deny: ")));
  EXPECT_THAT(wrong("type = 'window'"),
              ElementsAre("ripcord.toml:1:1: service.a.gate.g.allow: there is neither a range to "
                          "allow nor one to deny: it would always pass",
                          "ripcord.toml:1:1: service.a.gate.g.timezone: is missing"));
  EXPECT_THAT(wrong("type = 'window'\ntimezone = 'UTC'\nallow = []\ndeny = ['Fri 12:00-24:00']"),
              ElementsAre("ripcord.toml:4:9: service.a.gate.g.allow: is empty: leave it out to "
                          "allow whatever is not denied"));
}

TEST(ReadExecGate, ReadsItsCommand) {
  const auto read = source<gate::ExecSource>(
      gate("type = 'exec'\nrun = ['/c', 'x']\ntimeout = '5s'\nuser = 'nobody'"));
  EXPECT_EQ(read.command, (gate::Command{.run = {"/c", "x"}, .user = "nobody", .timeout = 5s}));
  EXPECT_THAT(wrong("type = 'exec'\ntimeout = '1h'"),
              ElementsAre("ripcord.toml:1:1: service.a.gate.g.run: is missing",
                          "ripcord.toml:3:11: service.a.gate.g.timeout: 1h is outside [1ms, "
                          "10m]"));
  EXPECT_THAT(wrong("type = 'exec'\nrun = ['/c', '" + std::string(65'000, 'x') + "']"),
              ElementsAre(HasSubstr("service.a.gate.g.run: ")));
}

TEST(ReadHealthyGate, NeedsSomethingThatIsProbed) {
  EXPECT_EQ(gate("type = 'healthy'", probes).gate.rule, deploy::GateRule(deploy::HealthyRule{}));
  EXPECT_THAT(wrong("type = 'healthy'"),
              ElementsAre(HasSubstr(":2:8: service.a.gate.g.type: the service has no probe")));
}

TEST(ReadQuietGate, LooksAtAValueOfAProbe) {
  const gate::Settings read =
      gate("type = 'quiet'\nprobe = 'p'\nvalue = 'total_seconds'\nbelow = 0.5", probes);
  EXPECT_EQ(rule<deploy::QuietRule>(read),
            (deploy::QuietRule{.value = "total_seconds of p", .below = 0.5, .stale_after = 40s}));
  EXPECT_EQ(source<gate::QuietSource>(read),
            (gate::QuietSource{.probe = "p", .value = "total_seconds"}));
}

TEST(ReadQuietGate, ReportsEveryMistake) {
  EXPECT_THAT(wrong("type = 'quiet'"),
              ElementsAre(HasSubstr("below: is missing"), HasSubstr("probe: is missing"),
                          HasSubstr("value: is missing")));
  EXPECT_THAT(wrong("type = 'quiet'\nprobe = 'x1'\nvalue = 'x'\nbelow = 1", probes),
              ElementsAre("ripcord.toml:3:9: service.a.gate.g.probe: there is no probe \"x1\"; "
                          "there are d, p"));
  EXPECT_THAT(wrong("type = 'quiet'\nprobe = 'p'\nvalue = 'totl_seconds'\nbelow = 1", probes),
              ElementsAre("ripcord.toml:4:9: service.a.gate.g.value: there is no value "
                          "\"totl_seconds\"; did you mean \"total_seconds\"?"));
}

TEST(ReadChecklistGate, HoldsEachItemOnce) {
  EXPECT_THAT(rule<deploy::ChecklistRule>(gate("type = 'checklist'\nitems = ['a b', 'c']")).items,
              ElementsAre("a b", "c"));
  EXPECT_THAT(wrong("type = 'checklist'\nitems = []"),
              ElementsAre("ripcord.toml:3:9: service.a.gate.g.items: is empty: it would always "
                          "pass"));
  EXPECT_THAT(wrong("type = 'checklist'"), ElementsAre(HasSubstr("items: is missing")));
  EXPECT_THAT(wrong("type = 'checklist'\nitems = ['a', ' ', \"b\\nc\", 'a']"),
              ElementsAre(HasSubstr(":3:15: service.a.gate.g.items: \" \" is no item"),
                          HasSubstr(":3:20: service.a.gate.g.items: "),
                          "ripcord.toml:3:28: service.a.gate.g.items: \"a\" stands there twice"));
}

TEST(ReadStagingGate, AsksAnotherRipcord) {
  const gate::Settings read = gate(
      "type = 'staging'\nurl = 'https://s.example/ripcord/'\nca_file = '/ca'\n"
      "environment = 'the lab'\nmax_age = '7d'\nservice = 'b'\nbearer_token_file = '/t'");
  EXPECT_EQ(rule<deploy::StagingRule>(read),
            (deploy::StagingRule{.environment = "the lab", .max_age = 7 * 24h}));
  const auto from = source<gate::StagingSource>(read);
  ASSERT_TRUE(from.place);
  EXPECT_EQ(from.place->host, "s.example");
  EXPECT_EQ(from.place->tls->ca_file, "/ca");
  EXPECT_EQ(from.prefix, "/ripcord");
  EXPECT_EQ(from.service, "b");
  EXPECT_EQ(from.token_file, "/t");
}

TEST(ReadStagingGate, OrReadsAFile) {
  const auto from = source<gate::StagingSource>(gate("type = 'staging'\nfile = '/s.json'"));
  EXPECT_FALSE(from.place);
  EXPECT_EQ(from.file, "/s.json");
  EXPECT_EQ(from.service, "a") << "the same name";
  const auto by_socket =
      source<gate::StagingSource>(gate("type = 'staging'\nurl = 'unix:/run/o.sock'"));
  EXPECT_EQ(by_socket.place->unix_path, "/run/o.sock");
  EXPECT_EQ(by_socket.prefix, "");
}

TEST(ReadStagingGate, ReportsEveryMistake) {
  EXPECT_THAT(wrong("type = 'staging'"), ElementsAre(HasSubstr("url: is missing, and so is file")));
  EXPECT_THAT(wrong("type = 'staging'\nurl = 'http://h'\nfile = '/f'"),
              ElementsAre(HasSubstr(":3:7: service.a.gate.g.url: cannot be used together")));
  EXPECT_THAT(wrong("type = 'staging'\nurl = 'http://h?x'\nca_file = '/c'\nservice = 'a b'"),
              ElementsAre(HasSubstr("url: has a query"), HasSubstr("ca_file: has no use"),
                          HasSubstr("service: \"a b\" is not the name of a service")));
  EXPECT_THAT(wrong("type = 'staging'\nfile = '/f'\nca_file = '/c'\nbearer_token_file = '/t'"),
              ElementsAre(HasSubstr("ca_file: has no use without a url"),
                          HasSubstr("bearer_token_file: has no use without a url")));
}

TEST(ReadReadyGate, LooksAtTheWholeWayBack) {
  const gate::Settings read = gate(
      "type = 'ready'\nimage = 'shop:{version}'\ndisk_min = '2GiB'\ndatabase = ['/db']\n"
      "timeout = '3s'",
      probes + way_back);
  EXPECT_EQ(rule<deploy::ReadyRule>(read), (deploy::ReadyRule{.programs = {"/r", "/v"},
                                                              .image = true,
                                                              .disk_bytes_min = 2'147'483'648,
                                                              .database = true}));
  const auto from = source<gate::ReadySource>(read);
  EXPECT_EQ(from.image, "shop:{version}");
  EXPECT_EQ(from.probe, 0U) << "the place of d, the only docker probe, in order of the names";
  EXPECT_EQ(from.database, (gate::Command{.run = {"/db"}, .timeout = 3s}));
}

TEST(ReadReadyGate, ReportsEveryMistake) {
  EXPECT_THAT(wrong("type = 'ready'"),
              ElementsAre(HasSubstr("type: there is no rollback step, so it would never be")));
  EXPECT_THAT(wrong("type = 'ready'\nimage = 'shop:v1'", way_back),
              ElementsAre(AllOf(HasSubstr("image: "), HasSubstr("{version}")),
                          HasSubstr("image: the service has no docker probe")));
  EXPECT_THAT(wrong("type = 'ready'\nimage = 'a:{version}'\nprobe = 'p'", probes + way_back),
              ElementsAre(HasSubstr("probe: \"p\" is no docker probe")));
  EXPECT_THAT(wrong("type = 'ready'\nimage = 'a:{version}'",
                    probes + way_back + "[service.a.probe.e]\ntype = 'docker'\ncontainer = 'e'\n"),
              ElementsAre(HasSubstr("image: the service has several docker probes")));
  EXPECT_THAT(wrong("type = 'ready'\nprobe = 'd'", probes + way_back),
              ElementsAre(HasSubstr("probe: has no use without image")));
}

TEST(ReadReadiness, IsLookedAtWheneverThereIsAWayBack) {
  EXPECT_EQ(runtime::readiness_of(good("[service.a]\n").services.at(0)), std::nullopt);
  const auto by_default = runtime::readiness_of(good(way_back).services.at(0));
  ASSERT_TRUE(by_default);
  EXPECT_THAT(rule<deploy::ReadyRule>(*by_default).programs, ElementsAre("/r", "/v"));
  EXPECT_THAT(good(way_back).services.at(0).gates, IsEmpty()) << "it does not gate";
  const auto configured = runtime::readiness_of(
      good(head + "type = 'ready'\ndisk_min = 5\n" + way_back).services.at(0));
  EXPECT_EQ(rule<deploy::ReadyRule>(configured.value()).disk_bytes_min, 5U);
}

}  // namespace
}  // namespace ripcord::config
