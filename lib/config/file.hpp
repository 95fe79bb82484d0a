#pragma once

#include "base/result.hpp"

#include <cstddef>
#include <filesystem>
#include <string>
#include <string_view>

namespace ripcord::config {

/// What the operating system's `code` means here, in words: `"cannot WHAT: no space left"`.
[[nodiscard]] std::unexpected<Error> system_failure(const std::string& what, int code);

/// The bytes of a regular file. Fault::missing, denied, too_large beyond `bytes_max`, malformed
/// when it is no regular file (a FIFO is not waited for).
[[nodiscard]] Result<std::string> read_text(const std::filesystem::path& file,
                                            std::size_t bytes_max);

/// Makes a new file of mode 0600 with `text`, on disk when this returns; its name is only after
/// sync_directory(). Fault::exists when there is one.
[[nodiscard]] Result<void> write_new(const std::filesystem::path& file, std::string_view text);

/// Makes the names in `directory` survive a loss of power.
[[nodiscard]] Result<void> sync_directory(const std::filesystem::path& directory);

}  // namespace ripcord::config
