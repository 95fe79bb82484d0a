#include "deploy/gate/window.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <string>

namespace ripcord::deploy {
namespace {

using namespace std::chrono_literals;

template <class Range>
bool any_contains(const std::vector<Range>& ranges, LocalTime local) {
  return std::ranges::any_of(ranges,
                             [local](const Range& range) { return contains(range, local); });
}

bool is_allowed_at(const WindowRule& rule, LocalTime local) {
  if (any_contains(rule.deny, local) || any_contains(rule.freezes, local)) return false;
  return rule.allow.empty() || any_contains(rule.allow, local);
}

/// The first edge of a range, or midnight, after `local`.
LocalTime next_edge(const WindowRule& rule, LocalTime local) {
  const auto day = std::chrono::floor<std::chrono::days>(local);
  LocalTime next = day + std::chrono::days(1);
  const auto offer = [&](std::chrono::minutes edge) {
    const LocalTime at = day + edge % 24h;
    if (at > local) next = std::min(next, at);
  };
  for (const auto* ranges : {&rule.allow, &rule.deny}) {
    for (const WeekRange& range : *ranges) {
      offer(range.from);
      offer(range.to);
    }
  }
  return next;
}

/// When the answer may next differ from the one at `at`: until the clocks jump, local time runs as
/// fast as time does.
Instant next_look(const WindowRule& rule, Instant at) {
  const LocalTime local = rule.zone.local(at);
  const Instant edge = at + (next_edge(rule, local) - local);
  const auto jump = rule.zone.next_change(at);
  return jump ? std::min(edge, *jump) : edge;
}

/// `"Fri 2026-11-27 13:05"`.
std::string shown(LocalTime local) {
  constexpr std::array<std::string_view, 7> names{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  const auto day = std::chrono::floor<std::chrono::days>(local);
  const std::chrono::year_month_day date(day);
  const std::chrono::hh_mm_ss time(local - day);
  return fmt::format(
      "{} {:04}-{:02}-{:02} {:02}:{:02}", names.at(std::chrono::weekday(day).c_encoding()),
      static_cast<int>(date.year()), static_cast<unsigned>(date.month()),
      static_cast<unsigned>(date.day()), time.hours().count(), time.minutes().count());
}

template <class Range>
void quote_if(std::vector<std::string>& quoted, const std::vector<Range>& ranges, LocalTime local) {
  for (const Range& range : ranges) {
    if (contains(range, local)) quoted.push_back(fmt::format("{:?}", range.text));
  }
}

/// `"denied by …"`, or what would have been allowed.
std::string objection(const WindowRule& rule, LocalTime local) {
  std::vector<std::string> against;
  quote_if(against, rule.deny, local);
  quote_if(against, rule.freezes, local);
  if (!against.empty()) return fmt::format("denied by {}", fmt::join(against, " and "));
  std::vector<std::string> allowed;
  allowed.reserve(rule.allow.size());
  for (const WeekRange& range : rule.allow) allowed.push_back(fmt::format("{:?}", range.text));
  return fmt::format("outside {}", fmt::join(allowed, ", "));
}

}  // namespace

bool is_allowed(const WindowRule& rule, Instant now) {
  return is_allowed_at(rule, rule.zone.local(now));
}

std::optional<Instant> next_allowed(const WindowRule& rule, Instant now, Duration within) {
  for (Instant at = now; at <= now + within; at = next_look(rule, at)) {
    if (is_allowed(rule, at)) return at;
  }
  return std::nullopt;
}

GateCheck check(const WindowRule& rule, Instant now) {
  const LocalTime local = rule.zone.local(now);
  const std::string when = fmt::format("it is {} in {}", shown(local), rule.zone.name());
  if (is_allowed_at(rule, local)) return {.passed = true, .text = when + ", which is allowed"};

  std::string text = fmt::format("{}, {}", when, objection(rule, local));
  if (const auto next = next_allowed(rule, now)) {
    text += fmt::format("; allowed again from {}, in {}", shown(rule.zone.local(*next)),
                        for_people(*next - now));
  } else {
    text += "; not allowed within the next 400 days";
  }
  return {.passed = false, .text = text};
}

}  // namespace ripcord::deploy
