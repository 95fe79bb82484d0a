#pragma once

#include "tests/support/http_daemon.hpp"
#include "tests/support/temp_dir.hpp"

#include <cstdint>
#include <optional>
#include <string>

namespace ripcord::test {

/// A real Alertmanager on a free port of 127.0.0.1 that groups by `ripcord_incident` and tells a
/// webhook, its receiver `ops`, at once. Ended, and its data removed, with this.
class AlertmanagerServer {
 public:
  /// Whether the program is installed.
  [[nodiscard]] static bool is_there();

  /// Returns when it answers. Throws std::runtime_error with its log when it does not.
  explicit AlertmanagerServer(const std::string& webhook);

  [[nodiscard]] std::uint16_t port() const { return daemon_->port(); }
  /// What it has printed so far.
  [[nodiscard]] std::string log() const { return daemon_->log(); }

 private:
  TempDir directory_;
  std::optional<HttpDaemon> daemon_;
};

}  // namespace ripcord::test
