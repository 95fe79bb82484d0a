#include "ripcord/child_program.hpp"

#include "act/posix.hpp"
#include "base/text.hpp"

#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <optional>
#include <spawn.h>
#include <string_view>
#include <sys/epoll.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

// glibc 2.36 forgot to say that these are C functions.
extern "C" {
#include <sys/pidfd.h>
}

namespace asio = boost::asio;

namespace ripcord::cli {
namespace {

constexpr int killed_by = 128;  // what a shell adds to a signal

std::string signal_name(int signal) {
  const char* name = ::sigabbrev_np(signal);
  return name == nullptr ? fmt::format("signal {}", signal) : fmt::format("SIG{}", name);
}

/// Our environment with `variables` in place of any of the same names.
std::vector<std::string> environment_with(
    const std::vector<std::pair<std::string, std::string>>& variables) {
  std::vector<std::string> environment;
  for (char** entry = ::environ; entry != nullptr && *entry != nullptr; ++entry) {
    const std::string_view given(*entry);
    const std::string_view name = given.substr(0, given.find('='));
    const bool is_ours = std::ranges::any_of(
        variables, [name](const auto& variable) { return variable.first == name; });
    if (!is_ours) environment.emplace_back(given);
  }
  for (const auto& [name, value] : variables) {
    environment.push_back(fmt::format("{}={}", name, value));
  }
  return environment;
}

/// As execve wants them. Borrows `words`.
std::vector<char*> pointers(std::vector<std::string>& words) {
  std::vector<char*> pointers;
  pointers.reserve(words.size() + 1);
  for (std::string& word : words) pointers.push_back(word.data());
  pointers.push_back(nullptr);
  return pointers;
}

Result<pid_t> spawn(const HeldSignals& signals, const std::string& path,
                    std::vector<std::string> words, std::vector<std::string> environment) {
  ::posix_spawnattr_t attributes{};
  if (const int error = ::posix_spawnattr_init(&attributes); error != 0) {
    return act::failed("cannot run " + path, error);
  }
  // With the signals as they were for us: what is held here is not to be held there.
  ::posix_spawnattr_setsigmask(&attributes, &signals.before());
  ::posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK);
  pid_t pid = 0;
  const int error = ::posix_spawn(&pid, path.c_str(), nullptr, &attributes, pointers(words).data(),
                                  pointers(environment).data());
  ::posix_spawnattr_destroy(&attributes);
  if (error != 0) return act::failed("cannot run " + path, error);
  return pid;
}

/// What is heard of a running child: its end, and the signals that we are sent.
class Ears {
 public:
  static Result<Ears> open(const HeldSignals& signals, pid_t child) {
    Ears ears;
    ears.process_ = act::Descriptor(::pidfd_open(child, 0));
    ears.signals_ = act::Descriptor(::signalfd(-1, &signals.held(), SFD_NONBLOCK | SFD_CLOEXEC));
    ears.both_ = act::Descriptor(::epoll_create1(EPOLL_CLOEXEC));
    if (!ears.process_ || !ears.signals_ || !ears.both_) {
      return act::failed("cannot watch the command", errno);
    }
    for (const int each : {ears.process_.get(), ears.signals_.get()}) {
      ::epoll_event readable{};
      readable.events = EPOLLIN;
      if (::epoll_ctl(ears.both_.get(), EPOLL_CTL_ADD, each, &readable) != 0) {
        return act::failed("cannot watch the command", errno);
      }
    }
    return ears;
  }

  /// Readable when there is something to be heard. Gives up its ownership.
  [[nodiscard]] int release() { return both_.release(); }

  /// The next signal; nothing when no other one is pending.
  [[nodiscard]] std::optional<::signalfd_siginfo> next_signal() const {
    ::signalfd_siginfo signal{};
    if (::read(signals_.get(), &signal, sizeof signal) != sizeof signal) return std::nullopt;
    return signal;
  }

 private:
  Ears() = default;

  act::Descriptor process_;
  act::Descriptor signals_;
  act::Descriptor both_;
};

/// Takes what we have been sent, and passes it on. Without a child that lives, it is only noted.
void take_signals(const Ears& ears, std::optional<pid_t> child, ProgramEnd& end) {
  while (const auto signal = ears.next_signal()) {
    const int number = static_cast<int>(signal->ssi_signo);
    if (end.asked_to_end_by == 0 && asks_to_end(number)) end.asked_to_end_by = number;
    // The kernel sends the signals of a terminal to everybody in the foreground.
    const bool has_it_already = signal->ssi_code == SI_KERNEL;
    if (child && !has_it_already) (void)::kill(*child, number);
  }
}

/// Whether it has ended; `end` tells how then.
bool reap(pid_t child, ProgramEnd& end) {
  int status = 0;
  if (::waitpid(child, &status, WNOHANG) != child) return false;
  end.was_killed = WIFSIGNALED(status);
  end.code = end.was_killed ? WTERMSIG(status) : WEXITSTATUS(status);
  return true;
}

}  // namespace

std::uint8_t ProgramEnd::exit_code() const {
  if (was_killed) return static_cast<std::uint8_t>(killed_by + code);
  if (code == 0 && asked_to_end_by != 0) {
    return static_cast<std::uint8_t>(killed_by + asked_to_end_by);
  }
  return static_cast<std::uint8_t>(code);
}

std::string describe(const std::string& program, const ProgramEnd& end) {
  const std::string interrupted =
      end.asked_to_end_by == 0
          ? ""
          : fmt::format("interrupted by {}; ", signal_name(end.asked_to_end_by));
  const std::string name = printable(program, 200);
  if (end.was_killed) {
    return fmt::format("{}{} was killed by {}", interrupted, name, signal_name(end.code));
  }
  return fmt::format("{}{} exited with {}", interrupted, name, end.code);
}

Result<std::string> find_program(const std::string& name) {
  namespace fs = std::filesystem;
  const auto usable = [](const fs::path& path) {
    std::error_code unknown;
    return fs::is_regular_file(path, unknown) && ::access(path.c_str(), X_OK) == 0;
  };
  if (name.find('/') != std::string::npos) {
    if (usable(name)) return name;
    std::error_code unknown;
    if (fs::exists(name, unknown)) {
      return failure(Fault::denied, fmt::format("{} cannot be executed", printable(name)));
    }
    return failure(Fault::missing, fmt::format("there is no {}", printable(name)));
  }
  // NOLINTNEXTLINE(concurrency-mt-unsafe): nobody changes the environment
  const char* path = std::getenv("PATH");
  for (const std::string_view folder : split(path == nullptr ? "/usr/bin:/bin" : path, ':')) {
    const fs::path candidate = fs::path(folder.empty() ? "." : folder) / name;
    if (!name.empty() && usable(candidate)) return candidate.string();
  }
  return failure(Fault::missing, fmt::format("there is no program {:?}", printable(name)));
}

asio::awaitable<Result<ProgramEnd>> run_in_foreground(
    const HeldSignals& signals, std::string path, std::vector<std::string> words,
    std::vector<std::pair<std::string, std::string>> variables) {
  const asio::any_io_executor executor = co_await asio::this_coro::executor;
  // Where it is ignored, as some who start us do, no end could be asked for.
  (void)std::signal(SIGCHLD, SIG_DFL);
  const Result<pid_t> child = spawn(signals, path, std::move(words), environment_with(variables));
  if (!child) co_return std::unexpected(child.error());
  Result<Ears> ears = Ears::open(signals, *child);
  ProgramEnd end;
  if (!ears) {
    // Without ears it can be waited for all the same, only deaf to signals.
    int status = 0;
    while (::waitpid(*child, &status, 0) < 0 && errno == EINTR) continue;
    end.was_killed = WIFSIGNALED(status);
    end.code = end.was_killed ? WTERMSIG(status) : WEXITSTATUS(status);
    co_return end;
  }
  asio::posix::stream_descriptor news(executor, ears->release());
  while (!reap(*child, end)) {
    co_await news.async_wait(asio::posix::stream_descriptor::wait_read, asio::use_awaitable);
    take_signals(*ears, *child, end);
  }
  // What came together with its end is why it has ended.
  take_signals(*ears, std::nullopt, end);
  co_return end;
}

}  // namespace ripcord::cli
