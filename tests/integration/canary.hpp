#pragma once

#include "tests/integration/daemon_process.hpp"
#include "tests/support/health_target.hpp"

#include <chrono>
#include <map>
#include <string>

namespace ripcord::test {

/// A driven deployment on real processes: a service "shop" of version v1, which ripcord itself
/// deploys and brings to its users in stages. Every script of it writes a line into the file
/// `story`: `"deploy v2"`, `"shift 5 1 of 3"`, `"rollback v2 v1"`; the rollback heals the service.
class Canary {
 public:
  /// `stages` are the shares, in percent; each bakes for a second. `gates` are appended to the
  /// configuration of the service. `in_deploy` is done by the deploy step after its line.
  explicit Canary(const std::vector<int>& stages = {5, 25, 100}, const std::string& gates = "",
                  const std::string& in_deploy = "");

  void start(const std::map<std::string, std::string>& environment = {}) {
    daemon.start(environment);
  }
  /// `ripcord deploy shop --version v2 MORE`: its exit code and what it printed.
  [[nodiscard]] Printed deploy(std::vector<std::string> more = {}) const;

  /// The new version turns bad once as much of the traffic goes to it, or the old one at once.
  void turn_bad() { target.answer(500); }

  /// The phase of the last deployment of the service; "" when there is none.
  [[nodiscard]] std::string phase() const;
  /// Waits for this phase; false when it does not come.
  bool comes_to(const std::string& phase);
  /// Waits for the end of the last deployment, and returns its phase.
  std::string end(std::chrono::milliseconds patience = std::chrono::seconds(30));
  /// Why it ended as it did.
  [[nodiscard]] std::string verdict() const;
  /// What the scripts did, a line each.
  [[nodiscard]] std::string story() const { return daemon.read("story"); }
  /// The history of the last deployment: `"KIND by WHO: TEXT"`, a line each.
  [[nodiscard]] std::string history() const;

  HealthTarget target;
  DaemonProcess daemon;

 private:
  /// `member` of the last deployment of the service; "" when there is none.
  [[nodiscard]] std::string of_last(const std::string& member) const;
};

}  // namespace ripcord::test
