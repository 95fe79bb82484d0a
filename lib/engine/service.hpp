#pragma once

#include "base/indirect.hpp"
#include "deploy/machine.hpp"
#include "engine/lineage.hpp"
#include "engine/settings.hpp"
#include "engine/snapshot.hpp"
#include "engine/watch.hpp"
#include "model/deployment.hpp"
#include "model/effect.hpp"
#include "model/event.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace ripcord::engine {

/// One service: its watch, its lineage and its deployment, and what it makes of each event.
class Service {
 public:
  /// `configuration` is the fingerprint that new deployments are marked with.
  Service(ServiceSettings settings, std::string configuration);

  [[nodiscard]] const std::string& name() const { return name_; }
  /// The newest open deployment, or null: the one that waits at its gate, if there is one.
  [[nodiscard]] const Deployment* open() const { return waiting_ ? waiting_.get() : open_.get(); }
  [[nodiscard]] bool has_open(std::string_view id) const {
    return (open_ && open_->id == id) || (waiting_ && waiting_->id == id);
  }
  [[nodiscard]] std::string rollback_target(const std::string& version) const {
    return lineage_.target(version);
  }
  [[nodiscard]] std::uint64_t revision() const { return revision_; }
  [[nodiscard]] std::optional<Instant> epoch() const { return watch_.epoch(); }

  /// Pre: no deployment is open.
  void apply(ServiceSettings settings, std::string configuration);
  void restore(Instant now, const Deployment& deployment);

  /// `sight` is that of all services, this one's included: what nobody sees is not acted on.
  void take(Instant now, const SampleTaken& event, Sight& sight, Effects& effects);
  void take(Instant now, const OccurrenceSeen& event, const Sight& sight, Effects& effects);
  void command(Instant now, const Command& command, const Sight& sight, Effects& effects);
  void gate_checked(Instant now, const GateChecked& event, Effects& effects);
  void version_found(Instant now, const VersionFound& event, Effects& effects);
  void found_irreversible(Instant now, const FoundIrreversible& event, Effects& effects);
  void run_ended(Instant now, const RunEnded& event, Effects& effects);
  void run_found(Instant now, const RunFound& event, Effects& effects);
  void not_recorded(const std::string& id);
  void look_again(Instant now, const Sight& sight, Effects& effects);

  [[nodiscard]] Sight sight() const { return watch_.sight(); }
  [[nodiscard]] std::optional<Instant> wake_at(Instant now) const;
  [[nodiscard]] ServiceSnapshot snapshot(Instant now) const;

 private:
  struct Counts {
    std::uint64_t deployments = 0;
    std::uint64_t deployments_failed = 0;
    std::uint64_t rollbacks = 0;
    std::uint64_t rollbacks_failed = 0;
  };

  /// How things were before the open deployment was announced: what not_recorded() goes back to.
  struct Before {
    OptionalIndirect<Deployment> open;
    OptionalIndirect<Deployment> last;
    OptionalIndirect<Deployment> last_begun;
    Counts counts;
    std::vector<std::string> preexisting;
  };

  // What a person may ask for; each gives exactly one Answer.
  void start(Instant now, const Command& command, const StartDeployment& request, Effects& effects);
  /// Why a deployment must not start now; empty when it may.
  [[nodiscard]] std::string why_not_start(const StartDeployment& request) const;
  /// What bakes gives way to `fresh`, and what is bad already is marked.
  void make_way(Instant now, Deployment& fresh, const std::string& by, Effects& effects);
  /// Into the history, whatever becomes of the deployment.
  void note_overrides(Instant now, const Deployment& fresh, Effects& effects) const;
  void ask_gate(Effects& effects);
  /// What waited at its gate begins, in the place of what bakes and in the same step.
  void take_place(Instant now, const deploy::MachineEvent& event, Effects& effects);
  /// The other deployment, `id`, has come to `phase`: what waits for its place may be refused.
  void let_wait(Instant now, const std::string& id, const Phase& phase, Effects& effects);
  /// Whether a deployment accounts for the version that was found.
  [[nodiscard]] bool is_of_a_deployment(const VersionFound& event) const;
  void after_bake(Instant now, Effects& effects);
  void roll_back(Instant now, const Command& command, const RollBackService& request,
                 Effects& effects);
  [[nodiscard]] bool began_before_what_runs(const ReportSignal& signal) const;
  void take_signal(Instant now, const Command& command, const ReportSignal& signal,
                   const Sight& sight, Effects& effects);
  /// Why a rollback must not lead to `version`; empty when it may.
  [[nodiscard]] std::string why_not_back_to(const std::string& version) const;
  [[nodiscard]] static std::string why_not_back_to(const Deployment& open,
                                                   const std::string& version);
  /// True, with the answer given, when a deployment is named that is not the open one.
  [[nodiscard]] bool refuse_another(Ticket ticket, const std::string& deployment,
                                    Effects& effects) const;
  void tell(Instant now, const Command& command, const deploy::MachineEvent& event,
            const std::string& done, Effects& effects);

  /// Feeds the machine, takes its step over, and goes on with what is due at this very instant.
  /// Returns why a person's word was not taken, or "".
  std::string drive(Instant now, const deploy::MachineEvent& event, Effects& effects);
  /// The same for the one that waits at its gate.
  std::string drive_waiting(Instant now, const deploy::MachineEvent& event, Effects& effects);
  void take_over(Instant now, deploy::Step step, Effects& effects);
  void close();
  /// Without `is_newest`, another one has begun since and is shown.
  void keep_ended(Deployment ended, bool is_newest);
  /// The last one that has ended and had touched the service, or null.
  [[nodiscard]] const Deployment* last_begun() const {
    return last_ && last_->begun_at ? last_.get() : last_begun_.get();
  }
  /// How near each trigger came that did not roll it back.
  void tell_peaks(Instant now, Effects& effects);
  void learn_from(const Deployment& ended);

  void take_edges(Instant now, const std::vector<Watch::Edge>& edges, const Sight& sight,
                  Effects& effects);
  void note_edge(Instant now, const Watch::Edge& edge, Effects& effects);
  void forget_preexisting(const Watch::Edge& edge, Effects& effects);
  void act_on_trips(Instant now, Effects& effects);

  /// Where the open deployment stands in its canary; nothing outside of one.
  [[nodiscard]] std::optional<StageSnapshot> stage() const;
  /// How many steps the list has of which one runs; 0 when none does.
  [[nodiscard]] std::size_t steps() const;
  [[nodiscard]] Cause cause_of(std::size_t trigger, Instant now) const;
  /// The id of the deployment that what happens now is told of; empty when none is open.
  [[nodiscard]] std::string subject() const;
  [[nodiscard]] Deployment new_deployment(Instant now, std::string version);
  [[nodiscard]] std::string new_id(Instant now) const;
  /// Whether the gate is still to be asked, and may be answered by what is known now.
  [[nodiscard]] bool is_gate_due(Instant now) const {
    return waiting_ && !gate_asked_ && (now >= ask_gate_at_ || watch_.has_heard_all());
  }
  [[nodiscard]] deploy::Health health() const { return {.since = watch_.healthy_since()}; }

  std::string name_;
  deploy::Recipe recipe_;
  std::string configuration_;
  Watch watch_;
  Lineage lineage_;
  OptionalIndirect<Deployment> open_;
  /// At its gate: it has touched nothing, and everything goes on as if it were not there. At most
  /// while the open one bakes.
  OptionalIndirect<Deployment> waiting_;
  OptionalIndirect<Deployment> last_;        ///< the newest one that has ended
  OptionalIndirect<Deployment> last_begun_;  ///< see last_begun(); only when `last_` had not
  std::string newest_id_;
  OptionalIndirect<Before> before_;  ///< only until the open one has moved on
  bool gate_asked_ = false;          ///< since this engine began
  /// One that waited before it is asked when each probe has said something, and at the latest then.
  Instant ask_gate_at_;
  bool saw_whole_bake_ = false;  ///< of the open one, so far
  Counts counts_;
  std::uint64_t revision_ = 0;
};

}  // namespace ripcord::engine
