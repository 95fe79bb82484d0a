#include "tests/support/prometheus_server.hpp"

#include <arpa/inet.h>
#include <array>
#include <csignal>
#include <fcntl.h>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <netinet/in.h>
#include <poll.h>
#include <spawn.h>
#include <stdexcept>
#include <string_view>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

extern char** environ;

namespace ripcord::test {
namespace {

const std::string program = "/usr/bin/prometheus";

sockaddr_in loopback(std::uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return address;
}

/// One that nobody has at the moment.
std::uint16_t free_port() {
  const int socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address = loopback(0);
  socklen_t size = sizeof address;
  auto* generic = reinterpret_cast<sockaddr*>(&address);
  const bool is_bound =
      bind(socket, generic, size) == 0 && getsockname(socket, generic, &size) == 0;
  close(socket);
  if (!is_bound) throw std::runtime_error("no free port");
  return ntohs(address.sin_port);
}

/// A pause between two looks at another process, which has no way to call us.
void pause() {
  poll(nullptr, 0, 10);
}

}  // namespace

bool PrometheusServer::is_there() {
  return access(program.c_str(), X_OK) == 0;
}

PrometheusServer::PrometheusServer(const std::vector<std::uint16_t>& targets,
                                   std::chrono::milliseconds interval) {
  std::string list;
  for (const std::uint16_t target : targets) {
    list += (list.empty() ? "" : ", ") + ("'127.0.0.1:" + std::to_string(target) + "'");
  }
  const std::string beat = std::to_string(interval.count()) + "ms";
  std::ofstream(directory_.path() / "prometheus.yml")
      << "global: { scrape_interval: " << beat << ", scrape_timeout: " << beat << " }\n"
      << "scrape_configs:\n- job_name: test\n  static_configs:\n  - targets: [" << list << "]\n";
  constexpr int tries = 3;  // somebody else may take the port meanwhile
  for (int i = 0; i < tries; ++i) {
    start();
    for (int looks = 0; looks < 3000 && !has_ended(); ++looks) {
      if (is_ready()) return;
      pause();
    }
    end();
  }
  throw std::runtime_error("prometheus does not answer:\n" + log());
}

PrometheusServer::~PrometheusServer() {
  end();
}

std::string PrometheusServer::log() const {
  std::ifstream file(directory_.path() / "log");
  return {std::istreambuf_iterator<char>(file), {}};
}

void PrometheusServer::start() {
  port_ = free_port();
  const std::string path = directory_.path();
  std::array<std::string, 5> arguments{
      program, "--config.file=" + path + "/prometheus.yml", "--storage.tsdb.path=" + path + "/data",
      "--web.listen-address=127.0.0.1:" + std::to_string(port_), "--log.level=warn"};
  std::array<char*, arguments.size() + 1> pointers{};
  for (std::size_t i = 0; i < arguments.size(); ++i) pointers.at(i) = arguments.at(i).data();
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_addopen(&actions, 1, (path + "/log").c_str(),
                                   O_CREAT | O_APPEND | O_WRONLY, 0600);
  posix_spawn_file_actions_adddup2(&actions, 1, 2);
  const int error =
      posix_spawn(&pid_, program.c_str(), &actions, nullptr, pointers.data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  if (error != 0) throw std::runtime_error("cannot start " + program);
}

void PrometheusServer::end() {
  if (pid_ == 0) return;
  kill(pid_, SIGKILL);
  waitpid(pid_, nullptr, 0);
  pid_ = 0;
}

bool PrometheusServer::has_ended() {
  if (waitpid(pid_, nullptr, WNOHANG) == 0) return false;
  pid_ = 0;
  return true;
}

bool PrometheusServer::is_ready() const {
  const int socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const sockaddr_in address = loopback(port_);
  constexpr std::string_view request =
      "GET /-/ready HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
  std::array<char, 64> reply{};
  const bool has_answered =
      connect(socket, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0 &&
      write(socket, request.data(), request.size()) > 0 &&
      read(socket, reply.data(), reply.size() - 1) > 0;
  close(socket);
  return has_answered && std::string_view(reply.data()).starts_with("HTTP/1.1 200");
}

}  // namespace ripcord::test
