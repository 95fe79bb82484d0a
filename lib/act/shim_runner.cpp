#include "act/shim_runner.hpp"

#include "act/environment.hpp"
#include "act/keeper.hpp"
#include "act/process.hpp"
#include "act/record.hpp"
#include "act/run_place.hpp"
#include "act/shim_process.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/system/system_error.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <sched.h>
#include <signal.h>  // NOLINT(modernize-deprecated-headers): SIGTERM for pidfd_send_signal
#include <sys/wait.h>
#include <unistd.h>
#include <utility>

// glibc 2.36 forgot to say that these are C functions.
extern "C" {
#include <sys/pidfd.h>
}

namespace ripcord::act {
namespace {

namespace asio = boost::asio;

/// How soon a question is asked again that could not be answered, for want of descriptors say.
constexpr Duration look_again = std::chrono::milliseconds(50);

std::string describe_status(int status) {
  if (WIFSIGNALED(status)) return fmt::format("ended by signal {}", WTERMSIG(status));
  return fmt::format("exited {}", WEXITSTATUS(status));
}

}  // namespace

ShimRunner::ShimRunner(asio::any_io_executor executor, net::Clock& clock,
                       ShimRunnerSettings settings)
    : executor_(std::move(executor)),
      clock_(clock),
      settings_(std::move(settings)),
      boot_id_(boot_id()) {}

void ShimRunner::stand_by(const RunOrder& order) {
  reap();
  const std::string path = expected_run(settings_.places, order.id);
  ShimArguments arguments = arguments_of(order, path);
  arguments.standby = true;
  std::vector<std::string> command_line = to_command_line(settings_.shim, arguments);
  const auto there = standbys_.find(order.facts.service);
  if (there != standbys_.end() && there->second.command_line == command_line) return;
  stand_down(order.facts.service);
  Result<StandbyKeeper> keeper = spawn_standby(command_line);
  if (keeper) {
    standbys_.emplace(order.facts.service, Standby{.command_line = std::move(command_line),
                                                   .run_directory = path,
                                                   .keeper = std::move(*keeper)});
  }
  // What fails here will fail again, and be told, in claim() and launch().
  (void)make_spare_run(settings_.places);
}

/// It hears of it, ends, and is reaped later.
void ShimRunner::stand_down(const std::string& service) {
  const auto standby = standbys_.extract(service);
  if (!standby) return;
  keepers_.push_back(
      {.run_directory = "", .pid = standby.mapped().keeper.pid, .status = std::nullopt});
}

Result<void> ShimRunner::claim(const RunOrder& order) {
  Result<void> made = make_run(settings_.places, order, boot_id_);
  if (!made) stand_down(order.facts.service);
  return made;
}

Result<void> ShimRunner::launch(const RunOrder& order) {
  reap();
  const std::optional<std::string> path = find_run(settings_.places, order.id);
  if (!path)
    return failure(Fault::missing, fmt::format("{} {} was never claimed", order.id.deployment,
                                               to_string(order.id.step)));
  const Result<RunDirectory> directory = RunDirectory::open(*path);
  if (!directory) return std::unexpected(directory.error());
  if (!directory->may_have(run_file::facts)) {  // we died while claiming it
    auto prepared = complete_run(*directory, facts_of(order, *path, boot_id_));
    if (!prepared) return prepared;
  }
  if (release_standby(order.facts.service, *path)) return {};
  const Result<pid_t> pid =
      spawn_keeper(to_command_line(settings_.shim, arguments_of(order, *path)));
  if (!pid) return std::unexpected(pid.error());
  keepers_.push_back({.run_directory = *path, .pid = *pid, .status = std::nullopt});
  return {};
}

ShimArguments ShimRunner::arguments_of(const RunOrder& order, const std::string& run_directory) {
  return {.configuration = order.configuration,
          .service = order.facts.service,
          .step = order.id.step,
          .run_directory = run_directory};
}

/// Whether a keeper stood by for that run and goes on now. One for another run is of no use.
bool ShimRunner::release_standby(const std::string& service, const std::string& run_directory) {
  const auto standby = standbys_.find(service);
  if (standby == standbys_.end()) return false;
  const bool released =
      standby->second.run_directory == run_directory && release(standby->second.keeper);
  if (!released) {
    stand_down(service);
    return false;
  }
  keepers_.push_back(
      {.run_directory = run_directory, .pid = standby->second.keeper.pid, .status = std::nullopt});
  standbys_.erase(standby);
  (void)::sched_yield();  // it must not wait for what we do next, where both share a core
  return true;
}

std::vector<std::string> ShimRunner::deployments() {
  return deployments_in(settings_.places);
}

RunState ShimRunner::inspect(const RunId& id) {
  reap();
  const std::optional<std::string> path = find_run(settings_.places, id);
  if (!path) return RunState::absent;
  const Result<RunDirectory> directory = RunDirectory::open(*path);
  if (directory) return state_of(*directory);
  return directory.error().fault == Fault::full ? RunState::running : RunState::lost;
}

asio::awaitable<RunResult> ShimRunner::ended(RunId id) {
  bool is_sure = false;
  for (;;) {
    reap();
    std::optional<RunResult> result = conclude(id);
    if (result && (is_sure || result->outcome != RunOutcome::lost)) co_return std::move(*result);
    Descriptor process;
    if (result) {
      is_sure = true;  // after another look: what dies with its keeper needs a moment to do so
    } else {
      process = process_of_keeper(id);
    }
    co_await keeper_gone(std::move(process));
  }
}

void ShimRunner::stop(const RunId& id) {
  reap();
  const std::optional<std::string> path = find_run(settings_.places, id);
  const Result<RunDirectory> directory =
      path ? RunDirectory::open(*path) : failure(Fault::missing, "no such run");
  if (!directory || directory->may_have(run_file::result)) return;
  const Descriptor process = process_of_keeper(id);
  if (process) (void)::pidfd_send_signal(process.get(), SIGTERM, nullptr, 0);
}

std::string ShimRunner::output(const RunId& id, std::size_t bytes_max) {
  const std::optional<std::string> path = find_run(settings_.places, id);
  const Result<RunDirectory> directory =
      path ? RunDirectory::open(*path) : failure(Fault::missing, "no such run");
  return directory ? directory->output_tail(bytes_max) : std::string();
}

RunState ShimRunner::state_of(const RunDirectory& directory) const {
  // In this order: a keeper has the lock before it starts anything, until its result is there. So
  // what has started, and then has neither keeper nor result, is lost.
  const bool started = directory.may_have(run_file::started);
  const Result<std::optional<pid_t>> holder = directory.lock_holder();
  if (directory.may_have(run_file::result)) {
    const Result<Fields> fields = directory.read(run_file::result);
    if (fields && parse_result(*fields)) return RunState::ended;
    const bool unreadable_now = !fields && fields.error().fault == Fault::full;
    return unreadable_now ? RunState::running : RunState::lost;
  }
  if (!holder || *holder) return RunState::running;
  if (keeper_of(directory)) return RunState::running;  // ours has not taken the lock yet
  if (started) return RunState::lost;
  return is_of_this_boot(directory) ? RunState::claimed : RunState::lost;
}

/// True, too, without facts: no keeper starts anything then.
bool ShimRunner::is_of_this_boot(const RunDirectory& directory) const {
  const Result<Fields> facts = directory.read(run_file::facts);
  if (!facts) return facts.error().fault == Fault::missing;
  return value_of(*facts, "boot_id") == boot_id_;
}

/// Who has the lock, or else a living keeper of ours.
std::optional<pid_t> ShimRunner::keeper_of(const RunDirectory& directory) const {
  const Result<std::optional<pid_t>> holder = directory.lock_holder();
  if (holder && *holder) return *holder;
  const auto own = std::find_if(keepers_.begin(), keepers_.end(), [&](const Keeper& keeper) {
    return !keeper.status && keeper.run_directory == directory.path();
  });
  if (own == keepers_.end()) return std::nullopt;
  return own->pid;
}

/// A pidfd; empty when there is no keeper, or none can be had now.
Descriptor ShimRunner::process_of_keeper(const RunId& id) const {
  const std::optional<std::string> path = find_run(settings_.places, id);
  const Result<RunDirectory> directory =
      path ? RunDirectory::open(*path) : failure(Fault::missing, "no such run");
  if (!directory) return {};
  const std::optional<pid_t> before = keeper_of(*directory);
  if (!before || *before <= 0) return {};
  Descriptor process(::pidfd_open(*before, 0));
  // The pid may have been used again in between; who has the lock now is a keeper of this run.
  return keeper_of(*directory) == before ? std::move(process) : Descriptor();
}

std::optional<RunResult> ShimRunner::conclude(const RunId& id) {
  const std::optional<std::string> path = find_run(settings_.places, id);
  if (!path) return untold(RunOutcome::lost, "its run directory is gone");
  const Result<RunDirectory> directory = RunDirectory::open(*path);
  if (directory) {
    std::optional<RunResult> result = conclude(*directory);
    if (result) {
      std::erase_if(keepers_,
                    [&](const Keeper& k) { return k.status && k.run_directory == *path; });
    }
    return result;
  }
  if (directory.error().fault == Fault::full) return std::nullopt;
  return untold(RunOutcome::lost, directory.error().message);
}

std::optional<RunResult> ShimRunner::conclude(const RunDirectory& directory) {
  switch (state_of(directory)) {
    case RunState::ended: {
      const Result<Fields> fields = directory.read(run_file::result);
      if (!fields) return std::nullopt;
      const Result<ResultRecord> record = parse_result(*fields);
      return record ? record->result : lost(directory);
    }
    case RunState::lost:
      return lost(directory);
    case RunState::claimed:
      return refuse(directory);
    case RunState::absent:
    case RunState::running:
      break;
  }
  return std::nullopt;
}

/// Ends a run that was never started, for good: under the lock, so that no late keeper starts it.
/// Without the lock, or without a result that a late keeper would find, that is not certain: it is
/// lost then.
std::optional<RunResult> ShimRunner::refuse(const RunDirectory& directory) {
  const Result<Descriptor> lock = directory.take_lock();
  if (!lock && lock.error().fault == Fault::busy) return std::nullopt;
  if (directory.may_have(run_file::started) || directory.may_have(run_file::result)) {
    return std::nullopt;
  }
  RunResult result = untold(RunOutcome::refused, how_keeper_ended(directory.path()));
  if (!lock) {
    result.outcome = RunOutcome::lost;
    result.message += "; no other keeper could be kept out: " + lock.error().message;
  }
  const ResultRecord record{.result = result, .output = {}};
  const auto written = directory.write(run_file::result, to_fields(record), Durability::lasting);
  if (!written) {
    result.outcome = RunOutcome::lost;
    result.message += "; this could not be recorded: " + written.error().message;
  }
  return result;
}

RunResult ShimRunner::lost(const RunDirectory& directory) const {
  RunResult result = untold(RunOutcome::lost, "its keeper vanished");
  const Result<Fields> fields = directory.read(run_file::started);
  const Result<StartedRecord> started =
      fields ? parse_started(*fields) : std::unexpected(fields.error());
  if (started) result.started_at = started->at;
  if (!is_of_this_boot(directory)) {
    result.message = "the machine was restarted meanwhile";
  } else if (started && is_alive(started->process)) {
    result.message += fmt::format("; its command, process {}, still runs", started->process.pid);
  }
  return result;
}

RunResult ShimRunner::untold(RunOutcome outcome, std::string why) const {
  return {.outcome = outcome,
          .code = 0,
          .started_at = std::nullopt,
          .ended_at = clock_.now(),
          .message = std::move(why)};
}

std::string ShimRunner::how_keeper_ended(const std::string& run_directory) const {
  for (const Keeper& keeper : keepers_) {
    const bool tells = keeper.status && keeper.run_directory == run_directory;
    if (tells) return fmt::format("{} {}", settings_.shim, describe_status(*keeper.status));
  }
  return "it has no keeper";
}

/// Waits for the end of `process`, or, without one, for a moment.
asio::awaitable<void> ShimRunner::keeper_gone(Descriptor process) {
  asio::posix::stream_descriptor handle(executor_);
  boost::system::error_code error;
  if (!process) error = asio::error::bad_descriptor;
  if (process) (void)handle.assign(process.get(), error);
  if (!error) {
    (void)process.release();  // it is the handle's now
    std::tie(error) = co_await handle.async_wait(asio::posix::descriptor_base::wait_read,
                                                 asio::as_tuple(asio::use_awaitable));
  }
  if (error == asio::error::operation_aborted) throw boost::system::system_error(error);
  if (error) co_await clock_.sleep_until(clock_.now() + look_again);
}

void ShimRunner::reap() {
  for (Keeper& keeper : keepers_) {
    int status = 0;
    if (!keeper.status && ::waitpid(keeper.pid, &status, WNOHANG) == keeper.pid) {
      keeper.status = status;
    }
  }
  // Of one that was dismissed nobody will ask.
  std::erase_if(keepers_, [](const Keeper& k) { return k.status && k.run_directory.empty(); });
}

}  // namespace ripcord::act
