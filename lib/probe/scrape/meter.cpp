#include "probe/scrape/meter.hpp"

#include "probe/number.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <string_view>

namespace ripcord::probe::scrape {
namespace {

constexpr std::size_t buckets_max = 1000;
constexpr std::string_view bucket = "_bucket";

/// Counters are at least 0; what is below is none.
bool may_be_counter(double number) {
  return number >= 0;
}

double seconds(Duration duration) {
  return std::chrono::duration<double>(duration).count();
}

double joined(Agg agg, double a, double b) {
  switch (agg) {
    case Agg::sum:
      return a + b;
    case Agg::max:
      return std::max(a, b);
    case Agg::min:
      return std::min(a, b);
  }
  return a;
}

Selector of_buckets(Selector selector) {
  if (!selector.metric().ends_with(bucket)) {
    selector.rename(selector.metric() + std::string(bucket));
  }
  return selector;
}

}  // namespace

void CounterMeter::begin() {
  picker_.begin();
  memory_.begin();
}

void CounterMeter::sampled(const SeriesSample& sample, Instant now) {
  if (!picker_.picks(sample, now) || !may_be_counter(sample.number)) return;
  picker_.note(memory_.see(sample.labels, sample.number));
}

void CounterMeter::commit(Instant /*now*/) {
  const bool is_first = !memory_.has_base();
  growth_ = 0;
  for (const Change& change : memory_.commit()) {
    growth_ += is_first ? change.number : change.growth;
  }
  total_ += growth_;
}

std::optional<double> CounterMeter::total() const {
  if (picker_.has_found() || picker_.has_none_yet()) return total_;
  return std::nullopt;
}

std::string CounterMeter::told() const {
  const auto number = total();
  std::string text = picker_.told();
  if (!number) return text + ": not known";
  text += fmt::format(": {:.15g}", *number);
  if (growth_ != *number) text += fmt::format(" (+{:.15g})", growth_);
  if (memory_.resets() > 0) text += fmt::format(", {} set back", memory_.resets());
  return text;
}

void ValueMeter::begin() {
  picker_.begin();
  memory_.begin();
}

void ValueMeter::sampled(const SeriesSample& sample, Instant now) {
  if (!picker_.picks(sample, now)) return;
  picker_.note(memory_.see(sample.labels, sample.number));
}

void ValueMeter::commit(Instant now) {
  const bool has_before = memory_.has_base() && last_ && now > *last_ && now - *last_ <= gap_max_;
  const auto& changes = memory_.commit();
  value_.reset();
  if (!is_rate()) {
    if (picker_.has_found()) value_ = combined(changes, std::nullopt);
  } else if (has_before && (picker_.has_found() || picker_.has_none_yet())) {
    value_ = combined(changes, seconds(now - *last_));
  }
  last_ = now;
}

std::string ValueMeter::told() const {
  const std::string text = picker_.told();
  if (value_) return fmt::format("{}: {:.6g}{}", text, *value_, is_rate() ? "/s" : "");
  const bool waits = is_rate() && (picker_.has_found() || picker_.has_none_yet());
  return text + (waits ? ": a rate needs another scrape" : ": not known");
}

bool ValueMeter::is_rate() const {
  if (read_as_ != ReadAs::by_type) return read_as_ == ReadAs::rate;
  if (picker_.kind() != SeriesKind::unknown) return picker_.kind() == SeriesKind::counter;
  return picker_.selector().metric().ends_with("_total");
}

/// A rate of nothing is 0, if added up; there is no largest or smallest of nothing.
std::optional<double> ValueMeter::combined(const std::vector<Change>& changes,
                                           std::optional<double> seconds) const {
  std::optional<double> result;
  if (agg_ == Agg::sum) result = 0;
  for (const Change& change : changes) {
    const double number = seconds ? change.growth / *seconds : change.number;
    result = result ? joined(agg_, *result, number) : number;
  }
  if (result && !std::isfinite(*result)) return std::nullopt;
  return result;
}

HistogramMeter::HistogramMeter(Selector selector, const std::vector<Duration>& lengths)
    : picker_(of_buckets(std::move(selector))) {
  for (const Duration length : lengths) windows_.emplace_back(length);
}

void HistogramMeter::begin() {
  picker_.begin();
  memory_.begin();
  without_bound_ = 0;
}

void HistogramMeter::sampled(const SeriesSample& sample, Instant now) {
  if (!picker_.picks(sample, now) || !may_be_counter(sample.number)) return;
  const auto place = place_of(sample.labels);
  if (!place) {
    ++without_bound_;
    return;
  }
  picker_.note(memory_.see(sample.labels, sample.number, *place));
}

void HistogramMeter::commit(Instant now) {
  const bool is_first = !memory_.has_base();
  growth_.assign(places_.size(), 0);
  for (const Change& change : memory_.commit()) growth_[change.group] += change.growth;
  if (!is_first && last_ && now >= *last_) {
    for (BucketWindow& window : windows_) window.add(*last_, now, growth_);
  }
  last_ = now;
}

void HistogramMeter::begin_epoch(Instant epoch) {
  for (BucketWindow& window : windows_) window.begin_epoch(epoch);
}

std::optional<double> HistogramMeter::quantile(double q, std::size_t window,
                                               std::uint32_t samples_min) const {
  if (!picker_.has_found()) return std::nullopt;
  std::vector<double> growth;
  if (!windows_[window].write(growth)) return std::nullopt;
  growth.resize(places_.size());
  std::vector<Bucket> buckets;
  buckets.reserve(places_.size());
  for (const auto& [bound, place] : places_) {
    buckets.push_back({.upper_bound = bound, .count = growth[place]});
  }
  const auto quantile = histogram_quantile(q, buckets);
  if (!quantile || buckets.back().count < samples_min) return std::nullopt;
  return quantile;
}

std::string HistogramMeter::told() const {
  std::string text = fmt::format("{}, {} bounds", picker_.told(), places_.size());
  if (without_bound_ > 0) text += fmt::format(", {} without a bound", without_bound_);
  const auto largest = places_.rbegin();
  if (largest != places_.rend() && std::isfinite(largest->first)) text += ", none is +Inf";
  if (largest != places_.rend() && largest->second < growth_.size()) {
    text += fmt::format(", {:.15g} observations since the last scrape", growth_[largest->second]);
  }
  return text;
}

std::optional<std::uint32_t> HistogramMeter::place_of(std::span<const Label> labels) {
  const auto label = std::ranges::find(labels, "le", &Label::name);
  const auto bound = label == labels.end() ? std::nullopt : parse_number(label->value);
  if (!bound || std::isnan(*bound)) return std::nullopt;
  const auto known = places_.find(*bound);
  if (known != places_.end()) return known->second;
  if (places_.size() == buckets_max) return std::nullopt;
  const auto place = static_cast<std::uint32_t>(places_.size());
  places_.emplace(*bound, place);
  return place;
}

}  // namespace ripcord::probe::scrape
