#include "deploy/gate/staging.hpp"

#include "base/text.hpp"

#include <fmt/format.h>

namespace ripcord::deploy {
namespace {

bool has_succeeded(const StagingRecord& record) {
  return std::holds_alternative<Succeeded>(record.phase);
}

/// Of two of the same instant, the one that did not succeed.
const StagingRecord* newest_of(const StagingFact& fact, std::string_view version) {
  const StagingRecord* newest = nullptr;
  for (const StagingRecord& record : fact.records) {
    if (record.version != version) continue;
    if (newest == nullptr || record.at > newest->at ||
        (record.at == newest->at && !has_succeeded(record))) {
      newest = &record;
    }
  }
  return newest;
}

}  // namespace

GateCheck check(const StagingRule& rule, const StagingFact* fact, std::string_view version,
                Instant now) {
  const std::string where = rule.environment;
  if (fact == nullptr) {
    return {.passed = false, .text = fmt::format("what happened in {} is not known", where)};
  }
  const std::string what = printable(version, 60);
  const StagingRecord* newest = newest_of(*fact, version);
  if (newest == nullptr) {
    return {.passed = false, .text = fmt::format("{} was never deployed to {}", what, where)};
  }
  const Duration age = now - newest->at;
  if (age < -clock_difference_max) {
    return {.passed = false,
            .text = fmt::format("the deployment of {} to {} is dated {} in the future: its age is "
                                "not known",
                                what, where, age_beyond(-age))};
  }
  if (!has_succeeded(*newest)) {
    return {.passed = false,
            .text = fmt::format("the newest deployment of {} to {}, {} ago, is {}", what, where,
                                age_within(age), name(newest->phase))};
  }
  if (rule.max_age && age > *rule.max_age) {
    return {.passed = false,
            .text = fmt::format("{} succeeded in {} {} ago, at most {}", what, where,
                                age_beyond(age), in_hours(*rule.max_age))};
  }
  return {.passed = true,
          .text = fmt::format("{} succeeded in {} {} ago", what, where, age_within(age))};
}

}  // namespace ripcord::deploy
