#include "probe/docker/judge.hpp"

#include "base/text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>

namespace ripcord::probe::docker {
namespace {

Outcome outcome_of(const Container& container) {
  if (container.status != "running" || container.health == Health::unhealthy) return Outcome::bad;
  return container.health == Health::starting ? Outcome::unknown : Outcome::good;
}

std::string_view words_for(Health health) {
  switch (health) {
    case Health::none:
      return "";
    case Health::starting:
      return ", its health check has no result yet";
    case Health::healthy:
      return ", healthy";
    case Health::unhealthy:
      return ", but unhealthy";
  }
  return "";
}

std::string name_of(const Container& container) {
  return printable(container.name.empty() ? container.id.substr(0, 12) : container.name, 100);
}

}  // namespace

std::string state_of(const Container& container) {
  const std::string status = printable(container.status, 40);
  if (container.status == "running") return status + std::string(words_for(container.health));
  const std::string_view memory = container.oom_killed ? " (out of memory)" : "";
  if (container.status == "restarting") {
    return fmt::format("restarting after exit code {}{}", container.exit_code, memory);
  }
  std::string words = status;
  if (container.status == "exited" || container.status == "dead") {
    words += fmt::format(" with code {}{}", container.exit_code, memory);
  }
  if (!container.error.empty()) words += ": " + printable(container.error, 120);
  return words;
}

Verdict judge(const Selector& selector, const std::vector<Container>& containers) {
  if (containers.empty()) {
    return {Outcome::bad, fmt::format("there is no {}", to_string(selector))};
  }
  for (const Outcome wanted : {Outcome::bad, Outcome::unknown}) {
    const auto is_so = [wanted](const Container& one) { return outcome_of(one) == wanted; };
    const auto count = std::ranges::count_if(containers, is_so);
    if (count == 0) continue;
    const Container& first = *std::ranges::find_if(containers, is_so);
    const std::string words = fmt::format("{} is {}", name_of(first), state_of(first));
    return {wanted, count == 1 && containers.size() == 1
                        ? words
                        : fmt::format("{} of {} containers: {}", count, containers.size(), words)};
  }
  return {Outcome::good, ""};
}

}  // namespace ripcord::probe::docker
