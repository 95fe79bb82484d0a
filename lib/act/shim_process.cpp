#include "act/shim_process.hpp"

#include "act/posix.hpp"
#include "base/text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <fcntl.h>
#include <map>
#include <signal.h>  // NOLINT(modernize-deprecated-headers): sigset_t is POSIX
#include <spawn.h>
#include <string_view>
#include <sys/socket.h>
#include <unistd.h>
#include <utility>

namespace ripcord::act {
namespace {

constexpr std::string_view standby_option = "--standby";
constexpr std::array<std::string_view, 4> options{"--config", "--service", "--step", "--run-dir"};

bool is_option(const std::string& word) {
  return std::ranges::find(options, word) != options.end();
}

/// What posix_spawn is told, with its two C objects given back at the end. `error()` is an errno.
class Instructions {
 public:
  Instructions() {
    check(::posix_spawn_file_actions_init(&files_));
    check(::posix_spawnattr_init(&attributes_));
  }
  Instructions(const Instructions&) = delete;
  Instructions& operator=(const Instructions&) = delete;
  ~Instructions() {
    (void)::posix_spawn_file_actions_destroy(&files_);
    (void)::posix_spawnattr_destroy(&attributes_);
  }

  /// `input` is a descriptor of ours; /dev/null if it is negative.
  void connect(int input) {
    check(input < 0
              ? ::posix_spawn_file_actions_addopen(&files_, STDIN_FILENO, "/dev/null", O_RDONLY, 0)
              : ::posix_spawn_file_actions_adddup2(&files_, input, STDIN_FILENO));
    check(::posix_spawn_file_actions_addopen(&files_, STDOUT_FILENO, "/dev/null", O_WRONLY, 0));
    check(::posix_spawn_file_actions_addclosefrom_np(&files_, STDERR_FILENO + 1));
  }

  void set_signals() {
    sigset_t blocked{};
    (void)::sigemptyset(&blocked);
    for (const int number : {SIGTERM, SIGINT}) (void)::sigaddset(&blocked, number);
    sigset_t standard{};
    (void)::sigfillset(&standard);
    check(::posix_spawnattr_setsigmask(&attributes_, &blocked));
    check(::posix_spawnattr_setsigdefault(&attributes_, &standard));
    constexpr int flags = POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSID;
    check(::posix_spawnattr_setflags(&attributes_, static_cast<short>(flags)));
  }

  [[nodiscard]] int error() const { return error_; }
  [[nodiscard]] const posix_spawn_file_actions_t* files() const { return &files_; }
  [[nodiscard]] const posix_spawnattr_t* attributes() const { return &attributes_; }

 private:
  void check(int error) {
    if (error_ == 0) error_ = error;
  }

  posix_spawn_file_actions_t files_{};
  posix_spawnattr_t attributes_{};
  int error_ = 0;
};

}  // namespace

std::vector<std::string> to_command_line(const std::string& program,
                                         const ShimArguments& arguments) {
  std::vector<std::string> words{program,
                                 "--config",
                                 arguments.configuration,
                                 "--service",
                                 arguments.service,
                                 "--step",
                                 to_string(arguments.step),
                                 "--run-dir",
                                 arguments.run_directory};
  if (arguments.standby) words.emplace_back(standby_option);
  return words;
}

Result<ShimArguments> parse_shim_arguments(const std::vector<std::string>& words) {
  std::map<std::string, std::string> given;
  bool standby = false;
  for (std::size_t i = 0; i < words.size(); i += 2) {
    if (words[i] == standby_option && !std::exchange(standby, true) && ++i == words.size()) break;
    const std::string& option = words[i];
    if (!is_option(option)) {
      return failure(Fault::malformed, fmt::format("unknown option {:?}", printable(option, 80)));
    }
    if (i + 1 == words.size()) {
      return failure(Fault::malformed, fmt::format("{} needs a value", option));
    }
    if (!given.emplace(option, words[i + 1]).second) {
      return failure(Fault::malformed, fmt::format("{} is given twice", option));
    }
  }
  for (const std::string_view option : options) {
    if (!given.contains(std::string(option))) {
      return failure(Fault::malformed, fmt::format("{} is missing", option));
    }
  }
  const Result<StepId> step = parse_step(given["--step"]);
  if (!step) return std::unexpected(step.error());
  return ShimArguments{.configuration = given["--config"],
                       .service = given["--service"],
                       .step = *step,
                       .run_directory = given["--run-dir"],
                       .standby = standby};
}

namespace {

Result<pid_t> spawn(const std::vector<std::string>& command_line, int input) {
  Instructions instructions;
  instructions.connect(input);
  instructions.set_signals();

  std::vector<char*> arguments;
  arguments.reserve(command_line.size() + 1);
  // posix_spawn() promises not to change them.
  for (const std::string& word : command_line) arguments.push_back(const_cast<char*>(word.c_str()));
  arguments.push_back(nullptr);
  char* nothing = nullptr;

  pid_t pid = 0;
  int error = instructions.error();
  if (error == 0) {
    error = ::posix_spawn(&pid, arguments.front(), instructions.files(), instructions.attributes(),
                          arguments.data(), &nothing);
  }
  if (error != 0) return failed(fmt::format("cannot start {}", command_line.front()), error);
  return pid;
}

/// What a standby is told. Anything else, and the end of the file, means that it is not needed.
constexpr char go_on = '\n';

}  // namespace

Result<pid_t> spawn_keeper(const std::vector<std::string>& command_line) {
  constexpr int no_input = -1;
  return spawn(command_line, no_input);
}

Result<StandbyKeeper> spawn_standby(const std::vector<std::string>& command_line) {
  std::array<int, 2> ends{};
  if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()) != 0) {
    return failed("cannot start a keeper", errno);
  }
  Descriptor ours(ends[0]);
  const Descriptor its(ends[1]);
  const Result<pid_t> pid = spawn(command_line, its.get());
  if (!pid) return std::unexpected(pid.error());
  return StandbyKeeper{.pid = *pid, .gate = std::move(ours)};
}

bool release(const StandbyKeeper& keeper) {
  return ::send(keeper.gate.get(), &go_on, 1, MSG_NOSIGNAL) == 1;
}

bool await_release() {
  char told = 0;
  ssize_t n = 0;
  do {
    n = ::read(STDIN_FILENO, &told, 1);
  } while (n < 0 && errno == EINTR);
  const Descriptor nothing(::open("/dev/null", O_RDONLY | O_CLOEXEC));
  return n == 1 && told == go_on && nothing && ::dup2(nothing.get(), STDIN_FILENO) >= 0;
}

}  // namespace ripcord::act
