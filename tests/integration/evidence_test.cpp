// What is captured before a rollback, and that nothing which hangs, fails or is killed keeps the
// rollback from running.

#include "base/time.hpp"
#include "tests/integration/cord.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <csignal>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <string>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>
#include <vector>

namespace ripcord::test {
namespace {

using namespace std::chrono_literals;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

namespace fs = std::filesystem;

/// A unix socket whose owner takes connections and never says a word.
class SilentSocket {
 public:
  explicit SilentSocket(const fs::path& path) : listener_(::socket(AF_UNIX, SOCK_STREAM, 0)) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    path.string().copy(address.sun_path, sizeof address.sun_path - 1);
    const auto* generic = reinterpret_cast<const sockaddr*>(&address);
    if (::bind(listener_, generic, sizeof address) != 0 || ::listen(listener_, 64) != 0) {
      throw std::runtime_error("the silent socket cannot listen");
    }
  }
  ~SilentSocket() { ::close(listener_); }
  SilentSocket(const SilentSocket&) = delete;
  SilentSocket& operator=(const SilentSocket&) = delete;

 private:
  int listener_;
};

std::string read_file(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

/// All that was captured of a deployment, in one text.
std::string everything_below(const fs::path& directory) {
  std::string all;
  for (const auto& entry : fs::recursive_directory_iterator(directory)) {
    if (entry.is_regular_file()) all += read_file(entry.path());
  }
  return all;
}

fs::path evidence_of(const Cord& cord, const std::string& deployment) {
  return cord.daemon.state_dir() / "evidence" / deployment;
}

std::string state_of(const Cord& cord, const std::string& deployment) {
  const auto told = cord.daemon.json({"show", deployment, "--evidence"});
  return told.is_object() ? std::string(told.at("state").as_string()) : "";
}

/// From the decision to the beginning of the script.
Duration reaction(const Cord& cord, const std::string& deployment) {
  const auto told = cord.daemon.json({"show", deployment});
  const auto decided =
      parse_instant(std::string_view(told.at("deployment").at("cause").at("at").as_string()));
  const auto began = parse_instant(
      std::string_view(told.at("runs").at(0).at("result").at("started_at").as_string()));
  return began.value() - decided.value();
}

/// Whose engine hangs.
std::string hanging_probe(const fs::path& socket) {
  return fmt::format(R"(
[service.shop.probe.containers]
type = "docker"
container = "shop"
host = "unix://{}"
interval = "1h"
timeout = "1s"
)",
                     socket.string());
}

TEST(Evidence, IsThereBeforeTheScriptBeginsAndCompleteInTheEnd) {
  Cord cord;
  std::string text = cord.daemon.read("ripcord.toml");
  text.replace(text.find("/health\""), 8, "/health?access_token=canary-in-url\"");
  cord.daemon.configure(text.substr(text.find("[service.shop]")));
  (void)cord.daemon.script(
      "rollback.sh",
      fmt::format("cat \"$RIPCORD_EVIDENCE/summary.txt\" > {}\n"
                  "echo x >> {}\necho 'token=canary-in-output'\ntouch {}\n",
                  cord.daemon.path("seen").string(), cord.daemon.path("rollbacks").string(),
                  cord.daemon.path("cured").string()));
  cord.start();
  const std::string id = cord.deploy();
  ASSERT_NE(id, "");
  cord.turn_bad();
  EXPECT_EQ(cord.end(), "rolled_back") << cord.daemon.log();

  const std::string seen = cord.daemon.read("seen");
  EXPECT_THAT(seen, AllOf(HasSubstr("Evidence of " + id), HasSubstr("v2 of shop"),
                          HasSubstr("tripped  unhealthy: 3 "), HasSubstr("last: bad status 500"),
                          HasSubstr("Host: load")));
  ASSERT_TRUE(eventually([&] { return state_of(cord, id) == "complete"; })) << cord.daemon.log();
  EXPECT_EQ(fs::status(evidence_of(cord, id)).permissions() & fs::perms::others_all,
            fs::perms::none);
  const Printed shown = cord.daemon.ripcord({"show", id, "--evidence"});
  EXPECT_EQ(shown.code, 0);
  EXPECT_THAT(shown.out, AllOf(HasSubstr(evidence_of(cord, id).string()), HasSubstr("complete"),
                               HasSubstr("Run rollback.1 (roll back): exited 0"),
                               HasSubstr("verification.json"), HasSubstr("looks/health.json")));
  ASSERT_TRUE(eventually([&] {
    const Printed page = cord.daemon.ripcord({"show", id, "--evidence", "--html"});
    return page.out.starts_with("<!doctype html>") && page.out.contains("Verification");
  }));
  EXPECT_THAT(cord.daemon.ripcord({"show", id}).out, HasSubstr("evidence.captured"));
  EXPECT_THAT(
      everything_below(evidence_of(cord, id)),
      AllOf(HasSubstr("access_token=***"), HasSubstr("token=***"), Not(HasSubstr("canary"))));
}

TEST(Evidence, ShowsNoCredentialsOfTheLogLineThatTripped) {
  DaemonProcess files;
  const fs::path log = files.path("app.log");
  std::ofstream(log) << "the beginning\n";
  Cord cord(fmt::format(R"([service.shop.probe.log]
type = "log"
file = "{}"
interval = "100ms"
pattern.error = "ERROR"
[service.shop.trigger.errors]
type = "occurrences"
probe = "log"
occurrence = "error"
more_than = 0
within = "10m"
)",
                        log.string()),
            "echo \"$RIPCORD_REASON\" > \"$(dirname \"$0\")/reason\"");
  cord.start();
  const std::string id = cord.deploy();
  ASSERT_TRUE(eventually([&] {
    std::ofstream(log, std::ios::app) << "ERROR no login with user=app password=canary-in-log\n";
    return cord.phase() != "baking";
  }));
  EXPECT_EQ(cord.end(), "rolled_back") << cord.daemon.log();
  ASSERT_TRUE(eventually([&] { return state_of(cord, id) == "complete"; })) << cord.daemon.log();
  for (const std::string& text :
       {everything_below(evidence_of(cord, id)), cord.daemon.read("reason"),
        cord.daemon.ripcord({"show", id}).out}) {
    EXPECT_THAT(text, AllOf(HasSubstr("password=***"), Not(HasSubstr("canary"))));
  }
  EXPECT_THAT(cord.daemon.ripcord({"status", "shop"}).out, Not(HasSubstr("canary")));
  EXPECT_THAT(cord.daemon.log(), Not(HasSubstr("canary")));
}

/// Whose password is known, though it answers nobody.
constexpr const char* dead_database = R"(
[service.shop.probe.db]
type = "postgres"
dsn = "host=127.0.0.1 port=1 user=app password=canary-in-dsn dbname=app"
interval = "1h"
timeout = "1s"
)";

TEST(Evidence, HidesSecretsInWhatComesAtTheEndToo) {
  Cord cord(dead_database, "echo 'the word is canary-in-dsn'");
  cord.start();
  const std::string id = cord.deploy();
  ASSERT_EQ(cord.daemon.ripcord({"rollback", "shop", "--reason", "canary-in-dsn is known"}).code,
            0);
  EXPECT_EQ(cord.end(), "rolled_back") << cord.daemon.log();
  ASSERT_TRUE(eventually([&] { return state_of(cord, id) == "complete"; })) << cord.daemon.log();
  EXPECT_THAT(
      everything_below(evidence_of(cord, id)),
      AllOf(HasSubstr("the word is ***"), HasSubstr("*** is known"), Not(HasSubstr("canary"))));
}

TEST(Evidence, HidesSecretsInWhatIsLeftOfACaptureAndInWhatComesAfterARestart) {
  Cord cord(dead_database, "echo 'the word is canary-in-dsn'");
  cord.start({{"RIPCORD_CRASH_AT", "in_capture"}});
  const std::string id = cord.deploy();
  (void)cord.daemon.ripcord({"rollback", "shop", "--reason", "canary-in-dsn is known"});
  ASSERT_TRUE(eventually([&] { return !cord.daemon.is_running(); })) << cord.daemon.log();
  EXPECT_THAT(everything_below(evidence_of(cord, id)),
              AllOf(HasSubstr("*** is known"), Not(HasSubstr("canary"))));

  cord.start();
  EXPECT_EQ(cord.end(), "rolled_back") << cord.daemon.log();
  ASSERT_TRUE(eventually([&] { return fs::exists(evidence_of(cord, id) / "ended.txt"); }));
  EXPECT_THAT(everything_below(evidence_of(cord, id)),
              AllOf(HasSubstr("the word is ***"), Not(HasSubstr("canary"))));
}

TEST(Evidence, OfAPersonsRollbackIsCapturedToo) {
  Cord cord;
  cord.start();
  ASSERT_EQ(
      cord.daemon.ripcord({"rollback", "shop", "--to", "v1", "--reason", "orders are lost"}).code,
      0);
  EXPECT_EQ(cord.end(), "rolled_back") << cord.daemon.log();
  const auto history = cord.daemon.json({"history", "shop"});
  const std::string id(history.at("deployments").at(0).at("id").as_string());
  EXPECT_THAT(read_file(evidence_of(cord, id) / "summary.txt"), HasSubstr("orders are lost"));
}

TEST(Evidence, ThatHangsDelaysTheScriptByNoMoreThanItsPatience) {
  DaemonProcess paths;  // for a path that is short enough
  const SilentSocket engine(paths.path("docker.sock"));
  Cord cord(hanging_probe(paths.path("docker.sock")));
  cord.start();
  const std::string id = cord.deploy();
  ASSERT_NE(id, "");
  cord.turn_bad();
  EXPECT_EQ(cord.end(), "rolled_back") << cord.daemon.log();
  EXPECT_EQ(cord.rollbacks(), 1U);
  EXPECT_LT(reaction(cord, id), 4s);
  EXPECT_THAT(read_file(evidence_of(cord, id) / "summary.txt"),
              HasSubstr("probe containers: no answer within 2s"));
  EXPECT_THAT(cord.daemon.log(), HasSubstr("evidence.incomplete"));
}

TEST(Evidence, HasItsTimeCutShortByTheConfiguration) {
  DaemonProcess paths;
  const SilentSocket engine(paths.path("docker.sock"));
  Cord cord(hanging_probe(paths.path("docker.sock")) + "[evidence]\nmax_time = \"200ms\"\n");
  cord.start();
  const std::string id = cord.deploy();
  ASSERT_NE(id, "");
  cord.turn_bad();
  EXPECT_EQ(cord.end(), "rolled_back") << cord.daemon.log();
  EXPECT_LT(reaction(cord, id), 1500ms);
  EXPECT_THAT(read_file(evidence_of(cord, id) / "capture.json"), HasSubstr("probe containers"));
}

TEST(Evidence, ThatIsSwitchedOffLeavesNothingAndSaysNothing) {
  Cord cord("[evidence]\nenabled = false\n",
            "echo \"[$RIPCORD_EVIDENCE]\" > \"$RIPCORD_RUN_DIR/../../../told\"");
  cord.start();
  const std::string id = cord.deploy();
  cord.turn_bad();
  EXPECT_EQ(cord.end(), "rolled_back") << cord.daemon.log();
  EXPECT_FALSE(fs::exists(evidence_of(cord, id)));
  EXPECT_EQ(read_file(cord.daemon.state_dir() / "told"), "[]\n");
  EXPECT_EQ(cord.daemon.ripcord({"show", id, "--evidence"}).code, 1);
  EXPECT_THAT(cord.daemon.log(), Not(HasSubstr("evidence.")));
}

TEST(Evidence, ThatSomebodyRemovesDuringTheRollbackIsMissedAloud) {
  // The page is made last.
  Cord cord("",
            "while [ ! -e \"$RIPCORD_EVIDENCE/index.html\" ]; do sleep 0.05; done\n"
            "rm -r \"$RIPCORD_EVIDENCE\"");
  cord.start();
  const std::string id = cord.deploy();
  cord.turn_bad();
  EXPECT_EQ(cord.end(), "rolled_back") << cord.daemon.log();
  EXPECT_TRUE(eventually([&] {
    return cord.daemon.log().contains(id + ": it has ended without evidence");
  })) << cord.daemon.log();
  EXPECT_FALSE(fs::exists(evidence_of(cord, id)));
}

TEST(Evidence, ThatCannotBeKeptIsToldOfAndTheScriptRuns) {
  Cord cord;
  fs::create_directories(cord.daemon.state_dir());
  std::ofstream(cord.daemon.state_dir() / "evidence") << "a file where the folder should be";
  cord.start();
  ASSERT_NE(cord.deploy(), "");
  cord.turn_bad();
  EXPECT_EQ(cord.end(), "rolled_back") << cord.daemon.log();
  EXPECT_EQ(cord.rollbacks(), 1U);
  EXPECT_THAT(cord.daemon.log(),
              AllOf(HasSubstr("evidence.incomplete"), HasSubstr("no evidence is kept")));
}

class KillInCapture : public testing::TestWithParam<std::string> {};

TEST_P(KillInCapture, KeepsWhatWasCapturedAndRunsTheScriptOnce) {
  Cord cord;
  cord.start({{"RIPCORD_CRASH_AT", GetParam()}});
  const std::string id = cord.deploy();
  cord.turn_bad();
  ASSERT_TRUE(eventually([&] { return !cord.daemon.is_running(); })) << cord.daemon.log();
  EXPECT_EQ(cord.rollbacks(), 0U);
  const std::string findings = read_file(evidence_of(cord, id) / "findings.json");
  EXPECT_THAT(findings, HasSubstr("\"state\": \"tripped\""));

  cord.start();
  EXPECT_EQ(cord.end(), "rolled_back") << cord.daemon.log();
  EXPECT_EQ(cord.rollbacks(), 1U);
  EXPECT_EQ(read_file(evidence_of(cord, id) / "findings.json"), findings) << "captured once";
  const std::string state = GetParam() == "in_capture" ? "partial" : "complete";
  EXPECT_TRUE(eventually([&] { return fs::exists(evidence_of(cord, id) / "ended.txt"); }));
  EXPECT_EQ(state_of(cord, id), state);
}

INSTANTIATE_TEST_SUITE_P(EveryPoint, KillInCapture, testing::Values("in_capture", "after_capture"),
                         [](const auto& point) { return point.param; });

TEST(ATermSignalInTheCapture, LeavesTheScriptToItsKeeperAtOnce) {
  DaemonProcess paths;
  const SilentSocket engine(paths.path("docker.sock"));
  Cord cord(hanging_probe(paths.path("docker.sock")));
  cord.start();
  const std::string id = cord.deploy();
  cord.turn_bad();
  ASSERT_TRUE(eventually([&] { return fs::exists(evidence_of(cord, id)); }));
  EXPECT_EQ(cord.rollbacks(), 0U);
  EXPECT_EQ(cord.daemon.stop(), 0) << cord.daemon.log();
  ASSERT_TRUE(eventually([&] { return fs::exists(cord.daemon.path("cured")); }));
  cord.start();
  EXPECT_EQ(cord.end(), "rolled_back") << cord.daemon.log();
  EXPECT_EQ(cord.rollbacks(), 1U);
  EXPECT_TRUE(eventually([&] { return fs::exists(evidence_of(cord, id) / "ended.txt"); }));
  EXPECT_EQ(state_of(cord, id), "partial") << cord.daemon.log();
}

TEST(AnAbortInTheCapture, LeavesTheScriptUnrun) {
  DaemonProcess paths;
  const SilentSocket engine(paths.path("docker.sock"));
  Cord cord(hanging_probe(paths.path("docker.sock")));
  cord.start();
  const std::string id = cord.deploy();
  cord.turn_bad();
  ASSERT_TRUE(eventually([&] { return fs::exists(evidence_of(cord, id)); }));
  EXPECT_EQ(cord.daemon.ripcord({"abort", "shop", "--reason", "by hand"}).code, 0);
  EXPECT_EQ(cord.phase(), "aborted");
  ASSERT_TRUE(eventually([&] { return state_of(cord, id) == "complete"; })) << cord.daemon.log();
  EXPECT_EQ(cord.rollbacks(), 0U);
}

TEST(Evidence, BeyondWhatIsKeptIsRemovedOldestFirst) {
  Cord cord("[evidence]\nkeep = 2\n");
  cord.start();
  std::vector<std::string> ids;
  for (const char* to : {"v1", "v0", "v1"}) {
    ASSERT_EQ(cord.daemon.ripcord({"rollback", "shop", "--to", to, "--reason", "again"}).code, 0);
    EXPECT_EQ(cord.end(), "rolled_back") << cord.daemon.log();
    const auto history = cord.daemon.json({"history", "shop", "--limit", "1"});
    ids.emplace_back(history.at("deployments").at(0).at("id").as_string());
  }
  EXPECT_TRUE(eventually([&] { return !fs::exists(evidence_of(cord, ids[0])); }))
      << cord.daemon.log();
  EXPECT_TRUE(fs::exists(evidence_of(cord, ids[1])));
  EXPECT_TRUE(fs::exists(evidence_of(cord, ids[2])));
  EXPECT_THAT(cord.daemon.log(), HasSubstr("the evidence of " + ids[0] + " is removed"));
}

}  // namespace
}  // namespace ripcord::test
