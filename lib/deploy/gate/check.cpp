#include "deploy/gate/check.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <utility>

namespace ripcord::deploy {
namespace {

using namespace std::chrono_literals;

Duration grain(Duration age) {
  return age < 1h ? Duration(1s) : Duration(1min);
}

}  // namespace

GateCheck passed_unless(const std::vector<std::string>& objections, std::string text) {
  if (objections.empty()) return {.passed = true, .text = std::move(text)};
  return {.passed = false, .text = fmt::format("{}", fmt::join(objections, "; "))};
}

std::string in_hours(Duration duration) {
  const std::chrono::hh_mm_ss parts(std::chrono::floor<std::chrono::seconds>(duration));
  std::vector<std::string> shown;
  if (parts.hours() > 0h) shown.push_back(fmt::format("{}h", parts.hours().count()));
  if (parts.minutes() > 0min) shown.push_back(fmt::format("{}m", parts.minutes().count()));
  if (parts.seconds() > 0s || shown.empty()) {
    shown.push_back(fmt::format("{}s", parts.seconds().count()));
  }
  return fmt::format("{}", fmt::join(shown, " "));
}

std::string age_within(Duration age) {
  age = std::max(age, Duration{});
  return in_hours(age - age % grain(age));
}

std::string age_beyond(Duration age) {
  const Duration over = age % grain(age);
  return in_hours(over == Duration{} ? age : age - over + grain(age));
}

}  // namespace ripcord::deploy
