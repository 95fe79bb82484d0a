#include "tests/config/vocabulary.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <string>

namespace ripcord::config {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;

TEST(ReadDaemon, TakesItsDefaultsFromAnEmptyFile) {
  const Configuration read = good("");
  EXPECT_EQ(read.daemon, runtime::DaemonSettings());
  EXPECT_EQ(read.api, runtime::ApiSettings());
  EXPECT_TRUE(read.services.empty());
}

TEST(ReadDaemon, ReadsEveryKey) {
  const Configuration read = good(R"(
    [daemon]
    state_dir = "/s"
    runtime_dir = "/r"
    [api]
    listen = "[::1]:0"
    socket = "/c.sock"
    group = "deployers"
  )");
  EXPECT_EQ(read.daemon.state_dir, "/s");
  EXPECT_EQ(read.daemon.runtime_dir, "/r");
  EXPECT_EQ(read.api.host, "::1");
  EXPECT_EQ(read.api.port, 0);
  EXPECT_EQ(read.api.socket, "/c.sock");
  EXPECT_EQ(read.api.group, "deployers");
}

TEST(ReadEvidence, ReadsEveryKey) {
  const evidence::Settings read = good(R"(
    [evidence]
    enabled = false
    max_time = "2s"
    keep = 7
    keep_bytes = "64MiB"
  )")
                                      .daemon.evidence;
  EXPECT_EQ(read, (evidence::Settings{
                      .enabled = false, .max_time = 2s, .keep = 7, .keep_bytes = 64ULL << 20}));
  EXPECT_EQ(good("").daemon.evidence, evidence::Settings());
}

TEST(ReadEvidence, RefusesWhatWouldDelayARollbackOrKeepNothing) {
  EXPECT_THAT(mistakes_in("[evidence]\nmax_time = '6s'\nkeep = 0\nkeep_bytes = 1\nkep = 1\n"),
              ElementsAre("ripcord.toml:2:12: evidence.max_time: 6s is outside [100ms, 5s]",
                          "ripcord.toml:3:8: evidence.keep: 0 is outside [1, 100000]",
                          testing::HasSubstr("evidence.keep_bytes: "),
                          "ripcord.toml:5:1: evidence.kep: unknown key; did you mean \"keep\"?"));
}

TEST(ReadDaemon, PutsTheSocketIntoTheRuntimeDirectory) {
  EXPECT_EQ(good("[daemon]\nruntime_dir = '/x'\n").api.socket, "/x/control.sock");
}

TEST(ReadDaemon, RefusesRelativePaths) {
  EXPECT_THAT(mistakes_in("[daemon]\nstate_dir = 'var'\nruntime_dir = ''\n[api]\nsocket = './s'\n"),
              ElementsAre("ripcord.toml:2:13: daemon.state_dir: \"var\" is not an absolute path",
                          "ripcord.toml:3:15: daemon.runtime_dir: is empty",
                          "ripcord.toml:5:10: api.socket: \"./s\" is not an absolute path"));
}

TEST(ReadDaemon, RefusesTextsThatWouldBreakALineOrAPath) {
  EXPECT_THAT(mistakes_in("[daemon]\nstate_dir = \"/a\\u0000b\"\nruntime_dir = \"/a\\nb\"\n"),
              ElementsAre("ripcord.toml:2:13: daemon.state_dir: must not hold control characters",
                          "ripcord.toml:3:15: daemon.runtime_dir: must not hold control "
                          "characters"));
  EXPECT_THAT(mistakes_in("[daemon]\nstate_dir = '/" + std::string(5000, 'x') + "'\n"),
              ElementsAre("ripcord.toml:2:13: daemon.state_dir: is longer than 4096 bytes"));
}

TEST(ReadDaemon, RefusesASocketPathThatTheSystemCannotHold) {
  const std::string fits = "/" + std::string(106, 's');
  EXPECT_EQ(good("[api]\nsocket = '" + fits + "'\n").api.socket, fits);
  EXPECT_THAT(mistakes_in("[api]\nsocket = '" + fits + "s'\n"),
              ElementsAre(testing::EndsWith("is longer than 107 bytes, the limit of the system")));
}

class BadListen : public testing::TestWithParam<const char*> {};

TEST_P(BadListen, IsRefused) {
  EXPECT_THAT(mistakes_in(std::string("[api]\nlisten = '") + GetParam() + "'\n"),
              ElementsAre(std::string("ripcord.toml:2:10: api.listen: \"") + GetParam() +
                          "\" is not a numeric address and a port; write \"127.0.0.1:19478\" or "
                          "\"[::1]:19478\""));
}

INSTANTIATE_TEST_SUITE_P(All, BadListen,
                         testing::Values("localhost:80", "127.0.0.1", ":80", "127.0.0.1:65536",
                                         "127.0.0.1:", "127.0.0.1:8o", "127.0.0.1:-1", "::1:80",
                                         "[127.0.0.1]:80", "[::1]", "[]:1", "1.2.3:80"));

TEST(ReadDaemon, RefusesWhatIsNoGroup) {
  EXPECT_THAT(mistakes_in("[api]\ngroup = 'a b'\n"),
              ElementsAre("ripcord.toml:2:9: api.group: \"a b\" is not the name of a group"));
}

TEST(ReadDaemon, NamesTheKindThatItFound) {
  EXPECT_THAT(
      mistakes_in("daemon = 5\napi = []\n[service]\na = 2020-01-01\nb = 0.5\nc = true\nd = 'x'\n"),
      ElementsAre("ripcord.toml:1:10: daemon: expected a table, found a whole number",
                  "ripcord.toml:2:7: api: expected a table, found a list",
                  "ripcord.toml:4:5: service.a: expected a table, found a date or time",
                  "ripcord.toml:5:5: service.b: expected a table, found a number",
                  "ripcord.toml:6:5: service.c: expected a table, found a flag",
                  "ripcord.toml:7:5: service.d: expected a table, found a text"));
  EXPECT_THAT(mistakes_in("[api]\nlisten = {}\n"),
              ElementsAre("ripcord.toml:2:10: api.listen: expected a text, found a table"));
}

TEST(ReadDaemon, SuggestsWhatAnUnknownKeyMayHaveMeant) {
  EXPECT_THAT(mistakes_in("[deamon]\n[api]\nlitsen = 5\nxyzzy = 1\n"),
              ElementsAre("ripcord.toml:1:2: deamon: unknown key; did you mean \"daemon\"?",
                          "ripcord.toml:3:1: api.litsen: unknown key; did you mean \"listen\"?",
                          "ripcord.toml:4:1: api.xyzzy: unknown key"));
  EXPECT_THAT(
      mistakes_in("[api]\n\"\" = 1\n\"a\\u001bb\" = 1\n"),
      ElementsAre("ripcord.toml:2:1: api.: unknown key", "ripcord.toml:3:1: api.a b: unknown key"));
}

TEST(ReadDaemon, ReadsWhoMayCommandOverTcp) {
  EXPECT_EQ(good("[api]\n").api.tokens_file, "");
  EXPECT_EQ(good("[api]\ntokens_file = '/etc/ripcord/tokens'\n").api.tokens_file,
            "/etc/ripcord/tokens");
  EXPECT_THAT(mistakes_in("[api]\ntokens_file = 'tokens'\n"),
              ElementsAre(testing::HasSubstr("ripcord.toml:2:15: api.tokens_file: ")));
}

}  // namespace
}  // namespace ripcord::config
