#include "engine/engine.hpp"

#include "base/contract.hpp"
#include "base/text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace ripcord::engine {

ServiceId Engine::apply(ServiceSettings settings, std::string configuration) {
  auto id = find(settings.name);
  if (id) {
    sight_ -= at(*id).sight();
    at(*id).apply(std::move(settings), std::move(configuration));
  } else {
    id = static_cast<ServiceId>(services_.size());
    by_name_.insert(place_of(settings.name), *id);
    services_.emplace_back(Service(std::move(settings), std::move(configuration)));
  }
  sight_ += at(*id).sight();
  fresh_.push_back(*id);
  return *id;
}

void Engine::remove(std::string_view service) {
  const auto id = find(service);
  if (!id) return;
  RIPCORD_CONTRACT(at(*id).open() == nullptr);
  sight_ -= at(*id).sight();
  agenda_.forget(*id);
  std::erase(fresh_, *id);
  by_name_.erase(place_of(service));
  services_[std::to_underlying(*id)].reset();
}

void Engine::restore(Instant now, const std::vector<Deployment>& deployments) {
  for (const Deployment& deployment : deployments) {
    if (const auto id = find(deployment.service)) at(*id).restore(now, deployment);
  }
}

Effects Engine::step(Instant now, const Event& event) {
  Effects effects;
  // What came due first is done first: whatever is not done now would never be.
  look_at_due(now, effects);
  std::visit([&](const auto& happened) { on(now, happened, effects); }, event);
  return effects;
}

void Engine::look_at_due(Instant now, Effects& effects) {
  while (const auto id = agenda_.take_due(now)) look_at(*id, now, effects);
}

void Engine::look_at(ServiceId id, Instant now, Effects& effects) {
  at(id).look_again(now, sight_, effects);
  plan(id, now);
}

void Engine::plan(ServiceId id, Instant now) {
  agenda_.put(id, at(id).wake_at(now));
}

void Engine::note_sight(Instant now, Effects& effects) {
  if (sight_.is_blind() == blind_since_.has_value()) return;
  Record record{.at = now,
                .service = "",
                .deployment = "",
                .kind = "daemon.blind",
                .text = "",
                .by = "ripcord",
                .severity = Severity::critical};
  if (sight_.is_blind()) {
    record.text = fmt::format(
        "blind: no probe can tell anything ({} of {} unknown); nothing is rolled back while this "
        "lasts",
        sight_.blind, sight_.probes);
    blind_since_ = now;
  } else {
    record.kind = "daemon.sees";
    record.text = fmt::format("sees again after {}", for_people(now - *blind_since_));
    record.severity = Severity::warning;
    blind_since_.reset();
  }
  effects.emplace_back(std::move(record));
}

void Engine::on(Instant now, const SampleTaken& event, Effects& effects) {
  auto& service = services_.at(std::to_underlying(event.probe.service));
  if (!service) return;
  service->take(now, event, sight_, effects);
  note_sight(now, effects);
  plan(event.probe.service, now);
}

void Engine::on(Instant now, const OccurrenceSeen& event, Effects& effects) {
  auto& service = services_.at(std::to_underlying(event.probe.service));
  if (!service) return;
  service->take(now, event, sight_, effects);
  plan(event.probe.service, now);
}

void Engine::on(Instant now, const Command& event, Effects& effects) {
  if (const auto id = find(event.service)) {
    at(*id).command(now, event, sight_, effects);
    plan(*id, now);
    return;
  }
  effects.emplace_back(Answer{.ticket = event.ticket,
                              .kind = AnswerKind::unknown_service,
                              .deployment = "",
                              .message = unknown_service(event.service)});
}

void Engine::on(Instant now, const GateChecked& event, Effects& effects) {
  const auto id = find_deployment(event.deployment);
  if (!id) return;
  at(*id).gate_checked(now, event, effects);
  plan(*id, now);
}

void Engine::on(Instant now, const VersionFound& event, Effects& effects) {
  const auto id = find(event.service);
  if (!id) return;
  at(*id).version_found(now, event, effects);
  plan(*id, now);
}

void Engine::on(Instant now, const FoundIrreversible& event, Effects& effects) {
  const auto id = find_deployment(event.deployment);
  if (!id) return;
  at(*id).found_irreversible(now, event, effects);
  plan(*id, now);
}

void Engine::on(Instant now, const RunEnded& event, Effects& effects) {
  // Kept even when the deployment has ended meanwhile: what ran must not go unrecorded.
  effects.emplace_back(
      SaveRun{.deployment = event.deployment, .step = event.step, .result = event.result});
  const auto id = find_deployment(event.deployment);
  if (!id) return;
  at(*id).run_ended(now, event, effects);
  plan(*id, now);
}

void Engine::on(Instant now, const RunFound& event, Effects& effects) {
  const auto id = find_deployment(event.deployment);
  if (!id) return;
  at(*id).run_found(now, event, effects);
  plan(*id, now);
}

void Engine::on(Instant now, const NotRecorded& event, Effects& /*effects*/) {
  const auto id = find_deployment(event.deployment);
  if (!id) return;
  at(*id).not_recorded(event.deployment);
  plan(*id, now);
}

void Engine::on(Instant now, const TimePassed& /*event*/, Effects& effects) {
  for (const ServiceId id : std::exchange(fresh_, {})) look_at(id, now, effects);
}

std::optional<Instant> Engine::wake_at() const {
  return agenda_.next();
}

Snapshot Engine::snapshot(Instant now) const {
  Snapshot snapshot{.at = now, .services = {}, .blind_since = blind_since_};
  for (const ServiceId id : by_name_) snapshot.services.push_back(at(id).snapshot(now));
  return snapshot;
}

ServiceSnapshot Engine::snapshot_of(ServiceId service, Instant now) const {
  return at(service).snapshot(now);
}

std::optional<ServiceId> Engine::find(std::string_view service) const {
  const auto place = place_of(service);
  if (place == by_name_.end() || at(*place).name() != service) return std::nullopt;
  return *place;
}

std::vector<ServiceId>::const_iterator Engine::place_of(std::string_view service) const {
  return std::ranges::lower_bound(by_name_, service, {},
                                  [this](ServiceId id) { return std::string_view(at(id).name()); });
}

bool Engine::has_open_deployment(std::string_view service) const {
  return open_deployment(service) != nullptr;
}

const Deployment* Engine::open_deployment(std::string_view service) const {
  const auto id = find(service);
  if (!id) return nullptr;
  return at(*id).open();
}

std::string Engine::rollback_target(std::string_view service, const std::string& version) const {
  const auto id = find(service);
  return id ? at(*id).rollback_target(version) : "";
}

std::optional<Instant> Engine::epoch(ServiceId service) const {
  return at(service).epoch();
}

std::uint64_t Engine::revision(std::string_view service) const {
  const auto id = find(service);
  return id ? at(*id).revision() : 0;
}

std::optional<ServiceId> Engine::find_deployment(std::string_view id) const {
  const auto found =
      std::ranges::find_if(by_name_, [&](ServiceId service) { return at(service).has_open(id); });
  return found == by_name_.end() ? std::nullopt : std::optional(*found);
}

std::string Engine::unknown_service(std::string_view service) const {
  std::vector<std::string> names;
  names.reserve(by_name_.size());
  for (const ServiceId id : by_name_) names.push_back(at(id).name());
  std::string message = fmt::format("no service is called {:?}", printable(service, 64));
  const std::string near = nearest(service, names);
  if (!near.empty()) return fmt::format("{}; did you mean {:?}?", message, near);
  return fmt::format("{}; there is {}", message,
                     names.empty() ? "none configured" : fmt::format("{}", fmt::join(names, ", ")));
}

}  // namespace ripcord::engine
