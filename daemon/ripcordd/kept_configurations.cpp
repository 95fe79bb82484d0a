#include "kept_configurations.hpp"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <system_error>
#include <utility>

namespace ripcord::daemon {

runtime::ServiceSet service_set(config::Configuration configuration) {
  return {.services = std::move(configuration.services),
          .fingerprint = std::move(configuration.fingerprint),
          .receivers = std::move(configuration.receivers)};
}

std::string to_lines(const std::vector<config::Diagnostic>& diagnostics) {
  std::string lines;
  for (const config::Diagnostic& diagnostic : diagnostics) {
    if (!lines.empty()) lines += '\n';
    lines += config::to_string(diagnostic);
  }
  return lines;
}

Result<void> KeptConfigurations::keep(const config::Configuration& configuration) const {
  const auto kept = config::keep_copy(configuration, directory_);
  if (!kept) return std::unexpected(kept.error());
  return {};
}

std::string KeptConfigurations::kept_file(const std::string& fingerprint) const {
  return directory_ / fingerprint / "ripcord.toml";
}

Result<runtime::ServiceSet> KeptConfigurations::kept_services(
    const std::string& fingerprint) const {
  auto loaded = config::load(kept_file(fingerprint));
  if (!loaded) return failure(Fault::malformed, to_lines(loaded.error()));
  runtime::ServiceSet set = service_set(*std::move(loaded));
  set.fingerprint = fingerprint;
  return set;
}

Result<runtime::ServiceSet> KeptConfigurations::reload(const runtime::DaemonSettings& daemon,
                                                       const runtime::ApiSettings& api) const {
  auto loaded = config::load(file_);
  if (!loaded) return failure(Fault::malformed, to_lines(loaded.error()));
  const auto missing = config::missing_programs(*loaded);
  if (!missing.empty()) return failure(Fault::malformed, to_lines(missing));
  if (loaded->daemon != daemon || loaded->api != api) {
    return failure(
        Fault::malformed,
        fmt::format("{}: [daemon], [evidence] and [api] can only be changed by a restart",
                    file_.string()));
  }
  const Result<void> kept = keep(*loaded);
  if (!kept) return std::unexpected(kept.error());
  return service_set(*std::move(loaded));
}

void KeptConfigurations::prune(const std::set<std::string>& needed) const {
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator(directory_, error)) {
    if (needed.contains(entry.path().filename())) continue;
    std::error_code failed;
    std::filesystem::remove_all(entry.path(), failed);
    if (failed) {
      spdlog::warn("cannot remove {}: {}", entry.path().string(), failed.message());
    }
  }
}

}  // namespace ripcord::daemon
