#include "metrics/tally.hpp"

#include "deploy/dora.hpp"

#include <algorithm>
#include <array>
#include <limits>
#include <utility>
#include <variant>

namespace ripcord::metrics {
namespace {

using prometheus::Histogram;
using prometheus::MetricType;

/// How far the share of failures looks back: long enough for a dozen changes.
constexpr Duration failures_window = std::chrono::days(90);

constexpr Metric deployment_duration{
    "ripcord_deployment_duration_seconds",
    "How long deployments took from their start until the new version was in place.",
    MetricType::Histogram};
constexpr Metric lead_time{
    "ripcord_deployment_lead_time_seconds",
    "How long changes took from their commit until their deployment had succeeded.",
    MetricType::Histogram};
constexpr Metric recovery{
    "ripcord_recovery_seconds",
    "How long it took until the version before was verified to be back, and the parts of it.",
    MetricType::Histogram};
constexpr Metric change_failures{
    "ripcord_change_failure_ratio",
    "The share of the deployments of the last 90 days that failed; NaN while there is none."};
constexpr Metric gate_checks{"ripcord_gate_checks_total",
                             "Deployments of which the gate was asked, the refused ones included.",
                             MetricType::Counter};
constexpr Metric gate_refusals{"ripcord_gate_refusals_total",
                               "Deployments that the gate has refused.", MetricType::Counter};
constexpr Metric gate_overrides{"ripcord_gate_overrides_total",
                                "Gates that a person has passed over.", MetricType::Counter};

constexpr double minute = 60;
constexpr double hour = 60 * minute;
constexpr double day = 24 * hour;

// Each has the target of docs/deployment.md as one of its bounds.
std::vector<double> deployment_buckets() {
  return {10, 30, minute, 2 * minute, 5 * minute, 10 * minute, 15 * minute, 30 * minute, hour};
}
std::vector<double> lead_time_buckets() {
  return {15 * minute, hour, 4 * hour, 12 * hour, day, 2 * day, 7 * day, 14 * day, 30 * day};
}
std::vector<double> recovery_buckets() {
  return {1, 5, 15, 30, minute, 2 * minute, 5 * minute, 10 * minute, 15 * minute, 30 * minute};
}

/// Adds the length of time between two instants that are known and in this order.
void observe_length(Histogram& histogram, std::optional<Instant> from, std::optional<Instant> to) {
  if (from && to && *from <= *to) histogram.Observe(seconds(*to - *from));
}

/// What the figures need of a deployment, without what takes room.
Deployment slim(Deployment deployment) {
  deployment.baselines.clear();
  deployment.confirmations.clear();
  deployment.overrides.clear();
  deployment.preexisting.clear();
  return deployment;
}

/// The names of the parts of a recovery, in the order in which they are shown.
constexpr std::array<const char*, 5> recovery_parts{"total", "detect", "decide", "act", "verify"};

}  // namespace

/// What a scrape shows of one service.
struct Tally::Shown {
  double gate_checks = 0;
  double gate_refusals = 0;
  double gate_overrides = 0;
  double failure_ratio = std::numeric_limits<double>::quiet_NaN();
  prometheus::ClientMetric deployment;
  prometheus::ClientMetric lead_time;
  std::array<prometheus::ClientMetric, recovery_parts.size()> recovery;
};

Tally::Score::Score()
    : deployment(deployment_buckets()),
      lead_time(lead_time_buckets()),
      total(recovery_buckets()),
      detect(recovery_buckets()),
      decide(recovery_buckets()),
      act(recovery_buckets()),
      verify(recovery_buckets()) {}

void Tally::restore(const std::vector<Deployment>& past) {
  const std::scoped_lock lock(mutex_);
  for (const Deployment& deployment : past) {
    if (is_open(deployment)) continue;
    scores_[deployment.service].records.push_back(
        {.deployment = slim(deployment), .acting_since = {}, .acted_until = {}});
  }
  for (auto& [service, score] : scores_) score.ended = deploy::dora_inputs(score.records);
}

void Tally::observe(const Event& event, const Effects& effects) {
  const auto* ended = std::get_if<RunEnded>(&event);
  if (effects.empty() && ended == nullptr) return;
  const std::scoped_lock lock(mutex_);
  if (ended != nullptr) note(*ended);
  for (const Effect& effect : effects) {
    if (const auto* record = std::get_if<Record>(&effect)) note(*record);
    const auto* save = std::get_if<Save>(&effect);
    if (save != nullptr && !is_open(save->deployment)) note_end(save->deployment);
  }
}

void Tally::note(const Record& record) {
  if (record.kind == "gate.overridden") ++scores_[record.service].gate_overrides;
  const bool is_refusal = record.kind == "gate.refused";
  if (is_refusal || record.kind == "gate.passed") ++scores_[record.service].gate_checks;
  if (is_refusal) ++scores_[record.service].gate_refusals;
}

void Tally::note(const RunEnded& ended) {
  if (ended.step.kind != StepKind::rollback) return;
  Acts& acts = acts_[ended.deployment];
  if (!acts.since) acts.since = ended.result.started_at;
  acts.until = ended.result.ended_at;
}

void Tally::note_end(const Deployment& deployment) {
  Score& score = scores_[deployment.service];
  const Acts acts = acts_[deployment.id];
  acts_.erase(deployment.id);
  std::erase_if(score.records, [&](const deploy::DoraRecord& record) {
    const auto& old = record.deployment;
    return old.id == deployment.id || (old.ended_at && deployment.ended_at &&
                                       *old.ended_at < *deployment.ended_at - failures_window);
  });
  score.records.push_back(
      {.deployment = slim(deployment), .acting_since = acts.since, .acted_until = acts.until});
  score.ended = deploy::dora_inputs(score.records);
  const auto found = std::ranges::find(score.ended, deployment.id, &deploy::DoraInput::id);
  if (found == score.ended.end() || found->drill) return;
  if (found->ending == deploy::Ending::rolled_back) {
    observe_length(score.total, found->tripped_at, found->ended_at);
    observe_length(score.detect, found->bad_since, found->tripped_at);
    observe_length(score.decide, found->tripped_at, found->acting_since);
    observe_length(score.act, found->acting_since, found->acted_until);
    observe_length(score.verify, found->acted_until, found->ended_at);
  }
  if (found->manual_rollback) return;
  observe_length(score.deployment, found->started_at, found->deployed_at);
  if (found->ending == deploy::Ending::succeeded) {
    observe_length(score.lead_time, found->commit_time, found->ended_at);
  }
}

Tally::Shown Tally::shown(const std::string& service, Instant now) const {
  static const Score nothing;
  const Score* score = &nothing;
  std::vector<deploy::DoraInput> ended;
  Shown shown;
  {
    const std::scoped_lock lock(mutex_);
    const auto found = scores_.find(service);
    if (found != scores_.end()) score = &found->second;
    ended = score->ended;
    shown.gate_checks = static_cast<double>(score->gate_checks);
    shown.gate_refusals = static_cast<double>(score->gate_refusals);
    shown.gate_overrides = static_cast<double>(score->gate_overrides);
  }
  // What ended at this very instant has ended.
  const Instant until = now + Duration(1);
  const auto ratio = deploy::dora(ended, until - failures_window, until).failures.ratio();
  if (ratio) shown.failure_ratio = *ratio;
  shown.deployment = score->deployment.Collect();
  shown.lead_time = score->lead_time.Collect();
  shown.recovery = {score->total.Collect(), score->detect.Collect(), score->decide.Collect(),
                    score->act.Collect(), score->verify.Collect()};
  return shown;
}

Families Tally::series(const engine::Snapshot& snapshot) const {
  Family durations = family_of(deployment_duration);
  Family lead_times = family_of(lead_time);
  Family recoveries = family_of(recovery);
  Family ratios = family_of(change_failures);
  Family checks = family_of(gate_checks);
  Family refusals = family_of(gate_refusals);
  Family overrides = family_of(gate_overrides);
  for (const auto& service : snapshot.services) {
    const Labels labels{label("ripcord_service", service.name)};
    Shown of_service = shown(service.name, snapshot.at);
    add(durations, labels, std::move(of_service.deployment));
    add(lead_times, labels, std::move(of_service.lead_time));
    for (std::size_t i = 0; i < recovery_parts.size(); ++i) {
      add(recoveries, {labels.front(), label("part", recovery_parts.at(i))},
          std::move(of_service.recovery.at(i)));
    }
    add(ratios, labels, of_service.failure_ratio);
    add(checks, labels, of_service.gate_checks);
    add(refusals, labels, of_service.gate_refusals);
    add(overrides, labels, of_service.gate_overrides);
  }
  Families families;
  for (Family* family :
       {&durations, &lead_times, &recoveries, &ratios, &checks, &refusals, &overrides}) {
    families.push_back(std::move(*family));
  }
  return families;
}

}  // namespace ripcord::metrics
