#pragma once

#include "deploy/gate/check.hpp"
#include "model/gate_words.hpp"

#include <string>
#include <vector>

namespace ripcord::deploy {

/// Each item must have been confirmed by a person.
struct ChecklistRule {
  std::vector<std::string> items;

  friend bool operator==(const ChecklistRule&, const ChecklistRule&) = default;
};

/// Names every item without a confirmation, and who confirmed the others.
[[nodiscard]] GateCheck check(const ChecklistRule& rule,
                              const std::vector<Confirmation>& confirmations);

}  // namespace ripcord::deploy
