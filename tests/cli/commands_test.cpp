#include "tests/cli/commands_test.hpp"

#include "tests/api/stories.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <string>

namespace ripcord::cli {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::HasSubstr;

TEST_F(CommandsTest, StatusAsTextAndAsJson) {
  listen();
  EXPECT_EQ(run({"status"}), ExitCode::succeeded);
  EXPECT_THAT(out_.text(), HasSubstr("backend  v2       v1    1 bad   unhealthy pending"));
}

TEST_F(CommandsTest, StatusOfOneServiceAsJson) {
  listen();
  EXPECT_EQ(run({"status", "backend", "--json"}), ExitCode::succeeded);
  EXPECT_THAT(out_.text(), HasSubstr(R"("revision":17,"service":{"name":"backend")"));
}

TEST_F(CommandsTest, ProbeTellsEverythingAndExitsByTheOutcome) {
  listen();
  backend_.report = test::probe_report();
  EXPECT_EQ(run({"probe", "backend", "ready"}), ExitCode::failed);
  EXPECT_EQ(out_.text(),
            "ready  bad  13ms  status 500, expected 200\n"
            "  values\n"
            "    first_byte_seconds  0.0125\n"
            "  seen\n"
            "    status  500 Internal Server Error\n");
}

TEST_F(CommandsTest, ProbeSucceedsWhenTheSampleIsGood) {
  listen();
  backend_.report = test::probe_report();
  backend_.report->sample.outcome = Outcome::good;
  EXPECT_EQ(run({"probe", "backend", "ready", "--json"}), ExitCode::succeeded);
  EXPECT_THAT(out_.text(), HasSubstr(R"("values":{"first_byte_seconds":0.0125})"));
}

TEST_F(CommandsTest, GateTellsEveryReasonAndExitsByTheVerdict) {
  listen();
  backend_.verdict = test::gate_verdict();
  EXPECT_EQ(run({"gate", "backend", "--version", "v2", "--confirm", "notes", "--override", "hours",
                 "--reason", "an outage"}),
            ExitCode::failed);
  EXPECT_EQ(out_.text(),
            "backup  refused     the newest backup is 26h old, older than 24h\n"
            "hours   overridden  Fri 14:00 is denied; overridden by uid 1000 (ana): an outage\n"
            "notes   passed      release notes read, confirmed by uid 1000 (ana)\n"
            "the gate is closed\n");
  EXPECT_EQ(backend_.last_gate.overrides.front().reason, "an outage");
}

TEST_F(CommandsTest, GateSucceedsWhenNoneRefuses) {
  listen();
  backend_.verdict = test::gate_verdict();
  backend_.verdict->reasons.erase(backend_.verdict->reasons.begin());
  EXPECT_EQ(run({"gate", "backend", "--json"}), ExitCode::succeeded);
  EXPECT_THAT(out_.text(), HasSubstr(R"({"open":true,"gates":[{"gate":"hours")"));
}

TEST_F(CommandsTest, GateSaysWhatWasMistyped) {
  listen();
  backend_.verdict = failure(Fault::malformed, "override of \"x\": there is no such gate");
  EXPECT_EQ(run({"gate", "backend", "--override", "x", "--reason", "r"}), ExitCode::usage);
  EXPECT_THAT(message_, HasSubstr("there is no such gate"));
}

TEST_F(CommandsTest, StatusTellsWhenThereIsNoWayBack) {
  listen();
  backend_.way_back["backend"] = {.at = {}, .ready = false, .text = "v1's image is gone"};
  EXPECT_EQ(run({"status"}), ExitCode::succeeded);
  EXPECT_THAT(out_.text(), HasSubstr("backend could not be rolled back now: v1's image is gone\n"));
}

TEST_F(CommandsTest, StatusOfOneServiceShowsItsWayBack) {
  listen();
  backend_.way_back["backend"] = {.at = {}, .ready = true, .text = "v1 is there"};
  EXPECT_EQ(run({"status", "backend"}), ExitCode::succeeded);
  EXPECT_THAT(out_.text(), HasSubstr("  way back    ready: v1 is there\n"));
}

TEST_F(CommandsTest, SignalReportsWhatWasNoticed) {
  listen();
  EXPECT_EQ(run({"signal", "backend", "user_complaints", "--count", "3", "--note", "empty basket"}),
            ExitCode::succeeded);
  EXPECT_THAT(backend_.asked, ElementsAre(HasSubstr("signal user_complaints 3: empty basket")));
}

TEST_F(CommandsTest, ASignalThatNobodyCountsIsAFailure) {
  backend_.answer.kind = AnswerKind::unknown_signal;
  backend_.answer.message = "no trigger of backend counts it";
  listen();
  EXPECT_EQ(run({"signal", "backend", "x"}), ExitCode::failed);
  EXPECT_EQ(message_, "no trigger of backend counts it");
}

Silence silence() {
  return {.number = 3,
          .service = "backend",
          .trigger = "",
          .from = {},
          .until = {},
          .reason = "the index is rebuilt",
          .by = "ada"};
}

TEST_F(CommandsTest, SilencesAService) {
  listen();
  EXPECT_EQ(run({"silence", "backend", "--for", "2h", "--reason", "the index is rebuilt"}),
            ExitCode::succeeded);
  EXPECT_THAT(out_.text(), HasSubstr("every one"));
  EXPECT_THAT(out_.text(), HasSubstr("the index is rebuilt"));
}

TEST_F(CommandsTest, SaysWhatIsWrongWithASilence) {
  listen();
  EXPECT_EQ(run({"silence", "backend", "--for", "2 moons", "--reason", "why"}), ExitCode::usage);
  EXPECT_THAT(message_, HasSubstr("\"for\""));
}

TEST_F(CommandsTest, ListsSilences) {
  backend_.silenced = {silence()};
  listen();
  EXPECT_EQ(run({"silences"}), ExitCode::succeeded);
  EXPECT_THAT(out_.text(), HasSubstr("the index is rebuilt"));
}

TEST_F(CommandsTest, EndsASilence) {
  backend_.silenced = {silence()};
  listen();
  EXPECT_EQ(run({"unsilence", "3"}), ExitCode::succeeded);
  EXPECT_THAT(out_.text(), HasSubstr("ended"));
}

TEST_F(CommandsTest, SaysWhenNobodyIsTold) {
  listen();
  EXPECT_EQ(run({"notify", "list"}), ExitCode::succeeded);
  EXPECT_THAT(out_.text(), HasSubstr("nobody is told"));
}

TEST_F(CommandsTest, ListsReceiversWithTheirTrouble) {
  backend_.told = {{.name = "ops", .type = "slack", .failed = 1, .disabled = "it answered 410"}};
  listen();
  EXPECT_EQ(run({"notify", "list"}), ExitCode::succeeded);
  EXPECT_THAT(out_.text(), HasSubstr("sends nothing more: it answered 410"));
}

TEST_F(CommandsTest, TestsAReceiver) {
  backend_.told = {{.name = "ops", .type = "slack"}};
  backend_.tested = test::receiver_test();
  listen();
  EXPECT_EQ(run({"notify", "test", "ops"}), ExitCode::succeeded);
  EXPECT_THAT(out_.text(), HasSubstr("  POST https://hooks.example.org ***\n"));
  EXPECT_THAT(out_.text(), HasSubstr("it was taken"));
}

TEST_F(CommandsTest, ATestThatWasNotTakenIsAFailure) {
  backend_.told = {{.name = "ops", .type = "slack"}};
  backend_.tested = test::receiver_test();
  backend_.tested->is_delivered = false;
  backend_.tested->answer = "";
  backend_.tested->verdict = "connection refused";
  listen();
  EXPECT_EQ(run({"notify", "test", "ops"}), ExitCode::failed);
  EXPECT_THAT(out_.text(), HasSubstr("connection refused"));
}

TEST_F(CommandsTest, StartTellsTheIdAsDataAndTheRestAsTalk) {
  listen();
  EXPECT_EQ(run({"deploy", "start", "backend", "--version", "v2", "--commit-time", "1764000000"}),
            ExitCode::succeeded);
  EXPECT_EQ(out_.text(), "backend-20261122-190000\n");
  EXPECT_EQ(talk_.text(), "ripcord: deploying v2 to backend\n");
  EXPECT_THAT(backend_.asked, ElementsAre(HasSubstr("start v2")));
}

TEST_F(CommandsTest, DeploySaysToTheGateWhatWasTyped) {
  listen();
  EXPECT_EQ(run({"deploy", "backend", "--version", "v2", "--confirm", "notes read", "--override",
                 "hours", "--override", "backup", "--reason", "an outage", "--supersede", "--drill",
                 "--rework", "--irreversible", "a column is dropped"}),
            ExitCode::succeeded);
  EXPECT_THAT(backend_.asked, ElementsAre(HasSubstr("drive v2")));
  const auto& start = std::get<StartDeployment>(backend_.last_request);
  EXPECT_TRUE(start.supersede && start.drill && start.rework);
  EXPECT_EQ(start.irreversible, "a column is dropped");
  ASSERT_EQ(start.confirmations.size(), 1U);
  EXPECT_EQ(start.confirmations.front().item, "notes read");
  ASSERT_EQ(start.overrides.size(), 2U);
  EXPECT_EQ(start.overrides.back().gate, "backup");
  EXPECT_EQ(start.overrides.back().reason, "an outage");
  EXPECT_THAT(start.overrides.back().by, HasSubstr("uid"));
}

TEST_F(CommandsTest, DeployWaitsForTheEnd) {
  listen();
  EXPECT_EQ(run({"deploy", "backend", "--version", "v2", "--wait"}), ExitCode::failed);
  EXPECT_THAT(out_.text(), HasSubstr("rolled_back: v1 is back and verified"));
}

TEST_F(CommandsTest, APersonPromotesHoldsAndResumes) {
  listen();
  EXPECT_EQ(run({"promote", "backend"}), ExitCode::succeeded);
  EXPECT_THAT(backend_.asked, ElementsAre(HasSubstr("promote")));
}

TEST_F(CommandsTest, HoldHasAReason) {
  listen();
  EXPECT_EQ(run({"hold", "backend", "--reason", "the shop is on television"}), ExitCode::succeeded);
  EXPECT_THAT(backend_.asked, ElementsAre(HasSubstr("hold: the shop is on television")));
}

TEST_F(CommandsTest, ResumeMayBeWaitedFor) {
  listen();
  EXPECT_EQ(run({"resume", "backend", "--wait"}), ExitCode::failed);
  EXPECT_THAT(backend_.asked, ElementsAre(HasSubstr("resume")));
}

TEST_F(CommandsTest, ARollbackMayNameItsTarget) {
  listen();
  EXPECT_EQ(run({"rollback", "backend", "--to", "v0", "--reason", "bad data"}),
            ExitCode::succeeded);
  EXPECT_THAT(backend_.asked, ElementsAre(HasSubstr("roll back to v0: bad data")));
}

TEST_F(CommandsTest, FinishWaitsForTheEnd) {
  listen();
  EXPECT_EQ(run({"deploy", "finish", "backend", "--wait"}), ExitCode::failed);
  EXPECT_THAT(out_.text(), HasSubstr("rolled_back: v1 is back and verified"));
}

TEST_F(CommandsTest, ARollbackThatWasWantedIsASuccess) {
  listen();
  EXPECT_EQ(run({"rollback", "backend", "--reason", "orders are lost", "--wait"}),
            ExitCode::succeeded);
  EXPECT_THAT(backend_.asked, ElementsAre(HasSubstr("roll back: orders are lost")));
}

TEST_F(CommandsTest, WaitTellsOfTheLastOneWhenNoneIsOpen) {
  backend_.world.services.front().deployment = test::rolled_back_deployment();
  listen();
  EXPECT_EQ(run({"wait", "backend"}), ExitCode::failed);
  EXPECT_THAT(talk_.text(), HasSubstr("no deployment of backend is open"));
}

TEST_F(CommandsTest, WaitHasNothingToWaitFor) {
  backend_.world.services.front().deployment.reset();
  listen();
  EXPECT_EQ(run({"wait", "backend"}), ExitCode::failed);
  EXPECT_EQ(message_, "there has been no deployment of backend");
}

TEST_F(CommandsTest, HistoryAndShow) {
  listen();
  EXPECT_EQ(run({"history", "backend", "--limit", "7"}), ExitCode::succeeded);
  EXPECT_THAT(out_.text(), HasSubstr("rolled_back  1m 13s"));
  EXPECT_THAT(backend_.asked, ElementsAre("deployments of 'backend' up to 7"));
}

TEST_F(CommandsTest, HistoryPassesOnWhatIsWanted) {
  listen();
  EXPECT_EQ(run({"history", "--outcome", "failed", "--outcome", "aborted", "--version", "v+2",
                 "--since", "2026-11-01", "--until", "2026-11-22T19:00:00+01:00", "--kind",
                 "gate.*", "--before", "b-1"}),
            ExitCode::succeeded);
  const DeploymentQuery& query = backend_.last_query;
  EXPECT_THAT(query.phases, ElementsAre("failed", "aborted"));
  EXPECT_EQ(query.version, "v+2");
  EXPECT_EQ(query.until, test::evening - 1h);
  EXPECT_EQ(query.kind, "gate.*");
  EXPECT_EQ(query.before, "b-1");
}

TEST_F(CommandsTest, HistoryRefusesWhatItDoesNotKnow) {
  listen();
  EXPECT_EQ(run({"history", "--phase", "rolled-back"}), ExitCode::usage);
  EXPECT_THAT(message_, HasSubstr("did you mean \"rolled_back\"?"));
}

TEST_F(CommandsTest, DoraTellsTheFiguresOfAService) {
  backend_.figures = test::figures();
  listen();
  EXPECT_EQ(run({"dora", "--since", "4d", "--service", "backend"}), ExitCode::succeeded);
  EXPECT_THAT(backend_.asked, ElementsAre("figures of 'backend' over 4d"));
  EXPECT_THAT(out_.text(), HasSubstr("change failure rate  < 15 %  12.5 %   16"));
}

TEST_F(CommandsTest, DoraFillsASpreadsheet) {
  backend_.figures = test::figures();
  listen();
  EXPECT_EQ(run({"dora", "--csv"}), ExitCode::succeeded);
  EXPECT_THAT(out_.text(), HasSubstr("\nchange_failure_rate,< 15 %,ratio,0.125,16,met,0.25,12,"));
}

TEST_F(CommandsTest, ShowTellsTheStory) {
  listen();
  EXPECT_EQ(run({"show", "backend-20261122-190000"}), ExitCode::succeeded);
  EXPECT_THAT(out_.text(), HasSubstr("    | starting v1\n"));
}

TEST_F(CommandsTest, ExplainTellsItInSentences) {
  listen();
  EXPECT_EQ(run({"explain", "backend-20261122-190000"}), ExitCode::succeeded);
  EXPECT_THAT(out_.text(),
              HasSubstr("in place of v1, announced at 2026-11-22T19:00:00Z by uid 1000 (ana).\n"));
  EXPECT_THAT(out_.text(), HasSubstr("\nIt ended as rolled_back after 1m 13s: v1 is back"));
}

TEST_F(CommandsTest, AConflictMeansTryLater) {
  backend_.answer.kind = AnswerKind::conflict;
  backend_.answer.message = "another deployment is open";
  listen();
  EXPECT_EQ(run({"abort", "backend", "--reason", "mine"}), ExitCode::try_later);
  EXPECT_EQ(message_, "another deployment is open");
}

TEST_F(CommandsTest, AMistakeInTheConfigurationHasItsOwnCode) {
  backend_.reloaded = failure(Fault::malformed, "ripcord.toml:1:2: a\nripcord.toml:3:4: b");
  listen();
  EXPECT_EQ(run({"reload"}), ExitCode::configuration);
  EXPECT_EQ(message_, "ripcord.toml:1:2: a\nripcord.toml:3:4: b");
}

TEST_F(CommandsTest, AnUnusableWordIsUsage) {
  listen();
  EXPECT_EQ(run({"deploy", "start", "backend", "--version", " "}), ExitCode::usage);
  EXPECT_THAT(message_, HasSubstr("printable characters"));
}

TEST_F(CommandsTest, AnUnknownServiceIsAFailure) {
  listen();
  EXPECT_EQ(run({"deploy", "fail", "backedn", "--reason", "x"}), ExitCode::failed);
  EXPECT_THAT(message_, HasSubstr("did you mean backend?"));
}

TEST_F(CommandsTest, SaysWhatToCheckWhenTheDaemonIsNotThere) {
  EXPECT_EQ(run({"status"}), ExitCode::unavailable);
  EXPECT_THAT(message_, HasSubstr(socket()));
  EXPECT_THAT(message_, HasSubstr("Is ripcordd running?"));
  EXPECT_THAT(message_, HasSubstr("RIPCORD_SOCKET"));
}

}  // namespace
}  // namespace ripcord::cli
