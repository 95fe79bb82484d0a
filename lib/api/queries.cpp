#include "api/queries.hpp"

#include "api/body.hpp"
#include "base/text.hpp"

#include <fmt/format.h>

#include <charconv>
#include <chrono>
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

Result<ListQuery> read_list_query(const std::vector<Parameter>& query) {
  ListQuery list;
  for (const Parameter& parameter : query) {
    if (parameter.name == "service") {
      list.service = parameter.value;
    } else if (parameter.name == "limit") {
      const Result<std::uint64_t> number = read_number(parameter, 1, limit_max);
      if (!number) return std::unexpected(number.error());
      list.limit = *number;
    } else {
      return malformed(unknown_word("parameter", parameter.name, {"service", "limit"}));
    }
  }
  return list;
}

Result<void> read_no_query(const std::vector<Parameter>& query) {
  if (!query.empty()) return malformed(unknown_word("parameter", query.front().name, {}));
  return {};
}

}  // namespace ripcord::api
