#include "deploy/gate/checklist.hpp"

#include "base/text.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

namespace ripcord::deploy {

GateCheck check(const ChecklistRule& rule, const std::vector<Confirmation>& confirmations) {
  std::vector<std::string> missing;
  std::vector<std::string> confirmed;
  for (const std::string& item : rule.items) {
    const auto found = std::ranges::find(confirmations, item, &Confirmation::item);
    if (found == confirmations.end()) {
      missing.push_back(fmt::format("{:?}", item));
    } else {
      confirmed.push_back(fmt::format("{:?} by {}", item, found->by));
    }
  }
  const std::string count = plural(rule.items.size(), "item");
  if (!missing.empty()) {
    return {.passed = false,
            .text = fmt::format("{} of {} not confirmed: {}", missing.size(), count,
                                fmt::join(missing, ", "))};
  }
  return {.passed = true,
          .text = fmt::format("{} of {} confirmed{}{}", confirmed.size(), count,
                              confirmed.empty() ? "" : ": ", fmt::join(confirmed, ", "))};
}

}  // namespace ripcord::deploy
