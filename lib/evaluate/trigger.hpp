#pragma once

#include "base/indirect.hpp"
#include "evaluate/connection_lost.hpp"
#include "evaluate/consecutive_failures.hpp"
#include "evaluate/error_ratio.hpp"
#include "evaluate/latency.hpp"
#include "evaluate/occurrences.hpp"
#include "evaluate/regression.hpp"
#include "evaluate/reported_latency.hpp"
#include "evaluate/rules.hpp"
#include "evaluate/value.hpp"
#include "model/baseline.hpp"
#include "model/finding.hpp"
#include "model/occurrence.hpp"
#include "model/sample.hpp"

#include <optional>
#include <string>
#include <variant>

namespace ripcord::evaluate {

/// A rule and what it has seen. O(1) each sample, amortised, however long the history; only a
/// regression that looks worse costs more, bounded by its window. Allocates nothing once its texts
/// have been as long as they get. Memory: 208 bytes, and what its kind says.
class Trigger {
 public:
  Trigger(const Rule& rule, const ProbeTiming& timing);

  [[nodiscard]] Rule rule() const;
  /// Its rule, or null when it is no regression.
  [[nodiscard]] const Regression* regression() const;

  /// Takes a sample of its probe. Pre: samples come in order of time.
  void take(const Sample& sample);
  /// Takes an occurrence of its probe. Pre: occurrences come in order of time; a sample may be
  /// older or younger. Only `occurrences` looks at them.
  void take(const Occurrence& occurrence);
  /// Gives `regression` what it compares with from now on; nothing to the others.
  void arm(const Baseline& baseline);
  /// Forgets all that was seen: a new epoch. A baseline stays.
  void clear();
  [[nodiscard]] Finding finding(Instant now) const;
  /// The finding in words with its numbers. Not for the hot path.
  [[nodiscard]] std::string reason(Instant now) const;
  /// When the trouble that is pending or tripped began; nothing without trouble.
  [[nodiscard]] std::optional<Instant> bad_since() const;
  /// How long until the trip if nothing changes; zero when tripped, nothing when it would not trip.
  [[nodiscard]] std::optional<Duration> time_to_trip(Instant now) const;
  /// The first instant after `now` at which the finding may change by time alone: something ages
  /// out, or knowledge goes stale. Nothing when it cannot.
  [[nodiscard]] std::optional<Instant> next_change(Instant now) const;

 private:
  using Judge =
      std::variant<ConsecutiveFailuresJudge, LatencyJudge, ErrorRatioJudge, ConnectionLostJudge,
                   OccurrencesJudge, ValueJudge, ReportedLatencyJudge, Indirect<RegressionJudge>>;
  struct MakeJudge;

  Judge judge_;
};

/// The kind's word: `"consecutive_failures"`, `"latency"`, …
[[nodiscard]] std::string_view kind_name(const Rule& rule);

/// With which setting the trigger would have tripped when its progress was `peak`, in (0, 1), and
/// everything else the same: `"failures = 2"`, `"for = 1m 30s"`, `"more_than = 1"`.
[[nodiscard]] std::string setting_that_trips(const Rule& rule, double peak);

}  // namespace ripcord::evaluate
