#pragma once

#include "tests/support/temp_dir.hpp"

#include <chrono>
#include <cstdint>
#include <string>
#include <sys/types.h>
#include <vector>

namespace ripcord::test {

/// A real Prometheus server on a free port of 127.0.0.1, with a directory of its own, that scrapes
/// `targets` (ports of 127.0.0.1) at an interval. Ended, and its data removed, with this.
class PrometheusServer {
 public:
  /// Whether the program is installed.
  [[nodiscard]] static bool is_there();

  /// Returns when it answers. Throws std::runtime_error with its log when it does not.
  PrometheusServer(const std::vector<std::uint16_t>& targets, std::chrono::milliseconds interval);
  ~PrometheusServer();
  PrometheusServer(const PrometheusServer&) = delete;
  PrometheusServer& operator=(const PrometheusServer&) = delete;

  [[nodiscard]] std::uint16_t port() const { return port_; }
  /// What it has printed so far.
  [[nodiscard]] std::string log() const;

 private:
  void start();
  void end();
  [[nodiscard]] bool is_ready() const;
  [[nodiscard]] bool has_ended();

  TempDir directory_;
  std::uint16_t port_ = 0;
  pid_t pid_ = 0;
};

}  // namespace ripcord::test
