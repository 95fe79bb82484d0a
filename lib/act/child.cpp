#include "act/child.hpp"

#include "act/posix.hpp"

#include <fmt/format.h>

#include <array>
#include <cerrno>
#include <cstdint>
#include <fcntl.h>
#include <grp.h>
#include <linux/close_range.h>
#include <signal.h>  // NOLINT(modernize-deprecated-headers): sigprocmask is POSIX
#include <string_view>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace ripcord::act {
namespace {

enum class Stage : std::uint8_t { session, input, user, workdir, exec };

/// What a child that could not become its command says last.
struct Verdict {
  Stage stage{};
  int error = 0;
};

/// The child's half. From here to exec nothing is allocated and only system calls are made.
struct Raw {
  pid_t parent = 0;
  int output = -1;
  int gate = -1;
  int verdict = -1;
  const char* workdir = nullptr;
  const Account* become = nullptr;
  char* const* arguments = nullptr;
  char* const* environment = nullptr;
};

[[noreturn]] void give_up(const Raw& raw, Stage stage, int error) {
  const Verdict verdict{stage, error};
  disregard(::write(raw.verdict, &verdict, sizeof verdict));
  ::_exit(127);
}

void close_on_exec_from(int first) {
  if (::close_range(static_cast<unsigned>(first), ~0U, CLOSE_RANGE_CLOEXEC) == 0) return;
  // A kernel or a sandbox without close_range: what a keeper opens itself has low numbers.
  for (int number = first; number < 1024; ++number) (void)::fcntl(number, F_SETFD, FD_CLOEXEC);
}

void reset_signals() {
  // The system call itself: glibc keeps two signals from its callers, but lets posix_spawn() leave
  // them ignored. All zero means the default action, however the structure is laid out.
  constexpr std::array<unsigned long, 8> standard{};
  constexpr std::size_t mask_bytes = 8;
  for (int number = 1; number < NSIG; ++number) {
    (void)::syscall(SYS_rt_sigaction, number, standard.data(), nullptr, mask_bytes);
  }
  sigset_t none{};
  (void)::sigemptyset(&none);
  (void)::sigprocmask(SIG_SETMASK, &none, nullptr);  // NOLINT(concurrency-mt-unsafe): one thread
}

void connect(const Raw& raw) {
  const int nothing = ::open("/dev/null", O_RDONLY | O_CLOEXEC);
  if (nothing < 0 || ::dup2(nothing, STDIN_FILENO) < 0 || ::dup2(raw.output, STDOUT_FILENO) < 0 ||
      ::dup2(raw.output, STDERR_FILENO) < 0) {
    give_up(raw, Stage::input, errno);
  }
  close_on_exec_from(STDERR_FILENO + 1);
}

void become(const Raw& raw) {
  if (raw.become == nullptr) return;
  const Account& account = *raw.become;
  if (::setgroups(account.groups.size(), account.groups.data()) != 0) {
    give_up(raw, Stage::user, errno);
  }
  if (::setresgid(account.gid, account.gid, account.gid) != 0) give_up(raw, Stage::user, errno);
  if (::setresuid(account.uid, account.uid, account.uid) != 0) give_up(raw, Stage::user, errno);
}

/// Returns when the parent lets us go; the parent's death ends us here.
void wait_at_gate(const Raw& raw) {
  // After the change of user, which clears it. The parent may have died before.
  (void)::prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (::getppid() != raw.parent) ::_exit(127);
  char go = 0;
  ssize_t n = -1;
  do {
    n = ::read(raw.gate, &go, 1);
  } while (n < 0 && errno == EINTR);
  if (n != 1) ::_exit(127);
}

void reset_oom_score() {
  const int file = ::open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC);
  if (file < 0) return;
  disregard(::write(file, "0", 1));
  (void)::close(file);
}

[[noreturn]] void be_child(const Raw& raw) {
  if (::setsid() < 0) give_up(raw, Stage::session, errno);
  reset_oom_score();
  connect(raw);
  (void)::umask(022);
  become(raw);
  if (::chdir(raw.workdir) != 0) give_up(raw, Stage::workdir, errno);
  reset_signals();
  wait_at_gate(raw);
  (void)::execve(raw.arguments[0], raw.arguments, raw.environment);
  give_up(raw, Stage::exec, errno);
}

/// The array of pointers that exec wants; borrows from `texts`.
std::vector<char*> pointers_to(const std::vector<std::string>& texts) {
  std::vector<char*> pointers;
  pointers.reserve(texts.size() + 1);
  // execve() promises not to change them.
  for (const std::string& text : texts) pointers.push_back(const_cast<char*>(text.c_str()));
  pointers.push_back(nullptr);
  return pointers;
}

std::string_view hint(const std::string& program, int error) {
  if (error == ENOENT && ::access(program.c_str(), F_OK) == 0) {
    return " (it exists, but the interpreter in its first line does not)";
  }
  struct stat status{};
  if (error == EACCES && ::stat(program.c_str(), &status) == 0 && S_ISDIR(status.st_mode)) {
    return " (it is a directory)";
  }
  if (error == ENOEXEC) return " (a script needs a first line such as #!/bin/sh)";
  return "";
}

std::string words(const Verdict& verdict, const Execution& execution) {
  const std::string why = error_text(verdict.error);
  switch (verdict.stage) {
    case Stage::session:
      return fmt::format("cannot make a session: {}", why);
    case Stage::input:
      return fmt::format("cannot connect its input and output: {}", why);
    case Stage::user:
      return fmt::format("cannot become user {:?}: {}",
                         execution.become ? execution.become->name : "", why);
    case Stage::workdir:
      return fmt::format("cannot enter the workdir {}: {}", execution.workdir, why);
    case Stage::exec:
      break;
  }
  const std::string& program = execution.arguments.front();
  return fmt::format("cannot execute {}: {}{}", program, why, hint(program, verdict.error));
}

}  // namespace

Child::Child(pid_t pid, Descriptor gate, Descriptor verdict)
    : pid_(pid), gate_(std::move(gate)), verdict_(std::move(verdict)) {}

Result<Child> Child::fork(const Execution& execution, int output) {
  Result<Pipe> gate = make_pipe();
  if (!gate) return std::unexpected(gate.error());
  Result<Pipe> verdict = make_pipe();
  if (!verdict) return std::unexpected(verdict.error());
  const std::vector<char*> arguments = pointers_to(execution.arguments);
  const std::vector<char*> environment = pointers_to(execution.environment);
  const Raw raw{.parent = ::getpid(),
                .output = output,
                .gate = gate->read.get(),
                .verdict = verdict->write.get(),
                .workdir = execution.workdir.c_str(),
                .become = execution.become ? &*execution.become : nullptr,
                .arguments = arguments.data(),
                .environment = environment.data()};

  const pid_t pid = ::fork();
  if (pid < 0) return failed("cannot fork", errno);
  if (pid == 0) {
    gate->write.reset();  // else our own copy would keep the gate from closing when we are alone
    be_child(raw);
  }
  return Child(pid, std::move(gate->write), std::move(verdict->read));
}

void Child::release() {
  constexpr char go = 1;
  // A child that has died meanwhile is found by its end; SIGPIPE is ignored by the keeper.
  disregard(::write(gate_.get(), &go, 1));
  gate_.reset();
}

std::optional<std::string> Child::refusal(const Execution& execution) const {
  Verdict verdict;
  ssize_t n = -1;
  do {
    n = ::read(verdict_.get(), &verdict, sizeof verdict);
  } while (n < 0 && errno == EINTR);
  if (n != static_cast<ssize_t>(sizeof verdict)) return std::nullopt;
  return words(verdict, execution);
}

}  // namespace ripcord::act
