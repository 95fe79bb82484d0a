#pragma once

#include "model/deployment.hpp"
#include "model/effect.hpp"

#include <span>
#include <string>
#include <vector>

namespace ripcord::deploy {

/// The account of one deployment in sentences with numbers, one a line: what was deployed and by
/// whom; what happened when, counted from its start; how long the recovery took and where that
/// time went; how near the triggers came that did not roll it back, and with which setting they
/// would have; and how it ended.
///
/// From its row and its history alone, so that it is the same at any later time. `history` is the
/// deployment's, oldest first; what others wrote into it is passed over.
[[nodiscard]] std::vector<std::string> explain(const Deployment& deployment,
                                               std::span<const Record> history);

}  // namespace ripcord::deploy
