#pragma once

#include "base/result.hpp"
#include "config/diagnostic.hpp"
#include "config/step_command.hpp"  // IWYU pragma: export
#include "notify/settings.hpp"
#include "runtime/settings.hpp"

#include <expected>
#include <filesystem>
#include <string>
#include <vector>

namespace ripcord::config {

/// Everything the files say, checked.
struct Configuration {
  runtime::DaemonSettings daemon;
  runtime::ApiSettings api;
  std::vector<runtime::ServiceSettings> services;   ///< in the order of their names
  std::vector<notify::ReceiverSettings> receivers;  ///< in the order of their names
  std::vector<SourceFile> files;
  std::string fingerprint;  ///< of the files: 16 hex digits of SHA-256
};

/// Reads `file` and then `conf.d/*.toml` beside it, in order of name. Every mistake at once,
/// in order of place; never empty when it fails.
[[nodiscard]] std::expected<Configuration, std::vector<Diagnostic>> load(
    const std::filesystem::path& file);

/// The steps and `exec` probes whose program is not there, or may not be executed. Apart from
/// load(), because a program may come and go while the configuration stays.
[[nodiscard]] std::vector<Diagnostic> missing_programs(const Configuration& configuration);

/// Keeps the exact files under `directory/FINGERPRINT/`, durably, so that a deployment keeps the
/// configuration that it began with. Returns the path of the copied main file. Doing it again
/// changes nothing.
[[nodiscard]] Result<std::filesystem::path> keep_copy(const Configuration& configuration,
                                                      const std::filesystem::path& directory);

}  // namespace ripcord::config
