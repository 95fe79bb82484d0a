#include "base/text.hpp"
#include "model/deployment.hpp"
#include "model/effect.hpp"
#include "model/finding.hpp"
#include "model/run.hpp"
#include "model/sample.hpp"

#include <fmt/format.h>

#include <array>
#include <charconv>

namespace ripcord {
namespace {

constexpr std::array<std::string_view, 6> run_outcomes{"exited",  "signalled", "timed_out",
                                                       "stopped", "refused",   "lost"};

/// `" after 2.1s"`, or nothing when the command never began.
std::string after(const RunResult& result) {
  if (!result.started_at) return "";
  return fmt::format(" after {}", for_people(result.ended_at - *result.started_at));
}

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

std::string to_string(StepId step) {
  std::string text = step.kind == StepKind::verify ? std::string("verify")
                                                   : fmt::format("rollback.{}", step.index + 1);
  return step.attempt == 0 ? text : fmt::format("{}+{}", text, step.attempt);
}

Result<StepId> parse_step(std::string_view text) {
  const std::size_t plus = text.find('+');
  const std::string_view base = text.substr(0, plus);
  std::optional<std::uint32_t> attempt = 0;
  if (plus != std::string_view::npos) attempt = positive(text.substr(plus + 1));

  constexpr std::string_view prefix = "rollback.";
  std::optional<std::uint32_t> number;
  if (base.starts_with(prefix)) number = positive(base.substr(prefix.size()));

  if (attempt && base == "verify") return StepId{StepKind::verify, 0, *attempt};
  if (attempt && number) return StepId{StepKind::rollback, *number - 1, *attempt};
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
  static const std::vector<std::string_view> names{"deploying",   "baking",          "rolling_back",
                                                   "verifying",   "succeeded",       "failed",
                                                   "rolled_back", "rollback_failed", "aborted"};
  return names;
}

std::string_view name(const Phase& phase) {
  return phase_names().at(phase.index());
}

bool is_terminal(const Phase& phase) {
  return !std::holds_alternative<Deploying>(phase) && !std::holds_alternative<Baking>(phase) &&
         !std::holds_alternative<RollingBack>(phase) && !std::holds_alternative<Verifying>(phase);
}

}  // namespace ripcord
