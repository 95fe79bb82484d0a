#pragma once

#include "evaluate/rules.hpp"
#include "model/finding.hpp"
#include "model/sample.hpp"
#include "window/freshness.hpp"
#include "window/hold.hpp"
#include "window/latency_window.hpp"

#include <optional>
#include <string>

namespace ripcord::evaluate {

/// Judges a quantile of the latencies in a window: progress = held / `for`.
///
/// A probe that gave up counts with at least its timeout (censored); one that nobody answered
/// (refused, unknown) has no latency: it is a gap of the hold. Memory: 12 bytes for each probe that
/// fits into the window at the shortest interval.
class LatencyJudge {
 public:
  LatencyJudge(const Latency& rule, const ProbeTiming& timing);

  [[nodiscard]] const Latency& rule() const { return rule_; }

  void take(const Sample& sample);
  void clear();
  [[nodiscard]] Finding finding(Instant now) const;
  /// `"p95 6.2s over 1m (12 samples), above 5s for 1m 5s of 2m"`.
  [[nodiscard]] std::string reason(Instant now) const;
  [[nodiscard]] std::optional<Instant> bad_since() const { return hold_.since(); }
  [[nodiscard]] std::optional<Duration> time_to_trip(Instant now) const;
  [[nodiscard]] std::optional<Instant> next_change(Instant now) const;

 private:
  [[nodiscard]] bool has_enough() const { return window_.count() >= rule_.samples_min; }

  Latency rule_;
  Duration interval_;
  window::Freshness freshness_;
  window::LatencyWindow window_;
  window::Hold hold_;
};

}  // namespace ripcord::evaluate
