#include "deploy/gate/backup.hpp"

#include "base/text.hpp"

#include <fmt/format.h>

#include <vector>

namespace ripcord::deploy {
namespace {

std::string objection_to_age(const BackupRule& rule, Duration age) {
  if (age < -clock_difference_max) {
    return fmt::format("the newest backup is dated {} in the future: its age is not known",
                       age_beyond(-age));
  }
  if (age <= rule.max_age) return "";
  return fmt::format("the newest backup is {} old, at most {}", age_beyond(age),
                     in_hours(rule.max_age));
}

std::string objection_to_size(const BackupRule& rule, const BackupFile& file) {
  if (file.bytes >= rule.bytes_min) return "";
  return fmt::format("the newest backup has {}, at least {}", plural(file.bytes, "byte"),
                     rule.bytes_min);
}

std::string objection_to_verification(const BackupRule& rule,
                                      const std::optional<RunResult>& verified) {
  if (!rule.verify) return "";
  if (!verified) return "the newest backup is not verified";
  if (verified->succeeded()) return "";
  return fmt::format("the newest backup is not verified: {}", describe(*verified));
}

}  // namespace

GateCheck check(const BackupRule& rule, const BackupFact* fact, Instant now) {
  if (fact == nullptr) return {.passed = false, .text = "it is not known what backups there are"};
  if (!fact->newest) return {.passed = false, .text = "there is no backup"};

  const Duration age = now - fact->newest->made_at;
  std::vector<std::string> objections;
  for (const std::string& objection :
       {objection_to_age(rule, age), objection_to_size(rule, *fact->newest),
        objection_to_verification(rule, fact->verified)}) {
    if (!objection.empty()) objections.push_back(objection);
  }
  return passed_unless(
      objections,
      fmt::format("the newest backup, {}, is {} old, at most {}, and has {}{}",
                  printable(fact->newest->name, 100), age_within(age), in_hours(rule.max_age),
                  plural(fact->newest->bytes, "byte"), rule.verify ? "; it is verified" : ""));
}

}  // namespace ripcord::deploy
