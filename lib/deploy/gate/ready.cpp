#include "deploy/gate/ready.hpp"

#include "base/text.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace ripcord::deploy {
namespace {

using Objections = std::vector<std::string>;

void check_programs(const ReadyRule& rule, const ReadyFact& fact, Objections& objections) {
  if (rule.programs.empty()) objections.emplace_back("there is no rollback step");
  for (const std::string& path : rule.programs) {
    const auto found = std::ranges::find(fact.programs, path, &ProgramFact::path);
    if (found == fact.programs.end()) {
      objections.push_back(fmt::format("whether {} can be executed is not known", path));
    } else if (!found->executable) {
      objections.push_back(fmt::format("{} is not fit to be run{}{}", path,
                                       found->why_not.empty() ? "" : ": ", found->why_not));
    }
  }
}

void check_version(const ReadyRule& rule, const ReadyFact& fact, Objections& objections) {
  if (!fact.previous_version) {
    objections.emplace_back("which version to go back to is not known");
    return;
  }
  if (fact.previous_version->empty()) {
    objections.emplace_back("there is no verified good version to go back to");
    return;
  }
  if (!rule.image || fact.image_there.value_or(false)) return;
  std::string why = fact.image_there ? "is gone" : "is not known to be there";
  if (!fact.image_there && !fact.why_image_unknown.empty()) {
    why += fmt::format(" ({})", printable(fact.why_image_unknown, 200));
  }
  objections.push_back(fmt::format("the image of {} {}", *fact.previous_version, why));
}

void check_disk(const ReadyRule& rule, const ReadyFact& fact, Objections& objections) {
  if (!fact.disk_bytes_free) {
    objections.emplace_back("how much of the disk is free is not known");
  } else if (*fact.disk_bytes_free < rule.disk_bytes_min) {
    objections.push_back(fmt::format("{} of the disk are free, at least {}",
                                     plural(*fact.disk_bytes_free, "byte"), rule.disk_bytes_min));
  }
}

void check_database(const ReadyRule& rule, const ReadyFact& fact, Objections& objections) {
  if (!rule.database) return;
  if (!fact.database) {
    objections.emplace_back("whether the database can go back is not known");
  } else if (!fact.database->succeeded()) {
    objections.push_back(
        fmt::format("the database cannot go back: its script {}", describe(*fact.database)));
  }
}

}  // namespace

GateCheck check(const ReadyRule& rule, const ReadyFact* fact) {
  if (fact == nullptr) {
    return {.passed = false, .text = "whether a rollback is possible is not known"};
  }
  Objections objections;
  if (!fact->irreversible.empty()) {
    objections.push_back(
        fmt::format("what runs cannot be undone: {}", printable(fact->irreversible, 200)));
  }
  check_programs(rule, *fact, objections);
  check_version(rule, *fact, objections);
  check_disk(rule, *fact, objections);
  check_database(rule, *fact, objections);
  if (!objections.empty()) return passed_unless(objections, "");
  return {.passed = true,
          .text = fmt::format("{} in place, back to {}, {} of the disk are free",
                              plural(rule.programs.size(), "program"), *fact->previous_version,
                              plural(*fact->disk_bytes_free, "byte"))};
}

}  // namespace ripcord::deploy
