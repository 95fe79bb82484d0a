#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <sys/types.h>
#include <vector>

namespace ripcord::test {

/// How a foreign server is started.
struct HttpDaemonWish {
  std::string program;
  /// That make it listen on this port of 127.0.0.1.
  std::function<std::vector<std::string>(std::uint16_t port)> arguments;
  std::string ready_target;  ///< answers 200 once it is ready
  std::filesystem::path log;
};

/// A foreign server on a free port of 127.0.0.1, ended with this.
class HttpDaemon {
 public:
  /// Returns when it answers. Throws std::runtime_error with its log when it does not.
  explicit HttpDaemon(HttpDaemonWish wish);
  ~HttpDaemon();
  HttpDaemon(const HttpDaemon&) = delete;
  HttpDaemon& operator=(const HttpDaemon&) = delete;

  [[nodiscard]] std::uint16_t port() const { return port_; }
  /// What it has printed so far.
  [[nodiscard]] std::string log() const;

 private:
  void start();
  void end();
  [[nodiscard]] bool is_ready() const;
  [[nodiscard]] bool has_ended();

  HttpDaemonWish wish_;
  std::uint16_t port_ = 0;
  pid_t pid_ = 0;
};

/// Whether a program is there and may be executed.
[[nodiscard]] bool is_executable(const std::string& program);

}  // namespace ripcord::test
