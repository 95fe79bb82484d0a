#include "deploy/gate.hpp"

#include "base/text.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <utility>

namespace ripcord::deploy {
namespace {

using Mistakes = std::vector<std::string>;

GateCheck check(const ExecRule& /*rule*/, const ExecFact* fact) {
  if (fact == nullptr) return {.passed = false, .text = "what the script says is not known"};
  return {.passed = fact->succeeded(), .text = fmt::format("the script: {}", describe(*fact))};
}

/// One gate before its facts; a fact of another kind is none.
struct Judge {
  const GateRequest& request;
  const GateFact* fact = nullptr;
  Instant now;

  template <class Fact>
  [[nodiscard]] const Fact* known() const {
    return fact == nullptr ? nullptr : std::get_if<Fact>(fact);
  }

  GateCheck operator()(const BackupRule& rule) const {
    return check(rule, known<BackupFact>(), now);
  }
  GateCheck operator()(const WindowRule& rule) const { return check(rule, now); }
  GateCheck operator()(const HealthyRule& rule) const {
    return check(rule, known<HealthyFact>(), now);
  }
  GateCheck operator()(const QuietRule& rule) const { return check(rule, known<QuietFact>(), now); }
  GateCheck operator()(const ChecklistRule& rule) const {
    return check(rule, request.confirmations);
  }
  GateCheck operator()(const StagingRule& rule) const {
    return check(rule, known<StagingFact>(), request.version, now);
  }
  GateCheck operator()(const ReadyRule& rule) const { return check(rule, known<ReadyFact>()); }
  GateCheck operator()(const ExecRule& rule) const { return check(rule, known<ExecFact>()); }
};

const GateOverride* override_of(const GateRequest& request, std::string_view gate) {
  const auto found = std::ranges::find(request.overrides, gate, &GateOverride::gate);
  return found == request.overrides.end() ? nullptr : &*found;
}

GateReason reason_of(const Gate& gate, const GateRequest& request, const GateFacts& facts,
                     Instant now) {
  const auto fact = facts.find(gate.name);
  const Judge judge{
      .request = request, .fact = fact == facts.end() ? nullptr : &fact->second, .now = now};
  GateCheck found = std::visit(judge, gate.rule);
  const auto* not_known = judge.known<NotKnown>();
  if (not_known != nullptr && !found.passed) {
    found.text += fmt::format(": {}", printable(not_known->why));
  }
  if (found.passed) {
    return {.gate = gate.name, .state = GateState::passed, .text = std::move(found.text)};
  }
  const GateOverride* over = override_of(request, gate.name);
  if (over == nullptr) {
    return {.gate = gate.name, .state = GateState::refused, .text = std::move(found.text)};
  }
  return {.gate = gate.name,
          .state = GateState::overridden,
          .text = fmt::format("{}; overridden by {}: {}", found.text, printable(over->by),
                              printable(over->reason))};
}

/// `; did you mean "backup"?`, or the names there are.
std::string hint(std::string_view word, const std::vector<std::string>& names) {
  const std::string near = nearest(word, names);
  if (!near.empty()) return fmt::format("; did you mean {:?}?", near);
  if (names.empty()) return "; there is none";
  return fmt::format("; there are {}", fmt::join(names, ", "));
}

std::vector<std::string> names_of(const std::vector<Gate>& gates) {
  std::vector<std::string> names;
  names.reserve(gates.size());
  for (const Gate& gate : gates) names.push_back(gate.name);
  return names;
}

std::vector<std::string> items_of(const std::vector<Gate>& gates) {
  std::vector<std::string> items;
  for (const Gate& gate : gates) {
    if (const auto* list = std::get_if<ChecklistRule>(&gate.rule)) {
      items.insert(items.end(), list->items.begin(), list->items.end());
    }
  }
  return items;
}

void check_overrides(const std::vector<Gate>& gates, const GateRequest& request,
                     Mistakes& mistakes) {
  const std::vector<std::string> names = names_of(gates);
  for (const GateOverride& over : request.overrides) {
    const std::string what = fmt::format("override of {:?}", printable(over.gate, 64));
    if (std::ranges::find(names, over.gate) == names.end()) {
      mistakes.push_back(fmt::format("{}: there is no such gate{}", what, hint(over.gate, names)));
    }
    if (trim(over.reason).empty()) mistakes.push_back(what + ": a reason is needed");
    if (trim(over.by).empty()) mistakes.push_back(what + ": who overrides it is not known");
    if (override_of(request, over.gate) != &over) mistakes.push_back(what + ": given twice");
  }
}

void check_confirmations(const std::vector<Gate>& gates, const GateRequest& request,
                         Mistakes& mistakes) {
  const std::vector<std::string> items = items_of(gates);
  for (const Confirmation& confirmation : request.confirmations) {
    const std::string what = fmt::format("confirmation of {:?}", printable(confirmation.item, 100));
    if (std::ranges::find(items, confirmation.item) == items.end()) {
      mistakes.push_back(
          fmt::format("{}: no checklist has it{}", what, hint(confirmation.item, items)));
    }
    if (trim(confirmation.by).empty()) {
      mistakes.push_back(what + ": who confirms it is not known");
    }
  }
}

}  // namespace

std::string_view kind_name(const GateRule& rule) {
  constexpr std::array<std::string_view, std::variant_size_v<GateRule>> names{
      "backup", "window", "healthy", "quiet", "checklist", "staging", "ready", "exec"};
  return names.at(rule.index());
}

std::string_view to_string(GateState state) {
  constexpr std::array<std::string_view, 3> names{"passed", "refused", "overridden"};
  return names.at(static_cast<std::size_t>(state));
}

bool GateVerdict::is_open() const {
  return std::ranges::none_of(
      reasons, [](const GateReason& reason) { return reason.state == GateState::refused; });
}

Result<GateVerdict> judge(const std::vector<Gate>& gates, const GateRequest& request,
                          const GateFacts& facts, Instant now) {
  Mistakes mistakes;
  check_overrides(gates, request, mistakes);
  check_confirmations(gates, request, mistakes);
  if (!mistakes.empty()) {
    return failure(Fault::malformed, fmt::format("{}", fmt::join(mistakes, "\n")));
  }
  GateVerdict verdict{.reasons = {}, .overrides = request.overrides};
  for (const Gate& gate : gates) {
    verdict.reasons.push_back(reason_of(gate, request, facts, now));
  }
  return verdict;
}

}  // namespace ripcord::deploy
