#pragma once

#include "base/result.hpp"

namespace ripcord::probe {

/// Whether `fault` of an exchange over net is the target's doing, and so bad; everything else is
/// ours, says nothing about the target, and so is unknown.
[[nodiscard]] bool is_targets(Fault fault);

}  // namespace ripcord::probe
