#include "deploy/dora_report.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <utility>

namespace ripcord::deploy {
namespace {

/// A figure of one period.
struct Value {
  std::optional<double> number;
  std::size_t samples = 0;
  Standing standing = Standing::no_data;
};

std::optional<double> seconds(const std::optional<Duration>& length) {
  if (!length) return std::nullopt;
  return std::chrono::duration<double>(*length).count();
}

Value value_of(const Lengths& lengths, Standing standing = Standing::no_data) {
  return {.number = seconds(lengths.p50), .samples = lengths.samples, .standing = standing};
}

Value value_of(const Share& share, Standing standing = Standing::no_data) {
  return {.number = share.ratio(), .samples = share.changes, .standing = standing};
}

Value value_of(const Frequency& frequency) {
  std::optional<double> number;
  if (frequency.median_week) number = static_cast<double>(*frequency.median_week);
  return {.number = number, .samples = frequency.deployments, .standing = frequency.standing};
}

Value value_of(const Recovery& recovery) {
  return {.number = seconds(recovery.median),
          .samples = recovery.total.samples + recovery.never,
          .standing = recovery.standing};
}

enum class Wanted : std::uint8_t { more, less };

Trend trend_of(const Value& now, const Value& before, Wanted wanted) {
  if (!now.number || !before.number) return Trend::no_data;
  if (*now.number == *before.number) return Trend::same;
  const bool has_grown = *now.number > *before.number;
  return has_grown == (wanted == Wanted::more) ? Trend::better : Trend::worse;
}

/// What a row is called and measured in.
struct Head {
  std::string_view name;
  std::string target;
  std::string_view unit = "seconds";
  Wanted wanted = Wanted::less;
};

DoraLine line_of(const Head& head, const Value& now, const Value& before) {
  return {.name = std::string(head.name),
          .target = head.target,
          .unit = std::string(head.unit),
          .current = now.number,
          .samples = now.samples,
          .standing = now.standing,
          .before = before.number,
          .samples_before = before.samples,
          .trend = trend_of(now, before, head.wanted)};
}

std::string below(Duration limit) {
  return fmt::format("< {}", ripcord::to_string(limit));
}

/// How often the target is met that wants one deployment a week: "1–2 a week", more is no miss.
std::string at_least(std::uint32_t per_week) {
  return fmt::format("{}–{} a week", per_week, 2 * per_week);
}

std::vector<DoraLine> lines_of(const DoraFigures& now, const DoraFigures& before,
                               const DoraTargets& targets) {
  const Recovery& recovery = now.recovery;
  const Recovery& recovery_before = before.recovery;
  const auto part = [&](std::string_view name, Lengths Recovery::* of) {
    return line_of({.name = name, .target = ""}, value_of(recovery.*of),
                   value_of(recovery_before.*of));
  };
  return {
      line_of({.name = "deployment_frequency",
               .target = at_least(targets.per_week_min),
               .unit = "per_week",
               .wanted = Wanted::more},
              value_of(now.frequency), value_of(before.frequency)),
      line_of({.name = "lead_time", .target = below(targets.lead_time_below)},
              value_of(now.lead_time, now.lead_time_standing), value_of(before.lead_time)),
      line_of({.name = "change_failure_rate",
               .target = fmt::format("< {} %", targets.failure_percent_below),
               .unit = "ratio"},
              value_of(now.failures, now.failures_standing), value_of(before.failures)),
      line_of({.name = "recovery_time", .target = below(targets.recovery_below)},
              value_of(recovery), value_of(recovery_before)),
      part("recovery_detect", &Recovery::detect),
      part("recovery_decide", &Recovery::decide),
      part("recovery_act", &Recovery::act),
      part("recovery_verify", &Recovery::verify),
      line_of({.name = "deployment_time", .target = below(targets.deployment_time_below)},
              value_of(now.deployment_time, now.deployment_time_standing),
              value_of(before.deployment_time)),
      line_of({.name = "rework_rate", .target = "", .unit = "ratio"}, value_of(now.rework),
              value_of(before.rework)),
  };
}

}  // namespace

std::string_view to_string(Trend trend) {
  constexpr std::array<std::string_view, 4> names{"no_data", "better", "same", "worse"};
  return names.at(static_cast<std::size_t>(trend));
}

DoraReport dora_report(const std::vector<DoraInput>& inputs, std::optional<Instant> known_since,
                       Duration length, Instant to, const DoraTargets& targets) {
  const Instant known = std::min(known_since.value_or(to), to);
  DoraReport report;
  report.to = to;
  report.from = std::max(to - length, known);
  report.before_from = std::min(std::max(to - 2 * length, known), report.from);
  report.figures = dora(inputs, report.from, to, targets);
  report.before = dora(inputs, report.before_from, report.from, targets);
  report.lines = lines_of(report.figures, report.before, targets);
  return report;
}

}  // namespace ripcord::deploy
