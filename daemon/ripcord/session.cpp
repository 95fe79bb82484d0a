#include "ripcord/session.hpp"

#include "net/blocking.hpp"
#include "net/resolver.hpp"
#include "net/system_clock.hpp"
#include "net/task_group.hpp"
#include "ripcord/commands.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/system/error_code.hpp>
#include <fmt/format.h>

#include <csignal>
#include <cstdio>
#include <exception>
#include <optional>
#include <string>
#include <utility>
#include <variant>

namespace asio = boost::asio;

namespace ripcord::cli {
namespace {

constexpr int interrupted_by = 128;  // what a shell adds to a signal

/// One command of the daemon, and all that it needs.
class Session {
 public:
  /// Borrows `signals`, which may be null.
  Session(const Invocation& invocation, HeldSignals* signals)
      : command_(invocation.command),
        screen_(standard_output(), stdout, stderr),
        client_(context_.get_executor(), clock_, resolver_, invocation.socket),
        patient_client_(
            clock_,
            [this](std::string target, Duration wait) {
              return client_.get(std::move(target), wait);
            },
            [this](const std::string& message) { screen_.say(message); }),
        tools_{.clock = clock_,
               .client = client_,
               .patient_client = patient_client_,
               .screen = screen_,
               .json = invocation.json,
               .signals = signals,
               .waited_for = {}},
        tasks_(context_.get_executor(), [this](const std::string& name, const auto& failure) {
          tell_of_bug(name, failure);
        }) {}

  ExitCode run() {
    // While they are held they are for the command that is run, not for us.
    if (tools_.signals != nullptr) {
      for (const int signal : ending_signals) listen_to(signal);
    } else {
      interrupts_.add(SIGINT);
    }
    interrupts_.async_wait([this](const boost::system::error_code& error, int signal) {
      if (!error) interrupt(signal);
    });
    tasks_.spawn("command", carry_out_command());
    context_.run();
    return exit_code_;
  }

 private:
  asio::awaitable<void> carry_out_command() {
    const std::expected<ExitCode, Trouble> done = co_await carry_out(tools_, std::move(command_));
    exit_code_ = done.value_or(ExitCode::succeeded);
    if (!done) {
      exit_code_ = done.error().exit_code;
      screen_.say(done.error().message);
    }
    interrupts_.cancel();
  }

  /// Unless it is ignored, as by nohup(1).
  void listen_to(int signal) {
    struct sigaction now{};
    const bool is_known = ::sigaction(signal, nullptr, &now) == 0;
    if (signal == SIGINT || !is_known || now.sa_handler != SIG_IGN) interrupts_.add(signal);
  }

  void interrupt(int signal) {
    exit_code_ = static_cast<ExitCode>(interrupted_by + signal);
    tasks_.cancel();
    if (!tools_.untold.empty()) {
      screen_.say("interrupted: " + tools_.untold);
    } else if (!tools_.waited_for.empty()) {
      screen_.say(
          fmt::format("interrupted: the deployment goes on without us; \"ripcord wait {}\" "
                      "follows it again",
                      tools_.waited_for));
    }
  }

  void tell_of_bug(const std::string& name, const std::exception_ptr& failure) {
    exit_code_ = ExitCode::failed;
    interrupts_.cancel();
    try {
      std::rethrow_exception(failure);
    } catch (const std::exception& error) {
      screen_.say(fmt::format("{} ended by a mistake of ours: {}", name, error.what()));
    }
  }

  asio::io_context context_{1};
  Command command_;
  Screen screen_;
  net::SystemClock clock_{context_.get_executor()};
  net::BlockingPool lookups_{"lookup", 1, 1};
  net::Resolver resolver_{lookups_};
  Client client_;
  PatientClient patient_client_;
  Tools tools_;
  asio::signal_set interrupts_{context_};
  ExitCode exit_code_ = ExitCode::failed;
  net::TaskGroup tasks_;
};

}  // namespace

ExitCode run_session(const Invocation& invocation) {
  // Before the session, which has threads.
  std::optional<HeldSignals> signals;
  if (std::holds_alternative<RunCommand>(invocation.command)) signals.emplace();
  return Session(invocation, signals ? &*signals : nullptr).run();
}

}  // namespace ripcord::cli
