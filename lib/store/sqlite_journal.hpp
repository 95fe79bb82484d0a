#pragma once

#include "base/result.hpp"
#include "store/journal.hpp"

#include <filesystem>
#include <memory>

namespace ripcord::store {

/// Opens journal.db, or makes it (mode 0640), and brings an older one to the present schema. What
/// a kill or a power cut left half written is rolled back. Waits at most a quarter of a second for
/// another program's lock, here and in every call.
///
/// Fault::malformed, and not a byte written, for a file that is damaged, belongs to another program
/// or was written by a newer version; Fault::denied when it cannot be written; Fault::full,
/// Fault::busy. A journal that is removed or replaced while it is open gives Fault::internal from
/// then on: what would be written to it would be lost. O(file size).
[[nodiscard]] Result<std::unique_ptr<Journal>> open_journal(const std::filesystem::path& file);

}  // namespace ripcord::store
