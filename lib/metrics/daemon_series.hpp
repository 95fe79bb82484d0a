#pragma once

#include "metrics/families.hpp"
#include "metrics/metrics.hpp"

#include <string>
#include <vector>

namespace ripcord::metrics {

/// The series of the daemon itself: they have no dynamic labels.
[[nodiscard]] Families daemon_series(const std::string& version, bool is_blind,
                                     const DaemonFigures& figures);

/// The series of every receiver of notifications.
[[nodiscard]] Families receiver_series(const std::vector<ReceiverFigures>& receivers);

}  // namespace ripcord::metrics
