#pragma once

#include "engine/settings.hpp"
#include "engine/snapshot.hpp"
#include "evaluate/trigger.hpp"
#include "model/deployment.hpp"
#include "model/finding.hpp"
#include "model/occurrence.hpp"
#include "model/sample.hpp"
#include "window/baseline_window.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace ripcord::engine {

/// How many probes there are, and how many of them see nothing.
struct Sight {
  std::size_t probes = 0;
  std::size_t blind = 0;  ///< those whose last two samples were unknown

  [[nodiscard]] bool is_blind() const { return probes > 0 && blind == probes; }
  Sight& operator+=(const Sight& other) {
    probes += other.probes;
    blind += other.blind;
    return *this;
  }
  Sight& operator-=(const Sight& other) {
    probes -= other.probes;
    blind -= other.blind;
    return *this;
  }
};

/// How near a trigger came to its trip.
struct Peak {
  double progress = 0;
  std::string reason;  ///< empty while the progress is 0
};

/// The eyes of one service: what its probes last said and what its triggers find in it.
class Watch {
 public:
  /// A trigger's finding has changed its state.
  struct Edge {
    std::size_t trigger = 0;
    FindingState from = FindingState::no_data;
    FindingState to = FindingState::no_data;
  };

  /// Regressions compare with a good stretch of the length `baseline`.
  Watch(std::vector<ProbeSettings> probes, const std::vector<TriggerSettings>& triggers,
        Duration baseline);

  /// Becomes `fresh`, which has seen nothing yet; triggers whose own and whose probe's settings are
  /// the same keep what they have seen.
  void apply(Watch fresh);

  /// Takes a sample of the `probe`-th probe and appends the edges that it causes. A probe that
  /// began before the epoch is counted, but its triggers do not see it.
  void take(Instant now, std::size_t probe, const Sample& sample, std::vector<Edge>& edges);
  /// As above, of something that the `probe`-th probe saw happen.
  void take(Instant now, std::size_t probe, const Occurrence& occurrence, std::vector<Edge>& edges);

  /// As above, of something that people have noticed: every trigger that counts the signal sees it.
  void take(Instant now, std::string_view signal, const Occurrence& occurrence,
            std::vector<Edge>& edges);
  /// The signals that triggers count, each once.
  [[nodiscard]] std::vector<std::string> signals() const;

  /// Judges every trigger again: time alone can make knowledge stale.
  void look_again(Instant now, std::vector<Edge>& edges);
  /// The first instant after `now` at which look_again() may find something new.
  [[nodiscard]] std::optional<Instant> next_change(Instant now) const;

  /// What the regressions have learned of the last good stretch in this epoch; of those that have
  /// learned too little, what learned() said last, if anything.
  [[nodiscard]] std::vector<TriggerBaseline> baselines() const;
  /// Has the regressions compare with these from now on.
  void arm(const std::vector<TriggerBaseline>& baselines);
  /// What is known of the version that runs now from before this epoch.
  void learned(const std::vector<TriggerBaseline>& baselines);

  /// From now on the highest progress of each trigger is kept.
  void begin_peaks();
  /// Gives them back, one for each trigger, with the reasons of then.
  [[nodiscard]] std::vector<Peak> end_peaks();
  /// See evaluate::setting_that_trips().
  [[nodiscard]] std::string setting_that_trips(std::size_t trigger, double peak) const;

  /// Whether each probe has said something, be it that it knows nothing.
  [[nodiscard]] bool has_heard_all() const;
  /// How long the slowest probe may take to say something.
  [[nodiscard]] Duration longest_silence() const;

  [[nodiscard]] Sight sight() const { return {.probes = probes_.size(), .blind = blind_probes_}; }

  /// Forgets what the triggers have seen: an action has changed the world, and what begins before
  /// `epoch` says nothing about the new one.
  void begin_epoch(Instant epoch);
  [[nodiscard]] std::optional<Instant> epoch() const { return epoch_; }

  /// Marks what is pending or tripped now: it cannot roll the deployment that begins now back,
  /// until it has once been `pass`. What was marked before and has not passed since stays marked.
  void mark_preexisting();
  void restore_preexisting(const std::vector<std::string>& names);
  /// The names of those that mark_preexisting() would leave marked.
  [[nodiscard]] std::vector<std::string> in_trouble() const;
  /// The names of the marked triggers.
  [[nodiscard]] std::vector<std::string> preexisting() const;

  /// Since when no trigger has been pending or tripped and at least one has passed by what a probe
  /// knows; without any that could, since the epoch.
  [[nodiscard]] std::optional<Instant> healthy_since() const { return healthy_since_; }

  /// The triggers that are tripped and do `action`.
  [[nodiscard]] std::vector<std::size_t> acting(Action action) const;

  [[nodiscard]] const std::string& name(std::size_t trigger) const;
  [[nodiscard]] std::string reason(std::size_t trigger, Instant now) const;
  [[nodiscard]] std::optional<Instant> bad_since(std::size_t trigger) const;

  void write(Instant now, ServiceSnapshot& snapshot) const;

 private:
  struct ProbeState {
    std::optional<Sample> last;
    std::uint64_t samples = 0;
    std::uint64_t samples_bad = 0;
    std::uint64_t samples_unknown = 0;
    std::uint32_t unknown_in_a_row = 0;
    std::vector<std::uint32_t> triggers;
  };
  /// Of a trigger's settings, what no sample asks for. Its rule is known to the trigger itself.
  struct TriggerTraits {
    std::string name;
    std::optional<std::uint32_t> probe;  ///< nothing: it counts signals
    std::string signal;                  ///< called so
    Action action = Action::rollback;
    bool shadow = false;
  };
  struct TriggerState {
    TriggerState(const TriggerSettings& settings, const ProbeTiming& timing);

    evaluate::Trigger trigger;
    FindingState state = FindingState::no_data;
    bool preexisting = false;
    // Of its settings, what every sample asks for.
    bool counts = true;           ///< in the health
    bool must_know = false;       ///< no data keeps the service from being healthy
    bool needs_knowledge = true;  ///< passes only by what a probe knows
    std::uint64_t trips = 0;
  };
  /// What a regression knows of how things were.
  struct Memory {
    std::size_t trigger = 0;
    window::BaselineWindow good;  ///< the last good stretch of this epoch
    std::optional<Baseline> learned = std::nullopt;
  };

  void judge(Instant now, std::size_t trigger, std::vector<Edge>& edges);
  void note_sight(ProbeState& probe, Outcome outcome);
  void learn(std::size_t probe, const Sample& sample);
  [[nodiscard]] Memory* memory_of(std::size_t trigger);
  /// What the trigger of the same name in `from` has seen, as far as it is the same.
  void take_over(std::size_t trigger, const Watch& from);
  void update_health(Instant now);
  [[nodiscard]] bool is_healthy() const;

  // Apart from what every sample touches: settings, and what only some triggers have.
  std::vector<ProbeSettings> probe_settings_;
  std::vector<TriggerTraits> trigger_traits_;
  Duration baseline_;
  std::vector<Memory> memories_;
  std::vector<Peak> peaks_;  ///< of each trigger while they are kept, else empty

  std::vector<ProbeState> probes_;
  std::vector<TriggerState> triggers_;
  std::optional<Instant> epoch_;
  std::optional<Instant> healthy_since_;
  std::size_t blind_probes_ = 0;
};

}  // namespace ripcord::engine
