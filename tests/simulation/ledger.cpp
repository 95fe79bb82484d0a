#include "tests/simulation/ledger.hpp"

#include <algorithm>
#include <variant>

namespace ripcord::simulation {
namespace {

/// `slow` of `"trigger slow has tripped: …"`.
std::string trigger_in(const std::string& text) {
  const std::size_t begin = text.find(' ') + 1;
  return text.substr(begin, text.find(' ', begin) - begin);
}

}  // namespace

void Ledger::commit(const Effects& effects) {
  for (const Effect& effect : effects) {
    if (const auto* saved = std::get_if<Save>(&effect)) save(saved->deployment);
    if (const auto* told = std::get_if<Record>(&effect)) record(*told);
    if (const auto* start = std::get_if<StartRun>(&effect)) intend(*start);
    const auto* ended = std::get_if<SaveRun>(&effect);
    if (ended == nullptr) continue;
    const auto intent = intents_.find({ended->deployment, ended->step});
    require(intent != intents_.end(), "a run ends that was never meant to begin",
            ended->deployment);
    if (intent != intents_.end()) intent->second.result = ended->result;
  }
  for (const Effect& effect : effects) {
    const auto* saved = std::get_if<Save>(&effect);
    if (saved == nullptr) continue;
    judge_open(saved->deployment.service);
    judge_superseded(saved->deployment);
  }
}

const Deployment* Ledger::row(const std::string& id) const {
  const auto place = std::ranges::find(rows_, id, &Deployment::id);
  return place == rows_.end() ? nullptr : &*place;
}

void Ledger::save(const Deployment& deployment) {
  const auto place = std::ranges::find(rows_, deployment.id, &Deployment::id);
  if (place == rows_.end()) {
    judge_target(deployment);
    rows_.push_back(deployment);
  } else {
    require(is_open(*place), "what has ended is written again", deployment.id);
    const bool leads_elsewhere = place->previous_version != deployment.previous_version;
    require(place->version == deployment.version && !(leads_elsewhere && place->begun_at) &&
                place->started_at == deployment.started_at &&
                place->deadline <= deployment.deadline,
            "what a deployment is does not change", deployment.id);
    if (leads_elsewhere) judge_target(deployment);
    *place = deployment;
  }
  if (!is_open(deployment)) learn(deployment);
}

void Ledger::record(const Record& record) {
  if (record.kind == "trigger.tripped") tripped_.emplace(record.service, trigger_in(record.text));
  if (record.kind == "rollback.started") judge_rollback(record);
}

void Ledger::intend(const StartRun& start) {
  const Deployment* saved = row(start.deployment);
  require(saved != nullptr && is_open(*saved), "a step is started for nothing open",
          start.deployment);
  require(
      intents_.emplace(RunKey{start.deployment, start.step}, Intent{start, std::nullopt}).second,
      "a step is started twice: " + to_string(start.step), start.deployment);
  require(saved == nullptr || start.facts.previous_version == saved->previous_version,
          "a step is told of another target", start.deployment);
}

/// One, and beside it, while it bakes, a younger one at its gate.
void Ledger::judge_open(const std::string& service) {
  const Deployment* begun = nullptr;
  const Deployment* waiting = nullptr;
  for (const Deployment& row : rows_) {
    if (row.service != service || !is_open(row)) continue;
    const Deployment*& place = std::holds_alternative<Gating>(row.phase) ? waiting : begun;
    require(place == nullptr, "a service has two open deployments", row.id);
    place = &row;
  }
  if (begun == nullptr || waiting == nullptr) return;
  require(std::holds_alternative<Baking>(begun->phase), "one waits while another does not bake",
          waiting->id);
}

/// What is superseded gives its place to one that has begun.
void Ledger::judge_superseded(const Deployment& ended) {
  if (!ended.verdict.starts_with("superseded by ")) return;
  require(std::ranges::any_of(rows_,
                              [&](const Deployment& row) {
                                return row.service == ended.service && row.id != ended.id &&
                                       row.begun_at && row.started_at >= ended.started_at &&
                                       ended.verdict == "superseded by " + row.version;
                              }),
          "it was superseded by what has not begun", ended.id);
}

bool Ledger::knows_where_to(const std::string& service, const std::string& version) const {
  const std::string& first = first_.at(service);
  if (!first.empty() && first != version && !worth_.contains({service, first})) return true;
  return std::ranges::any_of(worth_, [&](const auto& each) {
    return each.first.first == service && each.first.second != version &&
           each.second == Worth::good;
  });
}

void Ledger::judge_target(const Deployment& deployment) {
  const std::string& target = deployment.previous_version;
  if (target.empty()) return;
  require(target != deployment.version, "a rollback would lead to the version itself",
          deployment.id);
  const auto known = worth_.find({deployment.service, target});
  const bool is_good = known != worth_.end() && known->second == Worth::good;
  const bool is_first = known == worth_.end() && target == first_.at(deployment.service);
  const bool is_a_persons_word = deployment.cause && deployment.cause->by != "ripcord" &&
                                 !knows_where_to(deployment.service, deployment.version);
  require(is_good || is_first || is_a_persons_word,
          "a rollback would lead to " + target + ", which is not known to be good", deployment.id);
}

void Ledger::judge_rollback(const Record& record) {
  require(rolled_back_.insert(record.deployment).second, "a deployment is rolled back twice",
          record.deployment);
  const Deployment* saved = row(record.deployment);
  require(saved != nullptr && saved->cause, "a rollback has no cause", record.deployment);
  if (saved == nullptr || !saved->cause) return;
  const Cause& cause = *saved->cause;
  if (record.by != "ripcord") {
    require(cause.by == record.by && cause.trigger.empty(), "whose rollback is it?",
            record.deployment);
    return;
  }
  if (cause.trigger.empty()) {
    require(saved->way == Way::driven, "a rollback for no reason", record.deployment);
    return;
  }
  require(tripped_.contains({record.service, cause.trigger}), "a rollback without a trip on record",
          record.deployment);
}

void Ledger::learn(const Deployment& ended) {
  const auto is = [&](const std::string& version, Worth worth) {
    if (!version.empty()) worth_[{ended.service, version}] = worth;
  };
  if (std::holds_alternative<Succeeded>(ended.phase)) is(ended.version, Worth::good);
  if (std::holds_alternative<RolledBack>(ended.phase) ||
      std::holds_alternative<RollbackFailed>(ended.phase)) {
    is(ended.version, Worth::bad);
  }
  if (std::holds_alternative<RolledBack>(ended.phase)) is(ended.previous_version, Worth::good);
}

void Ledger::require(bool holds, const std::string& law, const std::string& deployment) {
  if (!holds && broken_.empty()) broken_ = deployment + ": " + law;
}

}  // namespace ripcord::simulation
