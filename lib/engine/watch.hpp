#pragma once

#include "engine/settings.hpp"
#include "engine/snapshot.hpp"
#include "evaluate/trigger.hpp"
#include "model/finding.hpp"
#include "model/sample.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace ripcord::engine {

/// The eyes of one service: what its probes last said and what its triggers find in it.
class Watch {
 public:
  /// A trigger's finding has changed its state.
  struct Edge {
    std::size_t trigger = 0;
    FindingState from = FindingState::no_data;
    FindingState to = FindingState::no_data;
  };

  explicit Watch(const ServiceSettings& settings);

  /// Takes new settings over; triggers whose own and whose probe's settings are the same keep what
  /// they have seen.
  void apply(const ServiceSettings& before, const ServiceSettings& settings);

  /// Takes a sample of the `probe`-th probe and appends the edges that it causes. A probe that
  /// began before the epoch is counted, but its triggers do not see it.
  void take(Instant now, std::size_t probe, const Sample& sample, std::vector<Edge>& edges);

  /// Judges every trigger again: time alone can make knowledge stale.
  void look_again(Instant now, std::vector<Edge>& edges);

  /// Forgets what the triggers have seen: an action has changed the world, and what begins before
  /// `epoch` says nothing about the new one.
  void begin_epoch(Instant epoch);

  /// Marks what is pending or tripped now: it cannot roll the deployment that begins now back,
  /// until it has once been `pass`. What was marked before and has not passed since stays marked.
  void mark_preexisting();
  void restore_preexisting(const std::vector<std::string>& names);
  /// The names of the marked triggers.
  [[nodiscard]] std::vector<std::string> preexisting() const;

  /// Since when no trigger has been pending or tripped and at least one has passed; without
  /// triggers, since the epoch.
  [[nodiscard]] std::optional<Instant> healthy_since() const { return healthy_since_; }

  /// The triggers that are tripped and do `action`.
  [[nodiscard]] std::vector<std::size_t> acting(Action action) const;

  [[nodiscard]] const std::string& name(std::size_t trigger) const;
  [[nodiscard]] std::string reason(std::size_t trigger, Instant now) const;
  [[nodiscard]] std::optional<Instant> bad_since(std::size_t trigger) const;

  void write(Instant now, ServiceSnapshot& snapshot) const;

 private:
  struct ProbeState {
    std::string name;
    std::optional<Sample> last;
    std::uint64_t samples = 0;
    std::uint64_t samples_bad = 0;
    std::uint64_t samples_unknown = 0;
    std::vector<std::size_t> triggers;
  };
  struct TriggerState {
    TriggerSettings settings;
    evaluate::Trigger trigger;
    FindingState state = FindingState::no_data;
    bool preexisting = false;
    std::uint64_t trips = 0;
  };

  void judge(Instant now, std::size_t trigger, std::vector<Edge>& edges);
  void update_health(Instant now);
  [[nodiscard]] bool is_healthy() const;

  std::vector<ProbeState> probes_;
  std::vector<TriggerState> triggers_;
  std::optional<Instant> epoch_;
  std::optional<Instant> healthy_since_;
};

}  // namespace ripcord::engine
