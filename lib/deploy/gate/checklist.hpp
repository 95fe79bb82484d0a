#pragma once

#include "deploy/gate/check.hpp"

#include <string>
#include <vector>

namespace ripcord::deploy {

/// Each item must have been confirmed by a person.
struct ChecklistRule {
  std::vector<std::string> items;

  friend bool operator==(const ChecklistRule&, const ChecklistRule&) = default;
};

/// A person's word for one item. Counts for every checklist that has it.
struct Confirmation {
  std::string item;
  std::string by;  ///< `"uid 1000 (ana)"`

  friend bool operator==(const Confirmation&, const Confirmation&) = default;
};

/// Names every item without a confirmation, and who confirmed the others.
[[nodiscard]] GateCheck check(const ChecklistRule& rule,
                              const std::vector<Confirmation>& confirmations);

}  // namespace ripcord::deploy
