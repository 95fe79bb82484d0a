#include "probe/scrape/series_memory.hpp"

#include <algorithm>
#include <array>
#include <cstring>

namespace ripcord::probe::scrape {

void SeriesMemory::begin() {
  ++scrape_;
  seen_.clear();
  if (series_.size() > series_max_) forget_the_longest_away();
}

SeriesMemory::Seen SeriesMemory::see(std::span<const Label> labels, double number,
                                     std::uint32_t group) {
  write_key(labels);
  auto place = series_.find(std::string_view(key_));
  if (place != series_.end() && place->second.scrape == scrape_) return Seen::twice;
  if (seen_.size() == series_max_) return Seen::too_many;
  if (place == series_.end()) place = series_.emplace(key_, Series{}).first;
  Series& series = place->second;
  series.number = number;
  series.group = group;
  series.scrape = scrape_;
  seen_.push_back(&series);
  return Seen::taken;
}

const std::vector<Change>& SeriesMemory::commit() {
  changes_.clear();
  resets_ = 0;
  for (Series* series : seen_) {
    const bool fell = series->is_known && series->number < series->last;
    const bool goes_on = series->is_known && !fell;
    const double from = goes_on ? series->last : 0;
    changes_.push_back({.group = series->group,
                        .number = series->number,
                        .growth = has_base_ ? std::max(series->number - from, 0.0) : 0});
    series->last = series->number;
    series->is_known = true;
    if (fell) ++resets_;
  }
  has_base_ = true;
  return changes_;
}

/// The labels in order of their names, so that none can be taken for another series' labels.
void SeriesMemory::write_key(std::span<const Label> labels) {
  if (!std::ranges::is_sorted(labels, {}, &Label::name)) {
    sorted_.assign(labels.begin(), labels.end());
    std::ranges::sort(sorted_, {}, &Label::name);
    labels = sorted_;
  }
  key_.clear();
  for (const Label& label : labels) {
    if (label.value.empty()) continue;  // the same as no such label
    key_.append(label.name).push_back('=');
    const std::size_t size = label.value.size();
    std::array<char, sizeof size> bytes{};
    std::memcpy(bytes.data(), &size, sizeof size);
    key_.append(bytes.data(), bytes.size()).append(label.value);
  }
}

void SeriesMemory::forget_the_longest_away() {
  std::vector<std::uint64_t> scrapes;
  scrapes.reserve(series_.size());
  for (const auto& [key, series] : series_) scrapes.push_back(series.scrape);
  const auto excess = static_cast<std::ptrdiff_t>(series_.size() - series_max_);
  std::ranges::nth_element(scrapes, scrapes.begin() + excess - 1);
  const std::uint64_t newest = scrapes[static_cast<std::size_t>(excess) - 1];
  // Never one of the last scrape: its growth would be counted anew.
  std::erase_if(series_, [&](const auto& entry) {
    return entry.second.scrape <= newest && entry.second.scrape + 1 < scrape_;
  });
}

}  // namespace ripcord::probe::scrape
