#pragma once

#include "config/configuration.hpp"
#include "runtime/runtime.hpp"

#include <filesystem>
#include <set>
#include <string>

namespace ripcord::daemon {

/// The configuration file in use, and the copies that deployments go on with
/// (`STATE_DIR/config/FINGERPRINT/`).
class KeptConfigurations {
 public:
  KeptConfigurations(std::filesystem::path file, const std::filesystem::path& state_dir)
      : file_(std::move(file)), directory_(state_dir / "config") {}

  [[nodiscard]] Result<void> keep(const config::Configuration& configuration) const;
  [[nodiscard]] std::string kept_file(const std::string& fingerprint) const;
  [[nodiscard]] Result<runtime::ServiceSet> kept_services(const std::string& fingerprint) const;

  /// Reads the files again. The Error's message has every mistake, a line each.
  [[nodiscard]] Result<runtime::ServiceSet> reload(const runtime::DaemonSettings& daemon,
                                                   const runtime::ApiSettings& api) const;

  /// Removes the copies that are not in `needed`.
  void prune(const std::set<std::string>& needed) const;

 private:
  std::filesystem::path file_;
  std::filesystem::path directory_;
};

/// What the runtime needs of it.
[[nodiscard]] runtime::ServiceSet service_set(config::Configuration configuration);

/// The mistakes, a line each.
[[nodiscard]] std::string to_lines(const std::vector<config::Diagnostic>& diagnostics);

}  // namespace ripcord::daemon
