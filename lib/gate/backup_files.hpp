#pragma once

#include "base/result.hpp"
#include "deploy/gate/backup.hpp"

#include <optional>
#include <string>

namespace ripcord::gate {

/// A file of a backup, with its whole path as its name.
///
/// The newest regular file that `pattern` (glob(7)) matches, by the time of its last change, links
/// followed; nothing when there is none. Fault::denied or internal when a directory could not be
/// read: then it is not known what there is. Blocks.
[[nodiscard]] Result<std::optional<deploy::BackupFile>> newest_file(const std::string& pattern);

}  // namespace ripcord::gate
