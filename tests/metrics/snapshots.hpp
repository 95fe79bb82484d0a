#pragma once

#include "engine/snapshot.hpp"
#include "metrics/metrics.hpp"

#include <chrono>
#include <string>
#include <utility>

namespace ripcord::test {

constexpr Instant noon{std::chrono::seconds(1'764'000'000)};

inline Deployment deployment(std::string version, const Phase& phase) {
  Deployment deployment;
  deployment.id = "shop-1";
  deployment.service = "shop";
  deployment.version = std::move(version);
  deployment.started_at = noon;
  deployment.phase = phase;
  return deployment;
}

inline Sample sample(Outcome outcome) {
  Sample sample;
  sample.taken_at = noon;
  sample.outcome = outcome;
  return sample;
}

/// One service `shop` with the probe `ready` and the trigger `unhealthy`, nothing known of any.
inline engine::Snapshot fresh_snapshot() {
  engine::Snapshot snapshot;
  snapshot.at = noon;
  engine::ServiceSnapshot& shop = snapshot.services.emplace_back();
  shop.name = "shop";
  shop.probes.emplace_back().name = "ready";
  shop.triggers.emplace_back().name = "unhealthy";
  return snapshot;
}

/// The same after an eventful day: every number differs from every other.
inline engine::Snapshot busy_snapshot(const std::string& version = "v2") {
  engine::Snapshot snapshot = fresh_snapshot();
  engine::ServiceSnapshot& shop = snapshot.services.front();
  shop.probes.front().last = sample(Outcome::good);
  shop.probes.front().values = {{.name = "memory_ratio", .number = 0.25}};
  shop.probes.front().samples = 100;
  shop.probes.front().samples_bad = 20;
  shop.probes.front().samples_unknown = 3;
  shop.triggers.front().finding = {.state = FindingState::pending, .progress = 0.5};
  shop.triggers.front().trips = 4;
  shop.deployment = deployment(version, RollingBack{});
  shop.deployments = 15;
  shop.deployments_failed = 6;
  shop.rollbacks = 7;
  shop.rollbacks_failed = 2;
  return snapshot;
}

/// What the engine does not know, at its fullest.
inline metrics::DaemonFigures busy_figures() {
  metrics::DaemonFigures figures;
  figures.services = {
      {.rollback_ready = true,
       .backups = {{.gate = "backup", .newest_at = noon, .max_age = std::chrono::hours(24)}}}};
  figures.receivers = {{.name = "ops",
                        .notifications = 31,
                        .notifications_failed = 8,
                        .outbox_depth = 5,
                        .outbox_oldest = std::chrono::seconds(90)}};
  return figures;
}

}  // namespace ripcord::test
