#pragma once

#include "act/command.hpp"
#include "base/result.hpp"
#include "model/run.hpp"
#include "runtime/settings.hpp"

#include <cstdint>
#include <expected>
#include <filesystem>
#include <string>
#include <vector>

namespace ripcord::config {

/// One mistake, printed as `file:line:column: key: message`.
struct Diagnostic {
  std::string file;
  std::uint32_t line = 0;
  std::uint32_t column = 0;
  std::string key;
  std::string message;
};

[[nodiscard]] std::string to_string(const Diagnostic& diagnostic);

/// One file, byte for byte as it was read.
struct SourceFile {
  std::string name;  ///< `"ripcord.toml"` or `"conf.d/x.toml"`
  std::string path;  ///< for messages
  std::string text;
};

/// Everything the files say, checked.
struct Configuration {
  runtime::DaemonSettings daemon;
  runtime::ApiSettings api;
  std::vector<runtime::ServiceSettings> services;  ///< in the order of their names
  std::vector<SourceFile> files;
  std::string fingerprint;  ///< of the files: 16 hex digits of SHA-256
};

/// Reads `file` and then `conf.d/*.toml` beside it, in order of name. Every mistake at once,
/// in order of place; never empty when it fails.
[[nodiscard]] std::expected<Configuration, std::vector<Diagnostic>> load(
    const std::filesystem::path& file);

/// The steps whose program is not there, or may not be executed. Apart from load(), because a
/// program may come and go while the configuration stays.
[[nodiscard]] std::vector<Diagnostic> missing_programs(const Configuration& configuration);

/// Keeps the exact files under `directory/FINGERPRINT/`, durably, so that a deployment keeps the
/// configuration that it began with. Returns the path of the copied main file. Doing it again changes nothing.
[[nodiscard]] Result<std::filesystem::path> keep_copy(const Configuration& configuration,
                                                      const std::filesystem::path& directory);

/// The command of one step, and nothing else: what the keeper of a run reads. Fault::missing when
/// the file, the service or the step is not there, Fault::malformed when the step is wrong.
[[nodiscard]] Result<act::StepCommand> load_command(const std::filesystem::path& file,
                                                    const std::string& service, StepId step);

}  // namespace ripcord::config
