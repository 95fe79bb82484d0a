#pragma once

#include "base/time.hpp"
#include "ripcord/command_line.hpp"
#include "ripcord/exit_code.hpp"

#include <cstdio>
#include <istream>
#include <string>

namespace ripcord::cli {

/// What is said on standard error, and how it ended.
struct Moved {
  ExitCode exit_code = ExitCode::succeeded;
  std::string message;
};

/// Writes the history of a state directory to `out`, one line of JSON for each part of it. Root
/// acts as the owner of the directory.
[[nodiscard]] Moved export_history(const ExportCommand& command, Instant now, std::FILE* out);

/// Adds the history in `in` to that of a state directory, which no daemon may be using.
[[nodiscard]] Moved import_history(const ImportCommand& command, std::istream& in);

/// Both with the standard streams and the files that are named, for the program itself.
[[nodiscard]] ExitCode move_out(const ExportCommand& command);
[[nodiscard]] ExitCode move_in(const ImportCommand& command);

}  // namespace ripcord::cli
