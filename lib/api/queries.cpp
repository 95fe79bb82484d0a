#include "api/queries.hpp"

#include "api/body.hpp"
#include "base/text.hpp"
#include "model/deployment.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <chrono>
#include <string_view>
#include <system_error>
#include <utility>

namespace ripcord::api {
namespace {

constexpr std::uint64_t wait_seconds_max = 60;
constexpr std::uint64_t wait_seconds_default = 30;
constexpr std::uint64_t limit_max = 1000;

std::unexpected<Error> malformed(std::string message) {
  return failure(Fault::malformed, std::move(message));
}

Result<std::uint64_t> read_number(const Parameter& parameter, std::uint64_t min,
                                  std::uint64_t max) {
  std::uint64_t number = 0;
  const char* last = parameter.value.data() + parameter.value.size();
  const auto [end, error] = std::from_chars(parameter.value.data(), last, number);
  if (error != std::errc() || end != last || number < min || number > max) {
    return malformed(
        fmt::format("parameter {:?} is {:?}, which is not a whole number from {} to {}",
                    parameter.name, printable(parameter.value, 40), min, max));
  }
  return number;
}

Result<Instant> read_moment(const Parameter& parameter, Instant now) {
  const Result<Instant> at = parse_moment(parameter.value, now);
  if (at) return *at;
  return malformed(fmt::format("parameter {:?} {}", parameter.name, at.error().message));
}

/// The name of a phase; `open` and `ended` are all of those.
Result<void> add_phases(DeploymentQuery& list, const Parameter& parameter) {
  const std::vector<std::string_view>& names = phase_names();
  const bool is_group = parameter.value == "open" || parameter.value == "ended";
  for (const std::string_view name : names) {
    const bool is_meant = is_group ? is_terminal(*parse_phase(name)) == (parameter.value == "ended")
                                   : name == parameter.value;
    if (is_meant) list.phases.emplace_back(name);
    if (is_meant && !is_group) return {};
  }
  if (is_group) return {};
  std::vector<std::string> known(names.begin(), names.end());
  known.insert(known.end(), {"open", "ended"});
  return malformed(unknown_word("phase", parameter.value, known));
}

/// The kind of a record, or the beginning of several with a star behind it.
Result<void> take_kind(DeploymentQuery& list, const Parameter& parameter) {
  std::string_view stem = parameter.value;
  if (stem.ends_with('*')) stem.remove_suffix(1);
  const bool is_kind = !parameter.value.empty() && std::ranges::all_of(stem, [](char c) {
    return (c >= 'a' && c <= 'z') || c == '_' || c == '.';
  });
  if (!is_kind) {
    return malformed(
        fmt::format("parameter \"kind\" is {:?}, which is not like "
                    "\"trigger.tripped\" or \"rollback.*\"",
                    printable(parameter.value, 40)));
  }
  list.kind = parameter.value;
  return {};
}

Result<void> take_limit(DeploymentQuery& list, const Parameter& parameter) {
  const Result<std::uint64_t> number = read_number(parameter, 1, limit_max);
  if (!number) return std::unexpected(number.error());
  list.limit = *number;
  return {};
}

Result<void> take_moment(std::optional<Instant>& into, const Parameter& parameter, Instant now) {
  const Result<Instant> at = read_moment(parameter, now);
  if (!at) return std::unexpected(at.error());
  into = *at;
  return {};
}

Result<void> take_text(std::string& into, const Parameter& parameter) {
  if (parameter.value.empty()) {
    return malformed(fmt::format("parameter {:?} is empty", parameter.name));
  }
  into = parameter.value;
  return {};
}

Result<void> read_into(DeploymentQuery& list, const Parameter& parameter, Instant now) {
  const std::string& name = parameter.name;
  if (name == "service") return take_text(list.service, parameter);
  if (name == "version") return take_text(list.version, parameter);
  if (name == "before") return take_text(list.before, parameter);
  if (name == "phase") return add_phases(list, parameter);
  if (name == "kind") return take_kind(list, parameter);
  if (name == "limit") return take_limit(list, parameter);
  if (name == "since") return take_moment(list.since, parameter, now);
  if (name == "until") return take_moment(list.until, parameter, now);
  return malformed(
      unknown_word("parameter", name,
                   {"service", "version", "phase", "since", "until", "kind", "before", "limit"}));
}

}  // namespace

Result<std::optional<LongPoll>> read_long_poll(const std::vector<Parameter>& query) {
  std::optional<std::uint64_t> after;
  std::optional<std::uint64_t> wait;
  for (const Parameter& parameter : query) {
    const bool is_after = parameter.name == "after";
    if (!is_after && parameter.name != "wait") {
      return malformed(unknown_word("parameter", parameter.name, {"after", "wait"}));
    }
    const std::uint64_t max = is_after ? UINT64_MAX : wait_seconds_max;
    const Result<std::uint64_t> number = read_number(parameter, 0, max);
    if (!number) return std::unexpected(number.error());
    (is_after ? after : wait) = *number;
  }
  if (!after && wait) return malformed(R"(parameter "wait" needs "after")");
  if (!after) return std::nullopt;
  const std::chrono::seconds seconds(wait.value_or(wait_seconds_default));
  return LongPoll{.after = *after, .wait = seconds};
}

Result<DeploymentQuery> read_list_query(const std::vector<Parameter>& query, Instant now) {
  DeploymentQuery list;
  for (const Parameter& parameter : query) {
    const Result<void> read = read_into(list, parameter, now);
    if (!read) return std::unexpected(read.error());
  }
  return list;
}

Result<FiguresQuery> read_figures_query(const std::vector<Parameter>& query, Instant now) {
  FiguresQuery figures;
  for (const Parameter& parameter : query) {
    if (parameter.name == "service") {
      figures.service = parameter.value;
    } else if (parameter.name == "since") {
      const Result<Instant> since = read_moment(parameter, now);
      if (!since) return std::unexpected(since.error());
      if (*since >= now) return malformed(R"(parameter "since" is not in the past)");
      figures.length = now - *since;
    } else {
      return malformed(unknown_word("parameter", parameter.name, {"service", "since"}));
    }
  }
  return figures;
}

Result<Instant> parse_moment(const std::string& text, Instant now) {
  constexpr std::size_t date_length = std::string_view("2026-11-22").size();
  if (const Result<Duration> ago = parse_duration(text)) return now - *ago;
  const bool is_date = text.size() == date_length && text[4] == '-';
  const Result<Instant> at = parse_instant(is_date ? text + "T00:00:00Z" : text);
  if (at) return *at;
  return malformed(
      fmt::format("is {:?}, which is no time (\"90d\" ago, \"2026-11-22\", "
                  "\"2026-11-22T19:00:00Z\")",
                  printable(text, 40)));
}

Result<void> read_no_query(const std::vector<Parameter>& query) {
  if (!query.empty()) return malformed(unknown_word("parameter", query.front().name, {}));
  return {};
}

}  // namespace ripcord::api
