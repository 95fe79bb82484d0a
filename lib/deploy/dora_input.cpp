#include "deploy/dora_input.hpp"

#include <cstddef>
#include <tuple>

namespace ripcord::deploy {
namespace {

struct EndingOf {
  std::optional<Ending> operator()(const Succeeded&) const { return Ending::succeeded; }
  std::optional<Ending> operator()(const Failed&) const { return Ending::failed; }
  std::optional<Ending> operator()(const RolledBack&) const { return Ending::rolled_back; }
  std::optional<Ending> operator()(const RollbackFailed&) const { return Ending::rollback_failed; }
  std::optional<Ending> operator()(const Aborted&) const { return Ending::aborted; }
  std::optional<Ending> operator()(const auto&) const { return std::nullopt; }
};

std::optional<DoraInput> input_of(const DoraRecord& record) {
  const Deployment& deployment = record.deployment;
  const auto ending = ending_of(deployment.phase);
  if (!ending || !deployment.ended_at || !deployment.begun_at) return std::nullopt;
  DoraInput input{.id = deployment.id,
                  .ending = *ending,
                  .commit_time = deployment.commit_time,
                  .started_at = deployment.started_at,
                  .deployed_at = deployment.deployed_at,
                  .ended_at = *deployment.ended_at,
                  .bad_since = {},
                  .tripped_at = {},
                  .acting_since = record.acting_since,
                  .acted_until = record.acted_until,
                  .manual_rollback = deployment.manual_rollback,
                  .rolled_back_later = false,
                  .rework = deployment.rework,
                  .drill = deployment.drill};
  if (deployment.cause) {
    input.bad_since = deployment.cause->bad_since;
    input.tripped_at = deployment.cause->at;
  }
  return input;
}

/// An input, and the deployment that it was made of.
struct Ended {
  DoraInput* input = nullptr;
  const Deployment* deployment = nullptr;
};

bool takes_back(const Ended& ended) {
  return ended.input->manual_rollback && !ended.input->drill &&
         (ended.input->ending == Ending::rolled_back ||
          ended.input->ending == Ending::rollback_failed);
}

bool can_be_taken_back(const Ended& ended, const Ended& by) {
  return !ended.input->manual_rollback && !ended.input->drill && was_delivered(*ended.input) &&
         ended.deployment->service == by.deployment->service &&
         ended.deployment->version == by.deployment->version &&
         ended.input->ended_at <= by.input->started_at;
}

void mark_what_is_taken_back(const std::vector<Ended>& all, const Ended& by) {
  const auto age = [](const Ended& ended) {
    return std::tie(ended.input->ended_at, ended.input->id);
  };
  const Ended* last = nullptr;
  for (const Ended& ended : all) {
    if (!can_be_taken_back(ended, by)) continue;
    if (last == nullptr || age(*last) < age(ended)) last = &ended;
  }
  if (last != nullptr) last->input->rolled_back_later = true;
}

}  // namespace

std::optional<Ending> ending_of(const Phase& phase) {
  return std::visit(EndingOf{}, phase);
}

bool was_delivered(const DoraInput& input) {
  return input.deployed_at.has_value() || input.rolled_back_later ||
         input.ending == Ending::succeeded || input.ending == Ending::rolled_back ||
         input.ending == Ending::rollback_failed;
}

std::vector<DoraInput> dora_inputs(const std::vector<DoraRecord>& records) {
  std::vector<DoraInput> inputs;
  std::vector<const Deployment*> deployments;
  for (const DoraRecord& record : records) {
    if (auto input = input_of(record)) {
      inputs.push_back(*std::move(input));
      deployments.push_back(&record.deployment);
    }
  }
  std::vector<Ended> all;
  all.reserve(inputs.size());
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    all.push_back({.input = &inputs[i], .deployment = deployments[i]});
  }
  for (const Ended& ended : all) {
    if (takes_back(ended)) mark_what_is_taken_back(all, ended);
  }
  return inputs;
}

}  // namespace ripcord::deploy
