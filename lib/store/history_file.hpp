#pragma once

#include "base/result.hpp"
#include "base/time.hpp"

#include <cstddef>
#include <filesystem>
#include <functional>
#include <istream>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace ripcord::store {

/// How much of a history was written or added.
struct HistoryCount {
  std::size_t deployments = 0;
  std::size_t records = 0;
  std::size_t runs = 0;
  std::size_t known = 0;  ///< of an import: lines that the journal had already
  std::vector<std::string>
      open;  ///< of an export: deployments that were left out, as they are open
};

/// Gives `write` every line of the history, with its line end: the deployments that started at
/// `since` or later (all of them without it) and have ended, in the order in which they began,
/// their records and runs, and the records of that time that belong to no deployment.
///
/// As of one instant, also while a daemon writes the journal, which is neither changed nor held up.
/// Fault::missing when there is no journal, malformed when it is damaged or not of this version's
/// schema; what `write` fails with ends it.
[[nodiscard]] Result<HistoryCount> export_history(
    const std::filesystem::path& journal, std::optional<Instant> since,
    const std::function<Result<void>(std::string_view line)>& write);

/// Adds to `journal` what it does not have yet of the lines of `in`: all of it, or nothing. Makes
/// the journal if there is none. Pre: nobody else has the journal open (StateLock).
///
/// Fault::malformed, with the number of the line, for what is no line of an export, is not sound,
/// is an open deployment, contradicts what is there, or is older than what is there of its service:
/// which deployment is the newest one must not change. Otherwise the faults of open_journal().
[[nodiscard]] Result<HistoryCount> import_history(const std::filesystem::path& journal,
                                                  std::istream& in);

}  // namespace ripcord::store
