#pragma once

#include "tests/integration/daemon_process.hpp"
#include "tests/support/health_target.hpp"

#include <string>

namespace ripcord::test {

/// The main job on real processes: a service "shop" that is healthy as v1 and turns bad as v2,
/// whose rollback script appends a line to `rollbacks` and makes it healthy again.
class Cord {
 public:
  /// `extra` is appended to the configuration of the service.
  explicit Cord(const std::string& extra = "", const std::string& before_cure = "");

  /// Starts the daemon (again).
  void start(const std::map<std::string, std::string>& environment = {}) {
    daemon.start(environment);
  }

  /// Announces v2 and says that it is in place; returns the deployment's id, "" when it was
  /// refused.
  std::string deploy();
  /// v2 turns bad.
  void turn_bad() { target.answer(500); }
  /// The phase of the last deployment of the service; "" when there is none.
  [[nodiscard]] std::string phase() const;
  /// Waits for the end of the last deployment, and returns its phase.
  std::string end(std::chrono::milliseconds patience = std::chrono::seconds(30));
  [[nodiscard]] std::size_t rollbacks() const { return daemon.lines("rollbacks"); }

  /// The script does not reach into the test: a thread of the test's cures the target when the
  /// script's mark appears. Call it where a rollback is awaited.
  void cure_when_rolled_back();

  HealthTarget target;
  DaemonProcess daemon;
};

}  // namespace ripcord::test
