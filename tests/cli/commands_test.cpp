#include "ripcord/commands.hpp"

#include "api/control_api.hpp"
#include "net/blocking.hpp"
#include "net/http_server.hpp"
#include "net/resolver.hpp"
#include "net/system_clock.hpp"
#include "net/task_group.hpp"
#include "tests/api/fake_backend.hpp"
#include "tests/api/stories.hpp"
#include "tests/cli/paper.hpp"
#include "tests/support/temp_dir.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <unistd.h>

namespace ripcord::cli {
namespace {

namespace asio = boost::asio;
using testing::ElementsAre;
using testing::HasSubstr;
using Done = std::expected<ExitCode, Trouble>;

/// The commands against the real API on a real unix socket, with a daemon that is told what to say.
class CommandsTest : public testing::Test {
 protected:
  CommandsTest() {
    backend_.world.services = {test::backend_service()};
    backend_.view = test::rolled_back_view();
    backend_.list = {test::rolled_back_deployment()};
    backend_.answer.deployment = "backend-20261122-190000";
    backend_.answer.message = "deploying v2 to backend";
  }

  void listen() {
    const Result<void> listening = server_.listen_unix(socket(), 0600, "");
    ASSERT_TRUE(listening) << listening.error().message;
  }
  [[nodiscard]] std::string socket() const { return (directory_.path() / "control.sock").string(); }

  /// Carries out `command` from a person's words to the exit code.
  ExitCode run(std::vector<std::string> words) {
    const auto invocation = read_command_line(words);
    EXPECT_TRUE(invocation) << invocation.error().text;
    Client client(context_.get_executor(), clock_, resolver_, socket());
    PatientClient patient(
        clock_,
        [&](std::string target, Duration wait) { return client.get(std::move(target), wait); },
        [](const std::string&) {});
    Screen screen(Surface{}, out_.stream(), talk_.stream());
    Tools tools{.clock = clock_,
                .client = client,
                .patient_client = patient,
                .screen = screen,
                .json = invocation->json,
                .waited_for = ""};
    std::optional<Done> done;
    asio::co_spawn(context_, carry_out(tools, invocation->command),
                   [&](const std::exception_ptr& failure, Done result) {
                     if (failure) std::rethrow_exception(failure);
                     done = std::move(result);
                     end();
                   });
    context_.run();
    if (done->has_value()) return **done;
    message_ = done->error().message;
    return done->error().exit_code;
  }

  /// Lets the server's tasks end, so that the loop runs out of work.
  void end() {
    server_.stop();
    tasks_.cancel();
  }

  test::TempDir directory_;
  asio::io_context context_{1};
  net::SystemClock clock_{context_.get_executor()};
  net::BlockingPool lookups_{"lookup", 1, 1};
  net::Resolver resolver_{lookups_};
  test::FakeBackend backend_{clock_};
  api::ControlApi api_{backend_, {.daemon_uid = ::getuid(), .group = std::nullopt}};
  net::TaskGroup tasks_{context_.get_executor(),
                        [](const std::string& name, const auto&) { ADD_FAILURE() << name; }};
  net::HttpServer server_{
      context_.get_executor(), clock_, tasks_,
      [this](net::IncomingRequest request) { return api_.handle(std::move(request)); }};
  test::Paper out_;
  test::Paper talk_;
  std::string message_;
};

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

TEST_F(CommandsTest, StartTellsTheIdAsDataAndTheRestAsTalk) {
  listen();
  EXPECT_EQ(run({"deploy", "start", "backend", "--version", "v2", "--commit-time", "1764000000"}),
            ExitCode::succeeded);
  EXPECT_EQ(out_.text(), "backend-20261122-190000\n");
  EXPECT_EQ(talk_.text(), "ripcord: deploying v2 to backend\n");
  EXPECT_THAT(backend_.asked, ElementsAre(HasSubstr("start v2")));
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

TEST_F(CommandsTest, ShowTellsTheStory) {
  listen();
  EXPECT_EQ(run({"show", "backend-20261122-190000"}), ExitCode::succeeded);
  EXPECT_THAT(out_.text(), HasSubstr("    | starting v1\n"));
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
