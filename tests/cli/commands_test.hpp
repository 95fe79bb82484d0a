#pragma once

#include "api/control_api.hpp"
#include "net/blocking.hpp"
#include "net/http_server.hpp"
#include "net/resolver.hpp"
#include "net/system_clock.hpp"
#include "net/task_group.hpp"
#include "ripcord/commands.hpp"
#include "tests/api/fake_backend.hpp"
#include "tests/api/stories.hpp"
#include "tests/cli/paper.hpp"
#include "tests/support/temp_dir.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <gtest/gtest.h>

#include <exception>
#include <optional>
#include <string>
#include <unistd.h>
#include <utility>
#include <vector>

namespace ripcord::cli {

namespace asio = boost::asio;

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
                .signals = &signals_,
                .patience = patience_,
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

  HeldSignals signals_;  // before there are threads, as the program does it
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
  Duration patience_ = PatientClient::patience_default;
  test::Paper out_;
  test::Paper talk_;
  std::string message_;
};

}  // namespace ripcord::cli
