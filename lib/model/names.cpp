#include "base/text.hpp"
#include "model/deployment.hpp"
#include "model/effect.hpp"
#include "model/finding.hpp"
#include "model/run.hpp"
#include "model/sample.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstddef>
#include <utility>
#include <variant>

namespace ripcord {
namespace {

constexpr std::array<std::string_view, 6> run_outcomes{"exited",  "signalled", "timed_out",
                                                       "stopped", "refused",   "lost"};

/// `" after 2.1s"`, or nothing when the command never began.
std::string after(const RunResult& result) {
  if (!result.started_at) return "";
  return fmt::format(" after {}", for_people(result.ended_at - *result.started_at));
}

/// The phases that something still follows are named; one that is forgotten here is an error of the
/// table test.
struct IsTerminal {
  bool operator()(const Gating&) const { return false; }
  bool operator()(const Deploying&) const { return false; }
  bool operator()(const Shifting&) const { return false; }
  bool operator()(const Baking&) const { return false; }
  bool operator()(const RollingBack&) const { return false; }
  bool operator()(const Verifying&) const { return false; }
  bool operator()(const auto&) const { return true; }
};

/// One default phase of each kind, in the order of the variant.
template <std::size_t... Index>
Phase phase_at(std::size_t wanted, std::index_sequence<Index...>) {
  Phase phase;
  ((Index == wanted ? void(phase.emplace<Index>()) : void()), ...);
  return phase;
}

/// The words of StepKind, in its order. Steps of every kind but the last are counted.
constexpr std::array<std::string_view, 4> step_kinds{"deploy", "shift", "rollback", "verify"};

/// A whole number from 1, without leading zeros.
std::optional<std::uint32_t> positive(std::string_view digits) {
  std::uint32_t number = 0;
  const char* last = digits.data() + digits.size();
  const auto [end, error] = std::from_chars(digits.data(), last, number);
  if (error != std::errc() || end != last || digits.front() == '0') return std::nullopt;
  return number;
}

std::string with_message(std::string text, const RunResult& result) {
  return result.message.empty() ? text : fmt::format("{}: {}", text, result.message);
}

}  // namespace

std::string_view to_string(Outcome outcome) {
  constexpr std::array<std::string_view, 3> names{"good", "bad", "unknown"};
  return names.at(static_cast<std::size_t>(outcome));
}

std::string_view to_string(FindingState state) {
  constexpr std::array<std::string_view, 4> names{"no_data", "pass", "pending", "tripped"};
  return names.at(static_cast<std::size_t>(state));
}

std::string_view to_string(Severity severity) {
  constexpr std::array<std::string_view, 3> names{"info", "warning", "critical"};
  return names.at(static_cast<std::size_t>(severity));
}

std::string_view to_string(RunOutcome outcome) {
  return run_outcomes.at(static_cast<std::size_t>(outcome));
}

Result<RunOutcome> parse_run_outcome(std::string_view text) {
  for (std::size_t i = 0; i < run_outcomes.size(); ++i) {
    if (run_outcomes[i] == text) return static_cast<RunOutcome>(i);
  }
  return failure(Fault::malformed,
                 fmt::format("{:?} is not the outcome of a run", printable(text, 40)));
}

std::string_view to_string(Way way) {
  constexpr std::array<std::string_view, 3> names{"driven", "announced", "noticed"};
  return names.at(static_cast<std::size_t>(way));
}

std::string to_string(StepId step) {
  std::string text(step_kinds.at(static_cast<std::size_t>(step.kind)));
  if (step.kind != StepKind::verify) text += fmt::format(".{}", step.index + 1);
  return step.attempt == 0 ? text : fmt::format("{}+{}", text, step.attempt);
}

Result<StepId> parse_step(std::string_view text) {
  const std::size_t plus = text.find('+');
  const std::string_view base = text.substr(0, plus);
  std::optional<std::uint32_t> attempt = 0;
  if (plus != std::string_view::npos) attempt = positive(text.substr(plus + 1));

  const std::size_t dot = base.find('.');
  const auto kind = std::ranges::find(step_kinds, base.substr(0, dot));
  const bool is_verify = kind != step_kinds.end() && kind + 1 == step_kinds.end();
  std::optional<std::uint32_t> number;
  if (is_verify && dot == std::string_view::npos) number = 1;
  if (!is_verify && dot != std::string_view::npos) number = positive(base.substr(dot + 1));

  if (attempt && number && kind != step_kinds.end()) {
    return StepId{static_cast<StepKind>(kind - step_kinds.begin()), *number - 1, *attempt};
  }
  return failure(Fault::malformed, fmt::format("{:?} is not a step; write \"rollback.1\" or "
                                               "\"verify\"",
                                               printable(text, 40)));
}

std::string describe(const RunResult& result) {
  switch (result.outcome) {
    case RunOutcome::exited:
      return with_message(fmt::format("exited {}{}", result.code, after(result)), result);
    case RunOutcome::signalled:
      return with_message(fmt::format("ended by signal {}{}", result.code, after(result)), result);
    case RunOutcome::timed_out:
      return with_message(fmt::format("timed out{}", after(result)), result);
    case RunOutcome::stopped:
      return with_message(fmt::format("stopped{}", after(result)), result);
    case RunOutcome::refused:
      return with_message("not started", result);
    case RunOutcome::lost:
      break;
  }
  return with_message("lost", result);
}

const std::vector<std::string_view>& phase_names() {
  static const std::vector<std::string_view> names{
      "gating",  "deploying", "shifting", "baking",      "rolling_back",    "verifying",
      "refused", "succeeded", "failed",   "rolled_back", "rollback_failed", "aborted"};
  return names;
}

std::string_view name(const Phase& phase) {
  return phase_names().at(phase.index());
}

Result<Phase> parse_phase(std::string_view text) {
  const auto& names = phase_names();
  const auto found = std::ranges::find(names, text);
  if (found != names.end()) {
    return phase_at(static_cast<std::size_t>(found - names.begin()),
                    std::make_index_sequence<std::variant_size_v<Phase>>());
  }
  return failure(Fault::malformed, fmt::format("{:?} is not a phase", printable(text, 40)));
}

bool is_terminal(const Phase& phase) {
  return std::visit(IsTerminal{}, phase);
}

}  // namespace ripcord
