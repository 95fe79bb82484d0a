#pragma once

#include "base/result.hpp"
#include "config/diagnostic.hpp"
#include "config/mistakes.hpp"

#include <filesystem>
#include <vector>

namespace ripcord::config {

/// Reads `file`, called `"ripcord.toml"` whatever its name is, and then `conf.d/*.toml` beside it,
/// in order of name; each once, of at most 1 MiB. An Error when `file` itself cannot be read; what
/// is wrong with the others is noted, and their text is empty.
[[nodiscard]] Result<std::vector<SourceFile>> read_sources(const std::filesystem::path& file,
                                                           Mistakes& mistakes);

}  // namespace ripcord::config
