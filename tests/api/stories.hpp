#pragma once

#include "api/backend.hpp"
#include "engine/snapshot.hpp"
#include "model/deployment.hpp"

#include <chrono>
#include <string>

namespace ripcord::test {

using namespace std::chrono_literals;

/// 2026-11-22T19:00:00Z, a Sunday evening.
constexpr Instant evening{std::chrono::seconds(1'795'374'000)};

/// v2 of `backend`, announced at `evening`, in place 40 s later, baking for 15 min.
inline Deployment baking_deployment() {
  Deployment deployment;
  deployment.id = "backend-20261122-190000";
  deployment.service = "backend";
  deployment.version = "v2";
  deployment.previous_version = "v1";
  deployment.configuration = "0123456789abcdef";
  deployment.started_at = evening;
  deployment.begun_at = evening;
  deployment.deployed_at = evening + 40s;
  deployment.deadline = evening + 2h;
  deployment.phase = Baking{.settled_at = evening + 50s, .until = evening + 15min + 40s};
  return deployment;
}

/// The same one, rolled back: bad since 1:00, tripped at 1:02.25, verified at 1:12.75.
inline Deployment rolled_back_deployment() {
  Deployment deployment = baking_deployment();
  deployment.phase = RolledBack{};
  deployment.cause = Cause{.trigger = "unhealthy",
                           .reason = "3 of 3 failures in a row: status 500, expected 200",
                           .by = "ripcord",
                           .at = evening + 62'250ms,
                           .bad_since = evening + 60s};
  deployment.ended_at = evening + 72'750ms;
  deployment.verdict = "v1 is back and verified; it took 10s from the trip on";
  return deployment;
}

/// A receiver that has taken a test.
inline api::ReceiverTest receiver_test() {
  return {.receiver = "ops",
          .request = "POST https://hooks.example.org ***\nContent-Type: application/json\n\n{}\n",
          .answer = "200\n\nok\n",
          .is_delivered = true,
          .verdict = "it was taken"};
}

/// What its probe saw when a person asked.
inline api::ProbeReport probe_report() {
  return {.service = "backend",
          .probe = "ready",
          .sample = Sample{.taken_at = evening + 59s,
                           .latency = 12'500us,
                           .latency_kind = LatencyKind::measured,
                           .outcome = Outcome::bad,
                           .reason = "status 500, expected 200",
                           .readings = {}},
          .values = {{.name = "first_byte_seconds", .number = 0.0125}},
          .details = {{.name = "status", .text = "500 Internal Server Error"}}};
}

/// What its gates say on a Friday afternoon.
inline deploy::GateVerdict gate_verdict() {
  return {.reasons = {{.gate = "backup",
                       .state = deploy::GateState::refused,
                       .text = "the newest backup is 26h old, older than 24h"},
                      {.gate = "hours",
                       .state = deploy::GateState::overridden,
                       .text = "Fri 14:00 is denied; overridden by uid 1000 (ana): an outage"},
                      {.gate = "notes",
                       .state = deploy::GateState::passed,
                       .text = "release notes read, confirmed by uid 1000 (ana)"}},
          .overrides = {{.gate = "hours", .by = "uid 1000 (ana)", .reason = "an outage"}}};
}

/// Figures of ninety days, as far as a page shows them.
inline deploy::DoraReport figures() {
  deploy::DoraReport report;
  report.from = evening - std::chrono::days(90);
  report.to = evening;
  report.before_from = evening - std::chrono::days(180);
  report.figures.frequency.weeks = 12;
  report.figures.aborted = 1;
  report.lines = {{.name = "change_failure_rate",
                   .target = "< 15 %",
                   .unit = "ratio",
                   .current = 0.125,
                   .samples = 16,
                   .standing = deploy::Standing::met,
                   .before = 0.25,
                   .samples_before = 12,
                   .trend = deploy::Trend::better}};
  return report;
}

inline engine::ServiceSnapshot backend_service() {
  engine::ServiceSnapshot service;
  service.name = "backend";
  service.current_version = "v2";
  service.good_version = "v1";
  service.probes = {{.name = "ready",
                     .last = Sample{.taken_at = evening + 59s,
                                    .latency = 12'500us,
                                    .latency_kind = LatencyKind::measured,
                                    .outcome = Outcome::bad,
                                    .reason = "status 500, expected 200",
                                    .readings = {}},
                     .values = {{.name = "first_byte_seconds", .number = 0.0125}},
                     .samples = 60,
                     .samples_bad = 2,
                     .samples_unknown = 1}};
  service.triggers = {{.name = "unhealthy",
                       .probe = "ready",
                       .kind = "consecutive_failures",
                       .finding = {.state = FindingState::pending, .progress = 2.0 / 3},
                       .reason = "2 of 3 failures in a row: status 500, expected 200",
                       .preexisting = false,
                       .trips = 0}};
  service.deployment = baking_deployment();
  service.revision = 17;
  return service;
}

inline api::DeploymentView rolled_back_view() {
  const auto record = [](Duration after, std::string kind, std::string text, std::string by,
                         Severity severity) {
    return Record{.at = evening + after,
                  .service = "backend",
                  .deployment = "backend-20261122-190000",
                  .kind = std::move(kind),
                  .text = std::move(text),
                  .by = std::move(by),
                  .severity = severity};
  };
  api::DeploymentView view;
  view.deployment = rolled_back_deployment();
  view.history = {
      record(0s, "deployment.started", "deploying v2 to backend; a rollback would lead to v1",
             "uid 1000 (ana)", Severity::info),
      record(40s, "deployment.deployed", "v2 is in place after 40s; watching it for 15m",
             "uid 1000 (ana)", Severity::info),
      record(
          62'250ms, "rollback.started",
          "rolling backend back from v2 to v1: 3 of 3 failures in a row: status 500, expected 200",
          "ripcord", Severity::critical),
      record(72'750ms, "rollback.succeeded",
             "v1 is back and verified; it took 10s from the trip on", "ripcord", Severity::warning),
  };
  view.runs = {{.step = {.kind = StepKind::rollback, .index = 0, .attempt = 0},
                .step_name = "deployment",
                .intent_at = evening + 62'251ms,
                .result = RunResult{.outcome = RunOutcome::exited,
                                    .code = 0,
                                    .started_at = evening + 62'260ms,
                                    .ended_at = evening + 64'360ms,
                                    .message = ""},
                .output = "stopping v2\nstarting v1\n"}};
  return view;
}

/// The same one while its rollback step runs.
inline api::DeploymentView rolling_back_view() {
  api::DeploymentView view = rolled_back_view();
  view.deployment.phase = RollingBack{};
  view.deployment.ended_at.reset();
  view.deployment.verdict.clear();
  view.history.pop_back();
  view.runs.front().result.reset();
  view.runs.front().output = "stopping v2\n";
  return view;
}

}  // namespace ripcord::test
