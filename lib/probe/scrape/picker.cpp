#include "probe/scrape/picker.hpp"

#include "base/text.hpp"

#include <fmt/format.h>

#include <cmath>

namespace ripcord::probe::scrape {
namespace {

/// What is older says nothing about now: Prometheus' own lookback.
constexpr Duration age_max = std::chrono::minutes(5);

constexpr std::size_t shown_bytes = 100;

}  // namespace

void Picker::declared(const Family& family) {
  const auto kind = family.kind_of(selector_.metric());
  if (!kind) return;
  found_.is_declared = true;
  found_.kind = *kind;
}

bool Picker::picks(const SeriesSample& sample, Instant now) {
  if (sample.name != selector_.metric()) return false;
  ++found_.named;
  if (sample.kind != SeriesKind::unknown) found_.kind = sample.kind;
  found_.is_known = found_.is_known || selector_.knows(sample.labels);
  if (!selector_.matches(sample.labels)) return false;
  ++found_.matched;
  if (!std::isfinite(sample.number)) {
    ++found_.no_numbers;
    return false;
  }
  if (sample.at && *sample.at < now - age_max) {
    ++found_.outdated;
    return false;
  }
  return true;
}

void Picker::note(SeriesMemory::Seen seen) {
  switch (seen) {
    case SeriesMemory::Seen::taken:
      ++found_.counted;
      break;
    case SeriesMemory::Seen::twice:
      ++found_.twice;
      break;
    case SeriesMemory::Seen::too_many:
      ++found_.too_many;
      break;
  }
}

bool Picker::has_none_yet() const {
  if (found_.matched > 0) return false;
  return found_.named == 0 ? found_.is_declared : found_.is_known;
}

std::string Picker::told() const {
  if (found_.matched == 0) return why_none();
  std::string text = fmt::format("{} of {} series", found_.matched, found_.named);
  const auto add = [&text](std::size_t count, std::string_view what) {
    if (count > 0) text += fmt::format(", {} {}", count, what);
  };
  add(found_.no_numbers, "without a finite number");
  add(found_.outdated, fmt::format("older than {}", for_people(age_max)));
  add(found_.twice, "there twice");
  add(found_.too_many, "too many: none is used");
  return text;
}

std::string Picker::why_none() const {
  const std::string metric = printable(selector_.metric(), shown_bytes);
  if (found_.named == 0) {
    return found_.is_declared ? fmt::format("no series of {} yet", metric)
                              : fmt::format("there is no {}", metric);
  }
  if (found_.is_known) return fmt::format("none of {} series of {}", found_.named, metric);
  return fmt::format("no series of {} has such labels", metric);
}

}  // namespace ripcord::probe::scrape
