#pragma once

#include "tests/support/http_daemon.hpp"
#include "tests/support/temp_dir.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
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

  [[nodiscard]] std::uint16_t port() const { return daemon_->port(); }
  /// What it has printed so far.
  [[nodiscard]] std::string log() const { return daemon_->log(); }

 private:
  TempDir directory_;
  std::optional<HttpDaemon> daemon_;
};

}  // namespace ripcord::test
