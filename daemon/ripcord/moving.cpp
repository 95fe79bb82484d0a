#include "ripcord/moving.hpp"

#include "api/queries.hpp"
#include "base/text.hpp"
#include "net/system_clock.hpp"
#include "store/history_file.hpp"
#include "store/state_lock.hpp"

#include <boost/asio/io_context.hpp>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <cerrno>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <optional>
#include <string_view>
#include <sys/stat.h>
#include <unistd.h>

namespace ripcord::cli {
namespace {

ExitCode code_of(Fault fault) {
  switch (fault) {
    case Fault::busy:
      return ExitCode::try_later;
    case Fault::denied:
      return ExitCode::not_permitted;
    default:
      return ExitCode::failed;
  }
}

Moved failed(const Error& error) {
  return {.exit_code = code_of(error.fault), .message = error.message};
}

/// Root becomes the owner of the state directory: a journal of root's own would keep the daemon
/// out. For the rest of the program.
Result<void> become_owner_of(const std::filesystem::path& state_dir) {
  struct stat found{};
  if (::stat(state_dir.c_str(), &found) != 0) {
    return failure(errno == EACCES ? Fault::denied : Fault::missing,
                   fmt::format("there is no state of ripcordd in {}: say where with --state-dir "
                               "(daemon.state_dir in its configuration)",
                               printable(state_dir.native())));
  }
  if (::geteuid() != 0 || found.st_uid == 0) return {};
  if (::setegid(found.st_gid) == 0 && ::seteuid(found.st_uid) == 0) return {};
  return failure(Fault::denied,
                 fmt::format("cannot act as the owner of {}", printable(state_dir.native())));
}

std::string in_words(const store::HistoryCount& count) {
  return fmt::format("{}, {}, {}", plural(count.deployments, "deployment"),
                     plural(count.records, "record"), plural(count.runs, "run"));
}

void tell(const Moved& moved) {
  if (!moved.message.empty()) fmt::print(stderr, "ripcord: {}\n", printable(moved.message, 4096));
}

}  // namespace

Moved export_history(const ExportCommand& command, Instant now, std::FILE* out) {
  std::optional<Instant> since;
  if (!command.since.empty()) {
    const Result<Instant> at = api::parse_moment(command.since, now);
    if (!at) return {.exit_code = ExitCode::usage, .message = "--since " + at.error().message};
    since = *at;
  }
  const std::filesystem::path state_dir = command.state_dir;
  if (Result<void> owner = become_owner_of(state_dir); !owner) return failed(owner.error());
  const auto write = [out](std::string_view line) -> Result<void> {
    if (std::fwrite(line.data(), 1, line.size(), out) == line.size()) return {};
    return failure(Fault::closed, "the export cannot be written");
  };
  Result<store::HistoryCount> count = store::export_history(state_dir / "journal.db", since, write);
  if (!count) return failed(count.error());
  if (std::fflush(out) != 0) return failed({Fault::closed, "the export cannot be written"});
  std::string message = "exported " + in_words(*count);
  if (!count->open.empty()) {
    message += fmt::format("; left out, because open: {}", fmt::join(count->open, ", "));
  }
  return {.message = std::move(message)};
}

Moved import_history(const ImportCommand& command, std::istream& in) {
  const std::filesystem::path state_dir = command.state_dir;
  if (Result<void> owner = become_owner_of(state_dir); !owner) return failed(owner.error());
  const Result<store::StateLock> lock = store::StateLock::take(state_dir);
  if (!lock) {
    Moved moved = failed(lock.error());
    if (lock.error().fault == Fault::busy) moved.message += ": stop it first";
    return moved;
  }
  const Result<store::HistoryCount> count = store::import_history(state_dir / "journal.db", in);
  if (!count) {
    Moved moved = failed(count.error());
    moved.message += "; nothing was imported";
    return moved;
  }
  return {.message = fmt::format("imported {}; {} known already", in_words(*count),
                                 plural(count->known, "line"))};
}

ExitCode move_out(const ExportCommand& command) {
  boost::asio::io_context context;
  const net::SystemClock clock(context.get_executor());
  const Moved moved = export_history(command, clock.now(), stdout);
  tell(moved);
  return moved.exit_code;
}

ExitCode move_in(const ImportCommand& command) {
  Moved moved;
  if (command.file == "-") {
    moved = import_history(command, std::cin);
  } else if (std::ifstream file(command.file, std::ios::binary); file) {
    moved = import_history(command, file);
  } else {
    moved = {.exit_code = ExitCode::failed,
             .message = fmt::format("cannot read {}", printable(command.file))};
  }
  tell(moved);
  return moved.exit_code;
}

}  // namespace ripcord::cli
