#pragma once

#include "base/time.hpp"
#include "deploy/dora_input.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace ripcord::deploy {

// The five figures of DORA's research on software delivery (https://dora.dev/guides/dora-metrics/)
// and their targets here. Quantiles are nearest rank: the p-th percentile of n values is the
// ceil(p·n/100)-th smallest, always one that was measured. Without a sample there is no figure: a
// field is then empty, never 0.

/// What is aimed at: at least so often, and below so much.
struct DoraTargets {
  std::uint32_t per_week_min = 1;  ///< of "1–2 a week"; more is not a miss
  Duration lead_time_below = std::chrono::days(1);
  std::uint32_t failure_percent_below = 15;
  Duration recovery_below = std::chrono::minutes(15);
  Duration deployment_time_below = std::chrono::minutes(10);
};

enum class Standing : std::uint8_t { no_data, met, missed };
[[nodiscard]] std::string_view to_string(Standing standing);

/// Lengths of time from one instant to another.
struct Lengths {
  std::size_t samples = 0;
  std::optional<Duration> p50;
  std::optional<Duration> p90;
  std::optional<Duration> longest;
  std::size_t negative = 0;  ///< dropped: the second instant was before the first
  std::size_t unknown = 0;   ///< dropped: one of the two is not known

  friend bool operator==(const Lengths&, const Lengths&) = default;
};

struct Frequency {
  std::size_t deployments = 0;             ///< delivered in the range
  std::optional<double> mean_per_week;     ///< over the whole range
  std::size_t weeks = 0;                   ///< whole calendar weeks in it: Monday to Sunday, UTC
  std::optional<std::size_t> median_week;  ///< deployments in the median one; empty weeks count
  Standing standing = Standing::no_data;   ///< of the median week

  friend bool operator==(const Frequency&, const Frequency&) = default;
};

/// Of the changes in the range: deployments whose outcome is known.
struct Share {
  std::size_t count = 0;
  std::size_t changes = 0;

  [[nodiscard]] std::optional<double> ratio() const;
  friend bool operator==(const Share&, const Share&) = default;
};

/// From the trip, or a person's word, until the previous version is verified.
struct Recovery {
  Lengths total;                   ///< decide, act and verify together
  Lengths detect;                  ///< first bad evidence to trip; before the total
  Lengths decide;                  ///< trip to the first rollback step
  Lengths act;                     ///< the rollback steps
  Lengths verify;                  ///< the last rollback step to verified
  std::size_t never = 0;           ///< rollbacks that failed: longer than any length, in the median
  std::optional<Duration> median;  ///< nothing, too, when it is one that failed
  Standing standing = Standing::no_data;  ///< of the median of the total

  friend bool operator==(const Recovery&, const Recovery&) = default;
};

struct DoraFigures {
  Frequency frequency;
  Lengths lead_time;  ///< commit to succeeded, of those that succeeded
  Standing lead_time_standing = Standing::no_data;
  Share failures;
  Standing failures_standing = Standing::no_data;
  Recovery recovery;
  Lengths deployment_time;  ///< announced to deployed; the bake is not part of it
  Standing deployment_time_standing = Standing::no_data;
  Share rework;             ///< has no target
  std::size_t aborted = 0;  ///< of which nobody knows how they would have ended

  friend bool operator==(const DoraFigures&, const DoraFigures&) = default;
};

/// The figures of what ended from `from` until just before `to`, which is no later than now. Drills
/// count nowhere; a manual rollback is no deployment, but its recovery counts; docs/deployment.md
/// has all the rules. Total: an empty range has no figures. O(n log n).
[[nodiscard]] DoraFigures dora(const std::vector<DoraInput>& inputs, Instant from, Instant to,
                               const DoraTargets& targets = {});

}  // namespace ripcord::deploy
