#pragma once

#include "config/configuration.hpp"
#include "config/diagnostic.hpp"

#include <expected>
#include <string>
#include <vector>

namespace ripcord::config {

/// load() of files that are in memory already. Pre: there is one.
[[nodiscard]] std::expected<Configuration, std::vector<Diagnostic>> load_files(
    std::vector<SourceFile> files);

/// load_files() of one file called `name`.
[[nodiscard]] std::expected<Configuration, std::vector<Diagnostic>> load_text(std::string name,
                                                                              std::string text);

/// The first 16 hex digits of SHA-256 over the names and the bytes of `files`, each preceded by its
/// length, so that nothing can move from one to the other unnoticed.
[[nodiscard]] std::string fingerprint_of(const std::vector<SourceFile>& files);

}  // namespace ripcord::config
