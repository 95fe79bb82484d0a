#include "tests/integration/daemon_process.hpp"

#include <boost/json/parse.hpp>
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <csignal>
#include <fcntl.h>
#include <fstream>
#include <iterator>
#include <poll.h>
#include <spawn.h>
#include <stdexcept>
#include <string_view>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

extern char** environ;

namespace ripcord::test {
namespace {

using namespace std::chrono_literals;

const std::string programs = RIPCORD_PROGRAMS;

/// Starts a program with its output in `output` (a descriptor).
pid_t spawn(const std::vector<std::string>& arguments,
            const std::map<std::string, std::string>& environment, int output) {
  std::vector<std::string> variables;
  for (char** variable = environ; *variable != nullptr; ++variable) {
    const std::string inherited = *variable;
    // Tests may run under a service manager of their own.
    const bool is_its =
        inherited.starts_with("NOTIFY_SOCKET=") || inherited.starts_with("WATCHDOG_");
    if (!is_its) variables.push_back(inherited);
  }
  for (const auto& [name, value] : environment)
    variables.push_back(fmt::format("{}={}", name, value));

  const auto pointers = [](const std::vector<std::string>& texts) {
    std::vector<char*> list;
    for (const std::string& text : texts) list.push_back(const_cast<char*>(text.c_str()));
    list.push_back(nullptr);
    return list;
  };
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_adddup2(&actions, output, 1);
  posix_spawn_file_actions_adddup2(&actions, output, 2);
  pid_t pid = 0;
  const int error = posix_spawn(&pid, arguments.front().c_str(), &actions, nullptr,
                                pointers(arguments).data(), pointers(variables).data());
  posix_spawn_file_actions_destroy(&actions);
  if (error != 0) throw std::runtime_error("cannot start " + arguments.front());
  return pid;
}

int exit_code(int status) {
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

}  // namespace

Printed run_program(const std::vector<std::string>& arguments,
                    const std::map<std::string, std::string>& environment) {
  std::array<int, 2> pipe_ends{};
  if (pipe2(pipe_ends.data(), O_CLOEXEC) != 0) throw std::runtime_error("pipe");
  const pid_t pid = spawn(arguments, environment, pipe_ends[1]);
  close(pipe_ends[1]);
  Printed printed;
  std::array<char, 4096> buffer{};
  for (ssize_t size = 0; (size = ::read(pipe_ends[0], buffer.data(), buffer.size())) > 0;) {
    printed.out.append(buffer.data(), static_cast<std::size_t>(size));
  }
  close(pipe_ends[0]);
  int status = 0;
  waitpid(pid, &status, 0);
  printed.code = exit_code(status);
  return printed;
}

bool eventually(const std::function<bool()>& condition, std::chrono::milliseconds patience) {
  for (auto waited = 0ms; waited < patience; waited += 10ms) {
    if (condition()) return true;
    // A pause between two looks at another process, which has no way to call us.
    poll(nullptr, 0, 10);
  }
  return condition();
}

DaemonProcess::DaemonProcess()
    : planted_(directory_.path() / "secrets"), state_dir_(directory_.path() / "state") {}

DaemonProcess::~DaemonProcess() {
  if (is_running()) {
    const std::string shown = PlantedSecrets::shown_in(answers());
    EXPECT_EQ(shown, "") << "planted secrets are shown in answers";
    kill();
  }
  for (const std::filesystem::path& folder : {directory_.path(), state_dir_}) {
    if (!std::filesystem::exists(folder)) continue;
    for (const std::string& file : planted_.shown_below(folder)) {
      ADD_FAILURE() << "a planted secret is shown in " << file;
    }
  }
}

void DaemonProcess::configure(const std::string& services) const {
  write_configuration(planted_.configuration(), services);
}

void DaemonProcess::configure_alone(const std::string& services) const {
  write_configuration("", services);
}

void DaemonProcess::write_configuration(const std::string& receiver,
                                        const std::string& services) const {
  std::ofstream(path("ripcord.toml")) << fmt::format(
      "[daemon]\nstate_dir = \"{}\"\nruntime_dir = \"{}\"\n{}"
      "[api]\nlisten = \"127.0.0.1:0\"\nsocket = \"{}\"\n{}",
      state_dir_.string(), path("run").string(), receiver, path("socket").string(), services);
}

std::string DaemonProcess::script(const std::string& name, const std::string& body) const {
  std::ofstream(path(name)) << "#!/bin/sh\n" << body << "\n";
  chmod(path(name).c_str(), 0755);
  return path(name);
}

void DaemonProcess::start(const std::map<std::string, std::string>& environment) {
  const int log = open(path("log").c_str(), O_CREAT | O_APPEND | O_WRONLY | O_CLOEXEC, 0644);
  pid_ = spawn({programs + "/ripcordd", "--config", path("ripcord.toml")}, environment, log);
  close(log);
  const bool is_up = eventually([this] { return !is_running() || ripcord({"status"}).code == 0; });
  if (!is_up) throw std::runtime_error("ripcordd does not answer:\n" + this->log());
}

Printed DaemonProcess::run_to_end(const std::map<std::string, std::string>& environment) const {
  return run_program({programs + "/ripcordd", "--config", path("ripcord.toml")}, environment);
}

void DaemonProcess::signal(int signal) const {
  ::kill(pid_, signal);
}

int DaemonProcess::signal_and_reap(int signal) {
  if (pid_ == 0) return -1;
  this->signal(signal);
  return reap(true).value_or(-1);
}

bool DaemonProcess::is_running() {
  return pid_ != 0 && !reap(false);
}

bool DaemonProcess::ends_within(std::chrono::milliseconds patience) {
  return eventually([this] { return !is_running(); }, patience);
}

std::optional<int> DaemonProcess::reap(bool wait) {
  int status = 0;
  if (waitpid(pid_, &status, wait ? 0 : WNOHANG) != pid_) return std::nullopt;
  pid_ = 0;
  return exit_code(status);
}

std::string DaemonProcess::address() const {
  static constexpr std::string_view mark = " and 127.0.0.1:";
  const std::string said = log();
  const std::size_t at = said.rfind(mark);
  if (at == std::string::npos) return "";
  const std::size_t port = at + mark.size();
  return "127.0.0.1:" + said.substr(port, said.find_first_not_of("0123456789", port) - port);
}

std::string DaemonProcess::answers() const {
  std::vector<std::string> by_tcp{"/usr/bin/curl", "-s", "-m", "2", "--fail-early"};
  for (const auto* target :
       {"/", "/metrics", "/api/v1/status", "/api/v1/deployments", "/api/v1/dora"}) {
    by_tcp.push_back("http://" + address() + target);
  }
  std::vector<std::string> by_socket{"/usr/bin/curl", "-s",          "-m", "2", "--fail-early",
                                     "--unix-socket", path("socket")};
  for (const auto* target : {"/api/v1/silences", "/api/v1/receivers"}) {
    by_socket.push_back(std::string("http://localhost") + target);
  }
  return run_program(by_tcp).out + run_program(by_socket).out;
}

Printed DaemonProcess::ripcord(std::vector<std::string> arguments) const {
  std::vector<std::string> command{programs + "/ripcord", "--socket", path("socket")};
  std::ranges::move(arguments, std::back_inserter(command));
  Printed printed = run_program(command);
  const std::string shown = PlantedSecrets::shown_in(printed.out);
  if (!shown.empty())
    ADD_FAILURE() << "a planted secret is shown (" << shown << "): " << printed.out;
  return printed;
}

boost::json::value DaemonProcess::json(std::vector<std::string> arguments) const {
  arguments.insert(arguments.begin(), "--json");
  const Printed printed = ripcord(std::move(arguments));
  boost::system::error_code error;
  boost::json::value value = boost::json::parse(printed.out, error);
  return error ? boost::json::value() : value;
}

std::string DaemonProcess::log() const {
  return read("log");
}

std::string DaemonProcess::read(const std::string& name) const {
  std::ifstream file(path(name));
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

std::size_t DaemonProcess::lines(const std::string& name) const {
  const std::string text = read(name);
  return static_cast<std::size_t>(std::ranges::count(text, '\n'));
}

}  // namespace ripcord::test
