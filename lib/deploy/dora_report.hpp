#pragma once

#include "base/time.hpp"
#include "deploy/dora.hpp"
#include "deploy/dora_input.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace ripcord::deploy {

/// This period against the one before.
enum class Trend : std::uint8_t { no_data, better, same, worse };
[[nodiscard]] std::string_view to_string(Trend trend);

/// One row of the table of figures.
struct DoraLine {
  std::string name;    ///< `"change_failure_rate"`
  std::string target;  ///< `"< 15 %"`; empty when there is none
  std::string unit;    ///< `"per_week"`, `"ratio"` or `"seconds"`
  /// Nothing without a sample. Nothing, too, while the median of the recoveries is a rollback that
  /// failed: its standing is then `missed`.
  std::optional<double> current = std::nullopt;
  std::size_t samples = 0;  ///< what `current` was reckoned from
  Standing standing = Standing::no_data;
  std::optional<double> before = std::nullopt;  ///< `current` of the period before
  std::size_t samples_before = 0;
  Trend trend = Trend::no_data;
};

/// The figures of a period, beside those of the period before it, which is as long.
struct DoraReport {
  Instant from;  ///< no earlier than anything is known
  Instant to;
  Instant before_from;  ///< where the period before begins; `from` when nothing is known of it
  DoraFigures figures;
  DoraFigures before;
  std::vector<DoraLine> lines;
};

/// Reports on the `length` until `to`. Of what was before `known_since`, when the history begins,
/// nothing is known: weeks without a deployment count only after it. Nothing is reported of an
/// empty period. `inputs` reach back two lengths. O(n log n).
[[nodiscard]] DoraReport dora_report(const std::vector<DoraInput>& inputs,
                                     std::optional<Instant> known_since, Duration length,
                                     Instant to, const DoraTargets& targets = {});

}  // namespace ripcord::deploy
