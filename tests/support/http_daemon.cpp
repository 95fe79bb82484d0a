#include "tests/support/http_daemon.hpp"

#include <arpa/inet.h>
#include <array>
#include <csignal>
#include <fcntl.h>
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
#include <utility>

namespace ripcord::test {
namespace {

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
  if (socket < 0) throw std::runtime_error("no socket");
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

HttpDaemon::HttpDaemon(HttpDaemonWish wish) : wish_(std::move(wish)) {
  constexpr int tries = 3;  // somebody else may take the port meanwhile
  for (int i = 0; i < tries; ++i) {
    start();
    for (int looks = 0; looks < 3000 && !has_ended(); ++looks) {
      if (is_ready()) return;
      pause();
    }
    end();
  }
  throw std::runtime_error(wish_.program + " does not answer:\n" + log());
}

HttpDaemon::~HttpDaemon() {
  end();
}

std::string HttpDaemon::log() const {
  std::ifstream file(wish_.log);
  return {std::istreambuf_iterator<char>(file), {}};
}

void HttpDaemon::start() {
  port_ = free_port();
  std::vector<std::string> arguments = wish_.arguments(port_);
  arguments.insert(arguments.begin(), wish_.program);
  std::vector<char*> pointers;
  for (std::string& argument : arguments) pointers.push_back(argument.data());
  pointers.push_back(nullptr);
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_addopen(&actions, 1, wish_.log.c_str(), O_CREAT | O_APPEND | O_WRONLY,
                                   0600);
  posix_spawn_file_actions_adddup2(&actions, 1, 2);
  const int error =
      posix_spawn(&pid_, wish_.program.c_str(), &actions, nullptr, pointers.data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  if (error != 0) throw std::runtime_error("cannot start " + wish_.program);
}

void HttpDaemon::end() {
  if (pid_ == 0) return;
  kill(pid_, SIGKILL);
  waitpid(pid_, nullptr, 0);
  pid_ = 0;
}

bool HttpDaemon::has_ended() {
  if (waitpid(pid_, nullptr, WNOHANG) == 0) return false;
  pid_ = 0;
  return true;
}

bool HttpDaemon::is_ready() const {
  const int socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (socket < 0) return false;
  const sockaddr_in address = loopback(port_);
  const std::string request =
      "GET " + wish_.ready_target + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
  std::array<char, 64> reply{};
  const bool has_answered =
      connect(socket, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0 &&
      write(socket, request.data(), request.size()) > 0 &&
      read(socket, reply.data(), reply.size() - 1) > 0;
  close(socket);
  return has_answered && std::string_view(reply.data()).starts_with("HTTP/1.1 200");
}

bool is_executable(const std::string& program) {
  return access(program.c_str(), X_OK) == 0;
}

}  // namespace ripcord::test
