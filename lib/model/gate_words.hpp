#pragma once

#include <string>

namespace ripcord {

// What a person says to the gate of a deployment.

/// A person's word for one item. Counts for every checklist that has it.
struct Confirmation {
  std::string item;
  std::string by;  ///< `"uid 1000 (ana)"`

  friend bool operator==(const Confirmation&, const Confirmation&) = default;
};

/// One gate that a person passes over, knowing what it says.
struct GateOverride {
  std::string gate;
  std::string by;      ///< `"uid 1000 (ana)"`
  std::string reason;  ///< never empty

  friend bool operator==(const GateOverride&, const GateOverride&) = default;
};

}  // namespace ripcord
