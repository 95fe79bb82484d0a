#pragma once

#include "api/control_api.hpp"
#include "api/tokens.hpp"
#include "base/result.hpp"

#include <cstdint>
#include <filesystem>
#include <string>

namespace ripcord::daemon {

// What the daemon asks of the machine once, at its start.

/// Names this boot of the machine (proc(5), random/boot_id).
[[nodiscard]] Result<std::string> read_boot_id();

[[nodiscard]] std::uint64_t random_seed();

/// A program that is installed with this one: in the same directory, or in ../libexec/ripcord.
[[nodiscard]] Result<std::string> find_program_beside_this(const std::string& name);

/// Makes the runtime directory (mode 0755) if it is missing, and checks that it can be written.
[[nodiscard]] Result<void> make_runtime_directory(const std::filesystem::path& directory);

/// Who may command: root, our own user and the members of `group`, when it is not empty.
[[nodiscard]] Result<api::Authority> authority_of(const std::string& group);

/// Those of `file`; none when it is empty.
[[nodiscard]] Result<api::Tokens> tokens_of(const std::string& file);

}  // namespace ripcord::daemon
