#include "metrics/service_series.hpp"

#include "model/deployment.hpp"
#include "model/finding.hpp"
#include "model/sample.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <limits>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

namespace ripcord::metrics {
namespace {

using engine::ProbeSnapshot;
using engine::ServiceSnapshot;
using engine::Snapshot;
using engine::TriggerSnapshot;
using prometheus::MetricType;

constexpr auto counted = [](std::uint64_t count) { return static_cast<double>(count); };

constexpr double not_known = std::numeric_limits<double>::quiet_NaN();

bool has_open_deployment(const ServiceSnapshot& service) {
  return service.deployment && is_open(*service.deployment);
}

double ended_at(const ServiceSnapshot& service) {
  const bool has_ended = service.deployment && service.deployment->ended_at;
  return has_ended ? seconds(*service.deployment->ended_at) : 0;
}

constexpr std::array<Figure<ServiceSnapshot>, 11> service_figures{{
    {{"ripcord_deployment_started_timestamp_seconds",
      "When the open deployment, else the last one, began, in seconds since the epoch; 0 before "
      "the first."},
     [](const ServiceSnapshot& service) {
       return service.deployment ? seconds(service.deployment->started_at) : 0.0;
     }},
    {{"ripcord_deployment_ended_timestamp_seconds",
      "When the last deployment ended, in seconds since the epoch; 0 while one is open, and before "
      "the first."},
     ended_at},
    {{"ripcord_deployment_deadline_timestamp_seconds",
      "When the open deployment ends at the latest, in seconds since the epoch; 0 while none is "
      "open."},
     [](const ServiceSnapshot& service) {
       return has_open_deployment(service) ? seconds(service.deployment->deadline) : 0.0;
     }},
    {{"ripcord_deployment_held",
      "Whether the open deployment is held: nothing is promoted until a person resumes it (1)."},
     [](const ServiceSnapshot& service) {
       return has_open_deployment(service) && service.deployment->held ? 1.0 : 0.0;
     }},
    {{"ripcord_canary_stage",
      "The stage of its canary at which the open deployment is, from 1; 0 outside of one."},
     [](const ServiceSnapshot& service) {
       return service.stage ? static_cast<double>(service.stage->number) : 0.0;
     }},
    {{"ripcord_canary_stages", "How many stages that canary has; 0 outside of one."},
     [](const ServiceSnapshot& service) {
       return service.stage ? static_cast<double>(service.stage->count) : 0.0;
     }},
    {{"ripcord_canary_traffic_ratio",
      "The share of the traffic that the stage gives to the new version; 0 outside of a canary."},
     [](const ServiceSnapshot& service) { return service.stage ? service.stage->traffic : 0.0; }},
    {{"ripcord_deployments_total", "Deployments that have ended, in whatever way.",
      MetricType::Counter},
     [](const ServiceSnapshot& service) { return counted(service.deployments); }},
    {{"ripcord_deployments_failed_total",
      "Deployments that have ended as failed, rolled back or with a failed rollback.",
      MetricType::Counter},
     [](const ServiceSnapshot& service) { return counted(service.deployments_failed); }},
    {{"ripcord_rollbacks_total", "Rollbacks that have ended, the failed ones included.",
      MetricType::Counter},
     [](const ServiceSnapshot& service) { return counted(service.rollbacks); }},
    {{"ripcord_rollbacks_failed_total", "Rollbacks that have failed: a person had to act.",
      MetricType::Counter},
     [](const ServiceSnapshot& service) { return counted(service.rollbacks_failed); }},
}};

bool is_up(const ProbeSnapshot& probe) {
  return probe.last && probe.last->outcome == Outcome::good;
}

constexpr std::array<Figure<ProbeSnapshot>, 4> probe_figures{{
    {{"ripcord_probe_up",
      "Whether the last sample was good (1), or bad, unknown or not yet there (0)."},
     [](const ProbeSnapshot& probe) { return is_up(probe) ? 1.0 : 0.0; }},
    {{"ripcord_probe_samples_total", "Samples that the probe has reported, of every outcome.",
      MetricType::Counter},
     [](const ProbeSnapshot& probe) { return counted(probe.samples); }},
    {{"ripcord_probe_samples_bad_total",
      "Samples that were bad: the target answered wrongly or not in time.", MetricType::Counter},
     [](const ProbeSnapshot& probe) { return counted(probe.samples_bad); }},
    {{"ripcord_probe_samples_unknown_total",
      "Samples that were unknown: the probe itself could not tell.", MetricType::Counter},
     [](const ProbeSnapshot& probe) { return counted(probe.samples_unknown); }},
}};

/// Infinite when it would not trip as things are.
double time_to_trip(const TriggerSnapshot& trigger) {
  return trigger.time_to_trip ? seconds(*trigger.time_to_trip)
                              : std::numeric_limits<double>::infinity();
}

constexpr std::array<Figure<TriggerSnapshot>, 3> trigger_figures{{
    {{"ripcord_trigger_progress_ratio",
      "How far the trigger is on its way to the trip: 1 is there."},
     [](const TriggerSnapshot& trigger) { return trigger.finding.progress; }},
    {{"ripcord_trigger_time_to_trip_seconds",
      "How long until the trip if nothing changes: 0 when it has tripped, +Inf when it would not."},
     time_to_trip},
    {{"ripcord_trigger_trips_total", "How often the trigger has tripped.", MetricType::Counter},
     [](const TriggerSnapshot& trigger) { return counted(trigger.trips); }},
}};

constexpr Metric probe_value{
    "ripcord_probe_value",
    "The named values of the last sample, in base units; one that is not known has no series."};
constexpr Metric trigger_state{
    "ripcord_trigger_state",
    "The trigger's finding: 1 for the state that it is in, 0 for the others."};
constexpr Metric deployment_phase{
    "ripcord_deployment_phase",
    "The phase of the open deployment, else of the last one: 1 for that phase, 0 for the others."};
constexpr Metric deployment_info{
    "ripcord_deployment_info",
    "Always 1; the label says which version the open deployment, else the last one, brings."};

constexpr Metric rollback_ready{
    "ripcord_rollback_ready",
    "Whether a rollback would be possible now (1) or not (0); NaN while that is not known."};
constexpr Metric backup_newest{
    "ripcord_backup_newest_timestamp_seconds",
    "When the newest backup that a gate asks for was made, in seconds since the epoch; 0 when "
    "there is none, NaN while that is not known."};
constexpr Metric backup_age_max{"ripcord_backup_age_max_seconds",
                                "How old the newest backup may be for its gate to pass."};

/// Something with series of its own, and the labels that they all carry.
template <class T>
struct Labelled {
  const T* subject;
  Labels labels;
};

std::vector<Labelled<ServiceSnapshot>> labelled_services(const Snapshot& snapshot) {
  std::vector<Labelled<ServiceSnapshot>> all;
  all.reserve(snapshot.services.size());
  for (const auto& service : snapshot.services) {
    all.push_back({&service, {label("ripcord_service", service.name)}});
  }
  return all;
}

/// The probes or the triggers of every service.
template <class T>
std::vector<Labelled<T>> labelled_parts(const Snapshot& snapshot,
                                        std::vector<T> ServiceSnapshot::* parts,
                                        const char* label_name) {
  std::vector<Labelled<T>> all;
  for (const auto& service : snapshot.services) {
    const auto of_service = label("ripcord_service", service.name);
    for (const T& part : service.*parts) {
      all.push_back({&part, {of_service, label(label_name, part.name)}});
    }
  }
  return all;
}

template <class T>
void append_figures(Families& families, std::span<const Figure<T>> figures,
                    const std::vector<Labelled<T>>& subjects) {
  for (const auto& figure : figures) {
    Family& family = families.emplace_back(family_of(figure.metric));
    family.metric.reserve(subjects.size());
    for (const auto& [subject, labels] : subjects) add(family, labels, figure.of(*subject));
  }
}

Family probe_values(const std::vector<Labelled<ProbeSnapshot>>& probes) {
  Family family = family_of(probe_value);
  for (const auto& [probe, labels] : probes) {
    for (const NamedValue& value : probe->values) {
      Labels with_value = labels;
      with_value.push_back(label("value", value.name));
      add(family, with_value, value.number);
    }
  }
  return family;
}

Family trigger_states(const std::vector<Labelled<TriggerSnapshot>>& triggers) {
  static const std::vector<std::string_view> states{
      to_string(FindingState::no_data), to_string(FindingState::pass),
      to_string(FindingState::pending), to_string(FindingState::tripped)};
  Family family = family_of(trigger_state);
  for (const auto& [trigger, labels] : triggers) {
    add_state_set(family, labels, "state", states, to_string(trigger->finding.state));
  }
  return family;
}

Family deployment_phases(const std::vector<Labelled<ServiceSnapshot>>& services) {
  constexpr std::string_view none = "none";
  std::vector<std::string_view> phases = phase_names();
  phases.push_back(none);
  Family family = family_of(deployment_phase);
  for (const auto& [service, labels] : services) {
    const auto& deployment = service->deployment;
    add_state_set(family, labels, "phase", phases, deployment ? name(deployment->phase) : none);
  }
  return family;
}

Family deployment_infos(const std::vector<Labelled<ServiceSnapshot>>& services) {
  Family family = family_of(deployment_info);
  for (const auto& [service, labels] : services) {
    if (!service->deployment) continue;
    Labels with_version = labels;
    with_version.push_back(label("version", service->deployment->version));
    add(family, with_version, 1);
  }
  return family;
}

/// Whether each service could be rolled back.
Family readiness(const std::vector<Labelled<ServiceSnapshot>>& services,
                 const std::vector<ServiceFigures>& figures) {
  Family family = family_of(rollback_ready);
  for (std::size_t i = 0; i < services.size(); ++i) {
    const auto ready = i < figures.size() ? figures[i].rollback_ready : std::nullopt;
    const double known = ready.value_or(false) ? 1 : 0;
    add(family, services[i].labels, ready ? known : not_known);
  }
  return family;
}

Families backups(const std::vector<Labelled<ServiceSnapshot>>& services,
                 const std::vector<ServiceFigures>& figures) {
  Families families{family_of(backup_newest), family_of(backup_age_max)};
  for (std::size_t i = 0; i < std::min(services.size(), figures.size()); ++i) {
    for (const BackupFigures& backup : figures[i].backups) {
      Labels labels = services[i].labels;
      labels.push_back(label("gate", backup.gate));
      add(families.front(), labels, backup.newest_at ? seconds(*backup.newest_at) : not_known);
      add(families.back(), labels, seconds(backup.max_age));
    }
  }
  return families;
}

}  // namespace

Families service_series(const Snapshot& snapshot, const std::vector<ServiceFigures>& figures) {
  const auto services = labelled_services(snapshot);
  const auto probes = labelled_parts(snapshot, &ServiceSnapshot::probes, "probe");
  const auto triggers = labelled_parts(snapshot, &ServiceSnapshot::triggers, "trigger");

  Families families;
  append_figures<ProbeSnapshot>(families, probe_figures, probes);
  families.push_back(probe_values(probes));
  families.push_back(trigger_states(triggers));
  append_figures<TriggerSnapshot>(families, trigger_figures, triggers);
  families.push_back(deployment_phases(services));
  families.push_back(deployment_infos(services));
  append_figures<ServiceSnapshot>(families, service_figures, services);
  families.push_back(readiness(services, figures));
  append(families, backups(services, figures));
  return families;
}

}  // namespace ripcord::metrics
