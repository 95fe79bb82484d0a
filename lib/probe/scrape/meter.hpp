#pragma once

#include "base/time.hpp"
#include "probe/scrape/bucket_window.hpp"
#include "probe/scrape/picker.hpp"
#include "probe/scrape/series_memory.hpp"

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace ripcord::probe::scrape {

/// Makes numbers out of the series of one selector. A scrape is begun, its series are sampled, and
/// only when it turned out to be whole is it committed.
class Meter {
 public:
  virtual ~Meter() = default;

  virtual void begin() = 0;
  virtual void declared(const Family& family) = 0;
  /// `now`: when the scrape began.
  virtual void sampled(const SeriesSample& sample, Instant now) = 0;
  virtual void commit(Instant now) = 0;

  /// What was found, in words, after commit().
  [[nodiscard]] virtual std::string told() const = 0;
};

/// A sum of counters, as one counter that never falls: it begins with the sum of the first scrape
/// and then grows by what each series has grown, whichever of them is set back.
class CounterMeter final : public Meter {
 public:
  explicit CounterMeter(Selector selector) : picker_(std::move(selector)) {}

  void begin() override;
  void declared(const Family& family) override { picker_.declared(family); }
  void sampled(const SeriesSample& sample, Instant now) override;
  void commit(Instant now) override;
  [[nodiscard]] std::string told() const override;

  /// Nothing where the last scrape did not tell. Zero (or what it was) where it told that there is
  /// no such series yet.
  [[nodiscard]] std::optional<double> total() const;

 private:
  Picker picker_;
  SeriesMemory memory_;
  double total_ = 0;
  double growth_ = 0;  ///< of the last scrape
};

enum class ReadAs : std::uint8_t {
  by_type,  ///< by the TYPE of the metric; without one a name that ends in `_total` is a counter
  value,    ///< the number itself
  rate,     ///< the growth of a counter since the scrape before, per second
};

enum class Agg : std::uint8_t { sum, max, min };

/// One number out of all series of a selector.
class ValueMeter final : public Meter {
 public:
  /// `gap_max`: the longest time between two scrapes that still makes a rate.
  ValueMeter(Selector selector, ReadAs read_as, Agg agg, Duration gap_max)
      : picker_(std::move(selector)), read_as_(read_as), agg_(agg), gap_max_(gap_max) {}

  void begin() override;
  void declared(const Family& family) override { picker_.declared(family); }
  void sampled(const SeriesSample& sample, Instant now) override;
  void commit(Instant now) override;
  [[nodiscard]] std::string told() const override;

  /// Nothing where the last scrape did not tell; a rate only from the second scrape on.
  [[nodiscard]] std::optional<double> value() const { return value_; }

 private:
  [[nodiscard]] bool is_rate() const;
  [[nodiscard]] std::optional<double> combined(const std::vector<Change>& changes,
                                               std::optional<double> seconds) const;

  Picker picker_;
  ReadAs read_as_;
  Agg agg_;
  Duration gap_max_;
  SeriesMemory memory_;
  std::optional<Instant> last_;
  std::optional<double> value_;
};

/// The buckets of all histograms of a selector, added up by their bounds.
class HistogramMeter final : public Meter {
 public:
  /// `selector` names the histogram, with or without `_bucket`. One window for each of `lengths`.
  HistogramMeter(Selector selector, const std::vector<Duration>& lengths);

  void begin() override;
  void declared(const Family& family) override { picker_.declared(family); }
  void sampled(const SeriesSample& sample, Instant now) override;
  void commit(Instant now) override;
  [[nodiscard]] std::string told() const override;

  /// What was observed before `epoch` counts no more.
  void begin_epoch(Instant epoch);

  /// The quantile of what was observed in the window that is the `window`-th of the lengths and
  /// ends with the last scrape:
  ///
  ///     histogram_quantile(q, sum by (le) (increase(NAME_bucket[window])))
  ///
  /// but for Prometheus' extrapolation to the edges of the window, which stretches all buckets
  /// alike, and for series that are new (see SeriesMemory). Nothing with fewer observations than
  /// `samples_min`, or when the last scrape had no such series.
  [[nodiscard]] std::optional<double> quantile(double q, std::size_t window,
                                               std::uint32_t samples_min = 1) const;

 private:
  [[nodiscard]] std::optional<std::uint32_t> place_of(std::span<const Label> labels);

  Picker picker_;
  SeriesMemory memory_;
  std::map<double, std::uint32_t> places_;  ///< of the buckets, by their bounds
  std::vector<double> growth_;              ///< of the last scrape, by place
  std::vector<BucketWindow> windows_;
  std::optional<Instant> last_;
  std::size_t without_bound_ = 0;
};

}  // namespace ripcord::probe::scrape
