#pragma once

#include "base/indirect.hpp"
#include "base/time.hpp"
#include "engine/agenda.hpp"
#include "engine/service.hpp"
#include "engine/settings.hpp"
#include "engine/snapshot.hpp"
#include "model/effect.hpp"
#include "model/event.hpp"
#include "model/ids.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace ripcord::engine {

/// The fate of every deployment: a pure function of (state, event, now).
///
/// The daemon and the simulator drive the same engine; only the world around it differs. Reads no
/// clock, does no I/O; the same calls always give the same effects.
class Engine {
 public:
  /// Adds a service, or replaces its settings: triggers of unchanged probes keep what they have
  /// seen. Pre: no deployment of it is open.
  ServiceId apply(ServiceSettings settings, std::string configuration);

  /// Forgets a service. Pre: no deployment of it is open.
  void remove(std::string_view service);

  /// Takes the past of a service from the journal, oldest first; one may be open, and while that
  /// one bakes a younger one at its gate. Call it
  /// after apply(), before the first step(). Then step the RunFounds, if any, and a TimePassed: it
  /// does what came due meanwhile.
  void restore(Instant now, const std::vector<Deployment>& deployments);

  /// Takes one event and returns what is to be done about it, in order. O(triggers of the probe)
  /// for a sample, without allocation while nothing changes. Pre: `now` never goes back.
  Effects step(Instant now, const Event& event);

  /// When step() wants a TimePassed, if nothing else happens first. It may then find that nothing
  /// is due after all.
  [[nodiscard]] std::optional<Instant> wake_at() const;

  [[nodiscard]] Snapshot snapshot(Instant now) const;
  /// Nothing while at least one probe sees something.
  [[nodiscard]] std::optional<Instant> blind_since() const { return blind_since_; }
  /// Of one service alone. Pre: it exists.
  [[nodiscard]] ServiceSnapshot snapshot_of(ServiceId service, Instant now) const;

  [[nodiscard]] std::optional<ServiceId> find(std::string_view service) const;
  [[nodiscard]] bool has_open_deployment(std::string_view service) const;
  /// The newest open deployment of a service, or null: one at its gate, if there is one.
  [[nodiscard]] const Deployment* open_deployment(std::string_view service) const;
  /// Where a rollback of `version` would lead; with an empty one, where that of the next deployment
  /// would; empty when no good version is known.
  [[nodiscard]] std::string rollback_target(std::string_view service,
                                            const std::string& version) const;
  /// What a service saw before its epoch tells of another version; nothing when there was no action
  /// yet. Pre: the service exists.
  [[nodiscard]] std::optional<Instant> epoch(ServiceId service) const;
  /// Grows whenever something of the service has changed; 0 for an unknown service.
  [[nodiscard]] std::uint64_t revision(std::string_view service) const;

 private:
  void on(Instant now, const SampleTaken& event, Effects& effects);
  void on(Instant now, const OccurrenceSeen& event, Effects& effects);
  void on(Instant now, const Command& event, Effects& effects);
  void on(Instant now, const GateChecked& event, Effects& effects);
  void on(Instant now, const VersionFound& event, Effects& effects);
  void on(Instant now, const FoundIrreversible& event, Effects& effects);
  void on(Instant now, const RunEnded& event, Effects& effects);
  void on(Instant now, const RunFound& event, Effects& effects);
  void on(Instant now, const NotRecorded& event, Effects& effects);
  void on(Instant now, const TimePassed& event, Effects& effects);

  /// Where in by_name_ the service is, or would be.
  [[nodiscard]] std::vector<ServiceId>::const_iterator place_of(std::string_view service) const;
  [[nodiscard]] std::optional<ServiceId> find_deployment(std::string_view id) const;
  [[nodiscard]] Service& at(ServiceId id) { return *services_[std::to_underlying(id)]; }
  [[nodiscard]] const Service& at(ServiceId id) const { return *services_[std::to_underlying(id)]; }
  [[nodiscard]] std::string unknown_service(std::string_view service) const;

  void look_at_due(Instant now, Effects& effects);
  void look_at(ServiceId id, Instant now, Effects& effects);
  /// Puts on the agenda when the service is to be looked at again.
  void plan(ServiceId id, Instant now);
  void note_sight(Instant now, Effects& effects);

  std::vector<OptionalIndirect<Service>> services_;  ///< by ServiceId; empty after remove()
  std::vector<ServiceId> by_name_;                   ///< those there are, in order of name
  std::vector<ServiceId> fresh_;                     ///< not looked at since they were applied
  Agenda agenda_;
  Sight sight_;  ///< of all services
  std::optional<Instant> blind_since_;
};

}  // namespace ripcord::engine
