#pragma once

#include "config/mistakes.hpp"
#include "config/table_reader.hpp"
#include "notify/settings.hpp"

#include <vector>

namespace ripcord::config {

/// `[notify.NAME]`, in order of the names.
[[nodiscard]] std::vector<notify::ReceiverSettings> read_receivers(TableReader& root,
                                                                   Mistakes& mistakes);

}  // namespace ripcord::config
