#pragma once

#include "base/indirect.hpp"
#include "evaluate/rules.hpp"
#include "model/finding.hpp"
#include "model/occurrence.hpp"
#include "model/sample.hpp"
#include "window/count_within.hpp"
#include "window/freshness.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

namespace ripcord::evaluate {

/// Counts the occurrences of one kind: progress = count / (`more_than` + 1), of the pair of limits
/// that is nearer to its trip. One occurrence already is pending.
///
/// What was seen counts until it ages out, also when the probe no longer answers; but that there
/// was none is known only while its samples are (good or bad), unless the rule needs no samples.
/// Memory: 8 bytes for each of `more_than` + 1 occurrences, of both pairs, and the last note.
class OccurrencesJudge {
 public:
  OccurrencesJudge(const Occurrences& rule, const ProbeTiming& timing);

  [[nodiscard]] const Occurrences& rule() const { return rule_; }

  void take(const Sample& sample);
  /// O(min(count, more_than + 1)). Pre: occurrences come in order of time among themselves.
  void take(const Occurrence& occurrence);
  void clear();
  [[nodiscard]] Finding finding(Instant now) const;
  /// `"2 restarts within 10m, limit 3: exit code 137"`, `"more than 3 restarts within 10m: …"`.
  [[nodiscard]] std::string reason(Instant now) const;
  /// The first of those that counted when the last one came.
  [[nodiscard]] std::optional<Instant> bad_since() const;
  /// Zero or nothing: when no more occur it does not trip.
  [[nodiscard]] std::optional<Duration> time_to_trip(Instant now) const;
  [[nodiscard]] std::optional<Instant> next_change(Instant now) const;

 private:
  /// One pair of limits at one instant.
  struct Level {
    const window::CountWithin* window;
    std::size_t count;
    std::uint32_t more_than;

    [[nodiscard]] bool is_over() const { return count > more_than; }
    [[nodiscard]] double progress() const {
      return static_cast<double>(count) / (static_cast<double>(more_than) + 1);
    }
  };
  /// The pair that is nearer to its trip; the short one when both are as near.
  [[nodiscard]] Level nearest(Instant now) const;
  [[nodiscard]] bool knows_of_none(Instant now) const;

  Occurrences rule_;
  window::Freshness freshness_;
  window::CountWithin short_;
  OptionalIndirect<window::CountWithin> long_;
  std::string last_note_;
};

}  // namespace ripcord::evaluate
