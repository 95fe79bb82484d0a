#pragma once

#include "base/result.hpp"
#include "deploy/gate/ready.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace ripcord::gate {

/// Whether each of the programs could be started, and is safe to be: a file that somebody may
/// execute, that belongs to root or to this process's user, and that nobody else may change (not
/// writable for all, nor replaceable by all in its directory). Links are followed. Blocks.
[[nodiscard]] std::vector<deploy::ProgramFact> look_at_programs(
    const std::vector<std::string>& paths);

/// The bytes that are left to this process on the file system of `path`. Blocks.
[[nodiscard]] Result<std::uint64_t> disk_bytes_free(const std::string& path);

/// `"shop:{version}"` for a version: every `{version}` is replaced. A version that was noticed, and
/// not told, names its image itself (`"shop:v1@sha256:…"`): that one's id.
[[nodiscard]] std::string image_of(const std::string& pattern, const std::string& version);

}  // namespace ripcord::gate
