#pragma once

#include "base/time.hpp"

#include <chrono>
#include <cstdint>

namespace ripcord::evidence {

struct Settings {
  bool enabled = true;
  /// From the decision to roll back to the first step, at most; what is not known by then is left
  /// out.
  Duration max_time = std::chrono::seconds(5);
  std::uint32_t keep = 50;                ///< deployments whose evidence is kept
  std::uint64_t keep_bytes = 1ULL << 30;  ///< of all of it together

  friend bool operator==(const Settings&, const Settings&) = default;
};

}  // namespace ripcord::evidence
