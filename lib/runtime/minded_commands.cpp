#include "runtime/minded_commands.hpp"

#include <fmt/format.h>

#include <utility>

namespace ripcord::runtime {
namespace {

probe::CommandOutcome outcome_of(RunOutcome outcome) {
  switch (outcome) {
    case RunOutcome::exited:
      return probe::CommandOutcome::exited;
    case RunOutcome::signalled:
      return probe::CommandOutcome::signalled;
    case RunOutcome::timed_out:
      return probe::CommandOutcome::timed_out;
    case RunOutcome::stopped:
    case RunOutcome::refused:
    case RunOutcome::lost:
      break;
  }
  return probe::CommandOutcome::refused;
}

}  // namespace

MindedCommands::MindedCommands(boost::asio::any_io_executor executor, net::Clock& clock,
                               std::string shim)
    : runner_(std::move(executor), clock, std::move(shim)) {}

boost::asio::awaitable<Result<probe::CommandEnd>> MindedCommands::run(probe::Command command,
                                                                      Duration timeout) {
  act::StepCommand order;
  order.run = std::move(command.run);
  order.timeout = timeout;
  order.user = std::move(command.user);
  order.workdir = std::move(command.workdir);
  order.env = std::move(command.env);
  Result<act::Minded> minded = co_await runner_.run(std::move(order));
  if (!minded) {
    co_return failure(minded.error().fault,
                      fmt::format("cannot run the command: {}", minded.error().message));
  }
  const RunResult& result = minded->record.result;
  probe::CommandEnd end{.outcome = outcome_of(result.outcome),
                        .code = result.code,
                        .output = std::move(minded->output),
                        .note = result.message};
  if (result.outcome == RunOutcome::stopped) end.note = "it was stopped by a signal to its minder";
  if (minded->record.output.left_out > 0) {
    end.note +=
        fmt::format("{}{} of {} bytes of its output were left out", end.note.empty() ? "" : "; ",
                    minded->record.output.left_out, minded->record.output.bytes);
  }
  co_return end;
}

}  // namespace ripcord::runtime
