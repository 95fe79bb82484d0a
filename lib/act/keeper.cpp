#include "act/keeper.hpp"

#include "act/child.hpp"
#include "act/environment.hpp"
#include "act/output.hpp"
#include "act/posix.hpp"
#include "act/process.hpp"
#include "act/record.hpp"
#include "act/run_directory.hpp"
#include "act/shim_process.hpp"
#include "act/tree.hpp"
#include "act/watch.hpp"
#include "base/text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdint>
#include <cstdio>
#include <fcntl.h>
#include <optional>
#include <sched.h>
#include <signal.h>  // NOLINT(modernize-deprecated-headers): kill is POSIX
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>
#include <utility>
#include <vector>

namespace ripcord::act {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

/// How long a machine that is out of processes or memory is asked again for one.
constexpr Duration fork_patience = seconds(5);
/// How long what a command leaves behind may take to end by itself, such as the `tee` of its log.
constexpr Duration linger = milliseconds(200);

enum class Ending : std::uint8_t { by_itself, timed_out, stopped };

/// The result of a run whose command was never started.
ResultRecord not_started(RunOutcome outcome, std::string why) {
  return {.result = {.outcome = outcome,
                     .code = 0,
                     .started_at = std::nullopt,
                     .ended_at = wall_time(),
                     .message = std::move(why)},
          .output = {}};
}

/// One run, from the lock to the result.
class Keeper {
 public:
  Keeper(const RunDirectory& directory, StepCommand command, const Result<Account>& account,
         Watch& watch)
      : directory_(directory), command_(std::move(command)), account_(account), watch_(watch) {}

  ResultRecord run();

 private:
  [[nodiscard]] Result<void> record_shim() const;
  Result<void> begin();
  [[nodiscard]] Result<Execution> plan();
  Result<Child> fork_patiently(int output);
  Result<void> record_start(pid_t pid);
  void go_on_until_end();
  void let_linger();
  void end_tree();
  ResultRecord result();
  void judge_status(RunResult& result) const;
  void note_output();

  const RunDirectory& directory_;
  StepCommand command_;
  const Result<Account>& account_;  ///< as whom it runs
  Watch& watch_;
  std::optional<OutputKeeper> output_;
  bool recorded_ = false;  ///< the journal has the intent
  Execution execution_;
  std::optional<Child> child_;
  Instant started_at_;
  Duration began_{};  ///< monotonic
  Ending ending_ = Ending::by_itself;
  std::vector<std::string> notes_;
};

ResultRecord Keeper::run() {
  watch_.pump(Duration::zero());
  if (watch_.is_stop_asked()) return not_started(RunOutcome::stopped, "before it began");
  if (const Result<void> begun = begin(); !begun) {
    return not_started(RunOutcome::refused, begun.error().message);
  }
  go_on_until_end();
  if (ending_ == Ending::by_itself) {
    let_linger();
  } else {
    end_tree();
  }
  watch_.take_rest();
  output_->finish();
  return result();
}

Result<void> Keeper::record_shim() const {
  const ShimRecord record{.process = mark_of(::getpid()), .boot_id = boot_id()};
  return directory_.write(run_file::shim, to_fields(record), Durability::this_boot);
}

Result<void> Keeper::begin() {
  Result<Execution> execution = plan();
  if (!execution) return std::unexpected(execution.error());
  execution_ = std::move(*execution);
  Result<Pipe> pipe = make_pipe();
  if (!pipe) return std::unexpected(pipe.error());

  Result<Descriptor> file = directory_.open_output();
  output_.emplace(file ? std::move(*file) : Descriptor());
  if (!file) notes_.push_back("output was not kept: " + file.error().message);

  Result<Child> child = fork_patiently(pipe->write.get());
  if (!child) return std::unexpected(child.error());
  child_ = std::move(*child);
  watch_.follow(child_->pid(), std::move(pipe->read), *output_);
  if (Result<void> recorded = record_start(child_->pid()); !recorded) {
    child_.reset();  // closes the gate: it ends without having begun
    return recorded;
  }
  child_->release();
  (void)::sched_yield();  // it must not wait for what we do next, where both share a core
  if (const auto recorded = record_shim(); !recorded) notes_.push_back(recorded.error().message);
  return {};
}

Result<Execution> Keeper::plan() {
  const Result<Fields> facts = directory_.read(run_file::facts);
  if (!facts) return std::unexpected(facts.error());
  recorded_ = value_of(*facts, "recorded") == "yes";
  if (command_.run.empty() || !command_.run.front().starts_with('/')) {
    return failure(Fault::malformed, "its command does not begin with an absolute path");
  }
  Execution execution{.arguments = command_.run,
                      .environment = {},
                      .workdir = command_.workdir.empty() ? "/" : command_.workdir,
                      .become = std::nullopt};
  if (!account_) return std::unexpected(account_.error());
  if (account_->uid != ::geteuid()) execution.become = *account_;
  execution.environment = environment_of(command_, *account_, *facts);
  return execution;
}

Result<Child> Keeper::fork_patiently(int output) {
  const Duration until = monotonic_time() + fork_patience;
  for (;;) {
    Result<Child> child = Child::fork(execution_, output);
    const bool may_work_later = !child && child.error().fault == Fault::full;
    if (!may_work_later || monotonic_time() >= until) return child;
    watch_.pump(monotonic_time() + milliseconds(100));
  }
}

/// From here on nobody will ever start this run again.
Result<void> Keeper::record_start(pid_t pid) {
  started_at_ = wall_time();
  began_ = monotonic_time();
  const StartedRecord record{.process = mark_of(pid), .at = started_at_};
  auto written = directory_.write(run_file::started, to_fields(record), Durability::this_boot);
  // With the intent in the journal it need not survive this boot: after another one a run without
  // a result counts as lost, whatever is found of it.
  if (!written || recorded_) return written;
  // A disk that fails now does not keep the command from running: the fence still holds for as
  // long as the machine is up.
  if (auto synced = directory_.sync(); !synced) notes_.push_back(synced.error().message);
  return {};
}

void Keeper::go_on_until_end() {
  const Duration deadline = monotonic_time() + command_.timeout;
  while (!watch_.end() && !watch_.is_stop_asked() && monotonic_time() < deadline) {
    watch_.pump(deadline);
  }
  if (!watch_.end()) ending_ = watch_.is_stop_asked() ? Ending::stopped : Ending::timed_out;
}

/// What is still there after that was left running on purpose, and is left alone.
void Keeper::let_linger() {
  const Duration until = monotonic_time() + linger;
  while (watch_.is_output_open() && monotonic_time() < until) watch_.pump(until);
  if (await_empty_tree(watch_, until)) return;
  const std::size_t left = descendants_of(::getpid()).size();
  if (left == 1) notes_.emplace_back("1 process left running");
  if (left > 1) notes_.push_back(fmt::format("{} processes left running", left));
}

void Keeper::end_tree() {
  signal_tree(SIGTERM);
  signal_tree(SIGCONT);  // a stopped process hears TERM only when it goes on
  if (await_empty_tree(watch_, monotonic_time() + command_.grace)) return;

  notes_.push_back(fmt::format("killed after a grace of {}", for_people(command_.grace)));
  const std::size_t left = kill_tree(watch_);
  if (left > 0) notes_.push_back(fmt::format("{} of its processes could not be ended", left));
}

ResultRecord Keeper::result() {
  const std::optional<Watch::End>& end = watch_.end();
  // By the monotonic clock, so that a step of the wall clock makes no length negative.
  const Duration length = (end ? end->at : monotonic_time()) - began_;
  RunResult result{
      .outcome = ending_ == Ending::stopped ? RunOutcome::stopped : RunOutcome::timed_out,
      .code = 0,
      .started_at = started_at_,
      .ended_at = started_at_ + length,
      .message = {}};
  if (ending_ == Ending::by_itself) judge_status(result);
  result.irreversible = output_->irreversible();
  note_output();
  for (const std::string& note : notes_) {
    result.message += (result.message.empty() ? "" : "; ") + note;
  }
  return {.result = std::move(result), .output = output_->count()};
}

void Keeper::judge_status(RunResult& result) const {
  const int status = watch_.end()->status;
  if (const std::optional<std::string> refusal = child_->refusal(execution_)) {
    result.outcome = RunOutcome::refused;
    result.started_at.reset();
    result.message = *refusal;
  } else if (WIFSIGNALED(status)) {
    result.outcome = RunOutcome::signalled;
    result.code = WTERMSIG(status);
  } else {
    result.outcome = RunOutcome::exited;
    result.code = WEXITSTATUS(status);
  }
}

void Keeper::note_output() {
  if (output_->error() == 0) return;
  notes_.push_back(fmt::format("{} of {} bytes of its output were not kept: {}",
                               output_->count().left_out, output_->count().bytes,
                               error_text(output_->error())));
}

/// As whom the command runs.
Result<Account> account_of(const StepCommand& command) {
  return command.user.empty() ? own_account() : account_named(command.user);
}

/// To standard error, which is the daemon's or the journal's.
int complain(const Error& error, int exit_code) {
  fmt::print(stderr, "ripcord-shim: {}\n", printable(error.message));
  return exit_code;
}

/// A keeper should be the last to go when memory runs out; it may not be allowed to say so.
void protect_from_oom_killer() {
  const Descriptor file(::open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC));
  if (file) (void)write_all(file.get(), "-500");
}

/// Reads and discards for as long as something that was left running may print, so that it does
/// not die of SIGPIPE. In a process of its own: the keeper's end is the end of the run.
void leave_drain(Descriptor pipe) {
  if (::fork() != 0) return;
  (void)::prctl(PR_SET_NAME, "ripcord-drain");
  (void)::signal(SIGTERM, SIG_DFL);
  (void)::signal(SIGINT, SIG_DFL);
  sigset_t none{};
  (void)::sigemptyset(&none);
  (void)::sigprocmask(SIG_SETMASK, &none, nullptr);  // NOLINT(concurrency-mt-unsafe): one thread
  (void)::fcntl(pipe.get(), F_SETFL, 0);
  (void)::dup2(pipe.get(), STDIN_FILENO);
  // It may live for long: it must keep no file, no directory and nobody's standard error open.
  (void)::close_range(STDOUT_FILENO, ~0U, 0);
  disregard(::chdir("/"));
  std::array<char, 4096> buffer{};
  ssize_t n = 0;
  do {
    n = ::read(STDIN_FILENO, buffer.data(), buffer.size());
  } while (n > 0 || (n < 0 && errno == EINTR));
  ::_exit(0);
}

}  // namespace

int keep(const std::string& run_directory, const Result<StepCommand>& command, bool standby) {
  (void)::setsid();  // fails where the starter has done so
  Result<Watch> watch = Watch::start();
  if (!watch) return complain(watch.error(), keeper_exit::broken);
  protect_from_oom_killer();
  (void)::prctl(PR_SET_CHILD_SUBREAPER, 1);
  const Result<Account> account = command ? account_of(*command) : own_account();
  if (standby) {
    // It may wait for an hour, and must not have to be read from disk then. Late is not lost.
    (void)::mlockall(MCL_CURRENT);
    if (!await_release()) return keeper_exit::done;
  }

  const Result<RunDirectory> directory = RunDirectory::open(run_directory);
  if (!directory) return complain(directory.error(), keeper_exit::no_run);

  const Result<Descriptor> lock = directory->take_lock();
  if (!lock && lock.error().fault == Fault::busy) return keeper_exit::not_ours;
  if (!lock) return complain(lock.error(), keeper_exit::broken);
  if (directory->may_have(run_file::result)) return keeper_exit::done;
  if (directory->may_have(run_file::started)) return keeper_exit::not_ours;

  const ResultRecord record = command ? Keeper(*directory, *command, account, *watch).run()
                                      : not_started(RunOutcome::refused, command.error().message);
  const auto written = directory->write(run_file::result, to_fields(record), Durability::lasting);
  if (watch->is_output_open()) leave_drain(watch->release_pipe());
  return written ? keeper_exit::done : complain(written.error(), keeper_exit::broken);
}

}  // namespace ripcord::act
