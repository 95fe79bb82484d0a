#pragma once

#include "evaluate/rules.hpp"
#include "model/finding.hpp"
#include "model/sample.hpp"
#include "window/freshness.hpp"
#include "window/hold.hpp"

#include <optional>
#include <string>

namespace ripcord::evaluate {

/// Judges whether an established connection is gone: progress = held / `for`.
///
/// A sample that says so begins a loss, a good one ends it. A bad one that says nothing of a loss
/// (the server has no connection to spare) does neither: the loss goes on, its time stands still;
/// and without a loss it is no knowledge, so that the finding becomes no_data and never pass by it.
/// Unknown samples are gaps. Memory: O(1) and the last reason.
class ConnectionLostJudge {
 public:
  ConnectionLostJudge(const ConnectionLost& rule, const ProbeTiming& timing)
      : rule_(rule), retry_interval_(timing.retry_interval), freshness_(timing), hold_(timing) {}

  [[nodiscard]] const ConnectionLost& rule() const { return rule_; }

  void take(const Sample& sample);
  void clear();
  [[nodiscard]] Finding finding(Instant now) const;
  /// `"connection lost for 10s of 30s: server closed the connection"`.
  [[nodiscard]] std::string reason(Instant now) const;
  [[nodiscard]] std::optional<Instant> bad_since() const { return hold_.since(); }
  [[nodiscard]] std::optional<Duration> time_to_trip(Instant now) const;
  [[nodiscard]] std::optional<Instant> next_change(Instant now) const;

 private:
  ConnectionLost rule_;
  Duration retry_interval_;
  window::Freshness freshness_;  ///< of good samples and losses
  window::Hold hold_;
  std::string last_loss_;
};

}  // namespace ripcord::evaluate
