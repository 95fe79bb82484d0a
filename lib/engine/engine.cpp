#include "engine/engine.hpp"

#include "base/contract.hpp"
#include "base/text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace ripcord::engine {

ServiceId Engine::apply(ServiceSettings settings, std::string configuration) {
  if (const auto id = find(settings.name)) {
    services_[std::to_underlying(*id)]->apply(std::move(settings), std::move(configuration));
    return *id;
  }
  services_.emplace_back(std::in_place, std::move(settings), std::move(configuration));
  return static_cast<ServiceId>(services_.size() - 1);
}

void Engine::remove(std::string_view service) {
  const auto id = find(service);
  if (!id) return;
  auto& place = services_[std::to_underlying(*id)];
  RIPCORD_CONTRACT(!place->open());
  place.reset();
}

void Engine::restore(const std::vector<Deployment>& deployments) {
  for (const Deployment& deployment : deployments) {
    Service* service = find_service(deployment.service);
    if (service != nullptr) service->restore(deployment);
  }
}

Effects Engine::step(Instant now, const Event& event) {
  Effects effects;
  // What came due first is done first: wake_at() names later instants only, so whatever is not done
  // now would never be.
  if (due_ && now >= *due_) on(now, TimePassed{}, effects);
  std::visit([&](const auto& happened) { on(now, happened, effects); }, event);
  due_ = wake_at(now);
  return effects;
}

void Engine::on(Instant now, const SampleTaken& event, Effects& effects) {
  auto& service = services_.at(std::to_underlying(event.probe.service));
  if (service) service->take(now, event, effects);
}

void Engine::on(Instant now, const Command& event, Effects& effects) {
  Service* service = find_service(event.service);
  if (service != nullptr) {
    service->command(now, event, effects);
    return;
  }
  effects.emplace_back(Answer{.ticket = event.ticket,
                              .kind = AnswerKind::unknown_service,
                              .deployment = "",
                              .message = unknown_service(event.service)});
}

void Engine::on(Instant now, const GateChecked& event, Effects& effects) {
  Service* service = find_deployment(event.deployment);
  if (service != nullptr) service->gate_checked(now, event, effects);
}

void Engine::on(Instant now, const VersionFound& event, Effects& effects) {
  Service* service = find_service(event.service);
  if (service != nullptr) service->version_found(now, event, effects);
}

void Engine::on(Instant now, const FoundIrreversible& event, Effects& effects) {
  Service* service = find_deployment(event.deployment);
  if (service != nullptr) service->found_irreversible(now, event, effects);
}

void Engine::on(Instant now, const RunEnded& event, Effects& effects) {
  // Kept even when the deployment has ended meanwhile: what ran must not go unrecorded.
  effects.emplace_back(
      SaveRun{.deployment = event.deployment, .step = event.step, .result = event.result});
  Service* service = find_deployment(event.deployment);
  if (service != nullptr) service->run_ended(now, event, effects);
}

void Engine::on(Instant now, const RunFound& event, Effects& effects) {
  Service* service = find_deployment(event.deployment);
  if (service != nullptr) service->run_found(now, event, effects);
}

void Engine::on(Instant /*now*/, const NotRecorded& event, Effects& /*effects*/) {
  Service* service = find_deployment(event.deployment);
  if (service != nullptr) service->not_recorded();
}

void Engine::on(Instant now, const TimePassed& /*event*/, Effects& effects) {
  for (auto& service : services_) {
    if (service) service->look_again(now, effects);
  }
}

std::optional<Instant> Engine::wake_at(Instant now) const {
  std::optional<Instant> earliest;
  for (const auto& service : services_) {
    const auto wake = service ? service->wake_at(now) : std::nullopt;
    if (wake) earliest = std::min(earliest.value_or(*wake), *wake);
  }
  return earliest;
}

Snapshot Engine::snapshot(Instant now) const {
  Snapshot snapshot{.at = now, .services = {}};
  for (const auto& service : services_) {
    if (service) snapshot.services.push_back(service->snapshot(now));
  }
  std::ranges::sort(snapshot.services, {}, &ServiceSnapshot::name);
  return snapshot;
}

std::optional<ServiceId> Engine::find(std::string_view service) const {
  for (std::size_t i = 0; i < services_.size(); ++i) {
    if (services_[i] && services_[i]->name() == service) return static_cast<ServiceId>(i);
  }
  return std::nullopt;
}

bool Engine::has_open_deployment(std::string_view service) const {
  return open_deployment(service) != nullptr;
}

const Deployment* Engine::open_deployment(std::string_view service) const {
  const auto id = find(service);
  if (!id) return nullptr;
  const auto& open = services_[std::to_underlying(*id)]->open();
  return open ? &*open : nullptr;
}

std::uint64_t Engine::revision(std::string_view service) const {
  const auto id = find(service);
  return id ? services_[std::to_underlying(*id)]->revision() : 0;
}

Service* Engine::find_service(std::string_view service) {
  const auto id = find(service);
  return id ? &*services_[std::to_underlying(*id)] : nullptr;
}

Service* Engine::find_deployment(std::string_view id) {
  for (auto& service : services_) {
    if (service && service->open() && service->open()->id == id) return &*service;
  }
  return nullptr;
}

std::string Engine::unknown_service(std::string_view service) const {
  std::vector<std::string> names;
  for (const auto& known : services_) {
    if (known) names.push_back(known->name());
  }
  std::ranges::sort(names);
  std::string message = fmt::format("no service is called {:?}", printable(service, 64));
  const std::string near = nearest(service, names);
  if (!near.empty()) return fmt::format("{}; did you mean {:?}?", message, near);
  return fmt::format("{}; there is {}", message,
                     names.empty() ? "none configured" : fmt::format("{}", fmt::join(names, ", ")));
}

}  // namespace ripcord::engine
