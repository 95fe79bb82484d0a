#pragma once

#include "model/finding.hpp"
#include "model/sample.hpp"

#include <chrono>

namespace ripcord::test {

constexpr ProbeTiming every_5s{.interval = std::chrono::seconds(5),
                               .retry_interval = std::chrono::seconds(5),
                               .timeout = std::chrono::seconds(8),
                               .stale_after = std::chrono::seconds(15)};

constexpr Finding no_data{.state = FindingState::no_data, .progress = 0};
constexpr Finding pass{.state = FindingState::pass, .progress = 0};
constexpr Finding tripped{.state = FindingState::tripped, .progress = 1};

inline Finding pending(double progress) {
  return {.state = FindingState::pending, .progress = progress};
}

/// An answer after `latency`.
inline Sample answered(Instant taken_at, Duration latency, Outcome outcome = Outcome::good) {
  return {.taken_at = taken_at,
          .latency = latency,
          .latency_kind = LatencyKind::measured,
          .outcome = outcome,
          .reason = outcome == Outcome::good ? "" : "status 500, expected 200-299",
          .readings = {}};
}

/// The probe gave up after `timeout`.
inline Sample timed_out(Instant taken_at, Duration timeout) {
  return {.taken_at = taken_at,
          .latency = timeout,
          .latency_kind = LatencyKind::at_least,
          .outcome = Outcome::bad,
          .reason = "timeout",
          .readings = {}};
}

inline Sample refused(Instant taken_at) {
  return {.taken_at = taken_at,
          .latency = {},
          .latency_kind = LatencyKind::none,
          .outcome = Outcome::bad,
          .reason = "connection refused",
          .readings = {}};
}

inline Sample unknown(Instant taken_at) {
  return {.taken_at = taken_at,
          .latency = {},
          .latency_kind = LatencyKind::none,
          .outcome = Outcome::unknown,
          .reason = "no such host",
          .readings = {}};
}

}  // namespace ripcord::test
