#include "base/text.hpp"
#include "probe/http/http_probe.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <optional>
#include <system_error>

namespace ripcord::probe {
namespace {

constexpr unsigned status_min = 100;
constexpr unsigned status_max = 599;

std::unexpected<Error> not_a_status(std::string_view part) {
  return failure(Fault::malformed,
                 fmt::format("\"{}\" is not a set of HTTP statuses; write \"200\", \"200-299\" or "
                             "\"2xx\" (100 to 599), several by comma",
                             printable(part, 40)));
}

std::optional<unsigned> parse_status(std::string_view text) {
  unsigned status = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), status);
  const bool whole = error == std::errc() && end == text.data() + text.size();
  if (!whole || status < status_min || status > status_max) return std::nullopt;
  return status;
}

/// `"2xx"`: the hundred that it names.
std::optional<unsigned> parse_class(std::string_view text) {
  const bool is_class = text.size() == 3 && (text.ends_with("xx") || text.ends_with("XX"));
  if (!is_class || text[0] < '1' || text[0] > '5') return std::nullopt;
  return static_cast<unsigned>(text[0] - '0') * 100;
}

}  // namespace

Result<StatusSet> StatusSet::parse(std::string_view text) {
  StatusSet set;
  set.text_ = std::string(trim(text));
  set.ranges_.clear();
  for (const std::string_view piece : split(text, ',')) {
    const std::string_view part = trim(piece);
    if (const auto hundred = parse_class(part)) {
      set.ranges_.push_back({*hundred, *hundred + 99});
      continue;
    }
    const std::size_t dash = std::min(part.find('-'), part.size());
    const auto first = parse_status(trim(part.substr(0, dash)));
    const auto last = dash == part.size() ? first : parse_status(trim(part.substr(dash + 1)));
    if (!first || !last || *first > *last) return not_a_status(part);
    set.ranges_.push_back({*first, *last});
  }
  return set;
}

bool StatusSet::contains(unsigned status) const {
  return std::ranges::any_of(ranges_, [status](const Range& range) {
    return status >= range.first && status <= range.last;
  });
}

}  // namespace ripcord::probe
