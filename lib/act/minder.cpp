#include "act/minder.hpp"

#include "act/child.hpp"
#include "act/environment.hpp"
#include "act/keeper.hpp"
#include "act/output.hpp"
#include "act/process.hpp"
#include "act/tree.hpp"
#include "act/watch.hpp"

#include <fmt/format.h>

#include <array>
#include <cerrno>
#include <charconv>
#include <chrono>
#include <optional>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>
#include <utility>

namespace ripcord::act {
namespace {

/// How long something may still print after the command itself has ended.
constexpr Duration linger = std::chrono::milliseconds(200);

constexpr std::string_view run_prefix = "run.";
constexpr std::string_view env_prefix = "env.";
constexpr std::string_view end_of_record = "\n\n";

Minded not_started(std::string why) {
  return {.record = {.result = {.outcome = RunOutcome::refused,
                                .code = 0,
                                .started_at = std::nullopt,
                                .ended_at = wall_time(),
                                .message = std::move(why)},
                     .output = {}},
          .output = {}};
}

Fields fields_of(const StepCommand& command) {
  Fields fields{{"timeout", std::to_string(command.timeout.count())},
                {"user", command.user},
                {"workdir", command.workdir}};
  for (std::size_t i = 0; i < command.run.size(); ++i) {
    fields.emplace_back(fmt::format("{}{}", run_prefix, i), command.run[i]);
  }
  for (const auto& [name, value] : command.env) {
    fields.emplace_back(fmt::format("{}{}", env_prefix, name), value);
  }
  return fields;
}

/// The order, as it comes; nothing when the other end is closed before it is whole.
std::optional<std::string> read_order(int leash) {
  std::string text;
  std::array<char, 4096> buffer{};
  while (!text.ends_with(end_of_record) && text.size() <= record_bytes_max) {
    const ssize_t n = ::read(leash, buffer.data(), buffer.size());
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return std::nullopt;
    text.append(buffer.data(), static_cast<std::size_t>(n));
  }
  return text;
}

/// One command, from the order to the answer.
class Minder {
 public:
  Minder(StepCommand command, Watch& watch) : command_(std::move(command)), watch_(watch) {}

  Minded run() {
    if (const Result<void> begun = begin(); !begun) return not_started(begun.error().message);
    const Duration deadline = began_ + command_.timeout;
    while (!watch_.end() && !watch_.is_stop_asked() && monotonic_time() < deadline) {
      watch_.pump(deadline);
    }
    const bool ended = watch_.end().has_value();
    const Duration until = monotonic_time() + linger;
    while (ended && watch_.is_output_open() && monotonic_time() < until) watch_.pump(until);
    const std::size_t left = kill_tree(watch_);
    watch_.take_rest();
    output_->finish();
    return result(ended, left);
  }

 private:
  Result<void> begin() {
    const Result<Account> account =
        command_.user.empty() ? own_account() : account_named(command_.user);
    if (!account) return std::unexpected(account.error());
    execution_ = {.arguments = command_.run,
                  .environment = environment_of(command_, *account, {}),
                  .workdir = command_.workdir.empty() ? "/" : command_.workdir,
                  .become = std::nullopt};
    if (account->uid != ::geteuid()) execution_.become = *account;
    // What it prints is kept where nobody else sees it, and is gone with us.
    const Descriptor kept(::memfd_create("output", MFD_CLOEXEC));
    memory_ = Descriptor(kept ? ::dup(kept.get()) : -1);
    output_.emplace(Descriptor(kept ? ::dup(kept.get()) : -1));
    Result<Pipe> pipe = make_pipe();
    if (!pipe) return std::unexpected(pipe.error());
    Result<Child> child = Child::fork(execution_, pipe->write.get());
    if (!child) return std::unexpected(child.error());
    child_ = std::move(*child);
    started_at_ = wall_time();
    began_ = monotonic_time();
    watch_.follow(child_->pid(), std::move(pipe->read), *output_);
    child_->release();
    return {};
  }

  Minded result(bool ended, std::size_t left) {
    Minded minded;
    RunResult& result = minded.record.result;
    const Duration end = ended ? watch_.end()->at : monotonic_time();
    result.started_at = started_at_;
    result.ended_at = started_at_ + (end - began_);
    result.outcome = watch_.is_stop_asked() ? RunOutcome::stopped : RunOutcome::timed_out;
    if (ended) judge(watch_.end()->status, result);
    if (left > 0) result.message += fmt::format("{} processes could not be ended", left);
    minded.record.output = output_->count();
    if (memory_ && ::lseek(memory_.get(), 0, SEEK_SET) == 0) {
      minded.output = read_all(memory_.get(), answer_bytes_max).value_or("");
    }
    return minded;
  }

  void judge(int status, RunResult& result) const {
    if (const std::optional<std::string> refusal = child_->refusal(execution_)) {
      result.outcome = RunOutcome::refused;
      result.started_at.reset();
      result.message = *refusal;
    } else {
      const bool by_signal = WIFSIGNALED(status);
      result.outcome = by_signal ? RunOutcome::signalled : RunOutcome::exited;
      result.code = by_signal ? WTERMSIG(status) : WEXITSTATUS(status);
    }
  }

  StepCommand command_;
  Watch& watch_;
  Execution execution_;
  Descriptor memory_;
  std::optional<OutputKeeper> output_;
  std::optional<Child> child_;
  Instant started_at_;
  Duration began_{};  ///< monotonic
};

}  // namespace

Result<void> check_mindable(const StepCommand& command) {
  const Fields fields = fields_of(command);
  const std::size_t bytes = format_fields(fields).size() + end_of_record.size();
  if (fields.size() <= record_fields_max && bytes <= record_bytes_max) return {};
  return failure(Fault::too_large,
                 fmt::format("the command and its environment are too long: at most {} words and "
                             "variables, and {} bytes",
                             record_fields_max - 3, record_bytes_max));
}

std::string format_order(const StepCommand& command) {
  return format_fields(fields_of(command)) + "\n";
}

Result<StepCommand> parse_order(std::string_view text) {
  if (!text.ends_with(end_of_record)) return failure(Fault::malformed, "the order is cut");
  const Result<Fields> fields = parse_fields(text.substr(0, text.size() - 1));
  if (!fields) return std::unexpected(fields.error());
  StepCommand command;
  for (const auto& [key, value] : *fields) {
    if (key.starts_with(run_prefix)) command.run.push_back(value);
    if (key.starts_with(env_prefix)) command.env.emplace_back(key.substr(env_prefix.size()), value);
  }
  command.user = value_of(*fields, "user").value_or("");
  command.workdir = value_of(*fields, "workdir").value_or("");
  const std::string_view timeout = value_of(*fields, "timeout").value_or("");
  Duration::rep microseconds = 0;
  const auto parsed =
      std::from_chars(timeout.data(), timeout.data() + timeout.size(), microseconds);
  if (parsed.ec != std::errc() || microseconds <= 0) {
    return failure(Fault::malformed, "the order has no timeout");
  }
  command.timeout = Duration(microseconds);
  if (command.run.empty() || !command.run.front().starts_with('/')) {
    return failure(Fault::malformed, "the order does not begin with an absolute path");
  }
  return command;
}

std::string format_answer(const Minded& minded) {
  return format_fields(to_fields(minded.record)) + "\n" + minded.output;
}

Result<Minded> parse_answer(std::string_view text) {
  const std::size_t end = text.find(end_of_record);
  if (end == std::string_view::npos) return failure(Fault::malformed, "its minder vanished");
  const Result<Fields> fields = parse_fields(text.substr(0, end + 1));
  if (!fields) return std::unexpected(fields.error());
  Result<ResultRecord> record = parse_result(*fields);
  if (!record) return std::unexpected(record.error());
  return Minded{.record = std::move(*record),
                .output = std::string(text.substr(end + end_of_record.size()))};
}

int mind(Descriptor leash) {
  (void)::setsid();  // fails where the starter has done so
  Result<Watch> watch = Watch::start();
  if (!watch) return keeper_exit::broken;
  (void)::prctl(PR_SET_CHILD_SUBREAPER, 1);
  const std::optional<std::string> order = read_order(leash.get());
  if (!order) return keeper_exit::done;  // nobody wants it any more
  watch->hold(leash.get());
  Result<StepCommand> command = parse_order(*order);
  const Minded minded =
      command ? Minder(std::move(*command), *watch).run() : not_started(command.error().message);
  const std::string answer = format_answer(minded);
  return write_all(leash.get(), answer) == answer.size() ? keeper_exit::done : keeper_exit::broken;
}

}  // namespace ripcord::act
