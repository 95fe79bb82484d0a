#pragma once

#include "base/time.hpp"
#include "probe/scrape/exposition.hpp"
#include "probe/scrape/selector.hpp"
#include "probe/scrape/series_memory.hpp"

#include <cstddef>
#include <optional>
#include <string>

namespace ripcord::probe::scrape {

/// Picks the series of one selector out of a scrape, and knows what it means that there are none.
class Picker {
 public:
  explicit Picker(Selector selector) : selector_(std::move(selector)) {}

  void begin() { found_ = {}; }
  void declared(const Family& family);
  /// Whether `sample` is one to count: picked, finite and not out of date at `now`.
  [[nodiscard]] bool picks(const SeriesSample& sample, Instant now);
  void note(SeriesMemory::Seen seen);

  /// Whether at least one series counts, and none was left out for lack of room.
  [[nodiscard]] bool has_found() const { return found_.counted > 0 && found_.too_many == 0; }
  /// Whether it is known that there is no such series yet: the exposition has the metric, declared
  /// by its TYPE but without any series, or with series that have the labels that the selector
  /// asks for. Otherwise the metric is gone, or the selector misspelt.
  [[nodiscard]] bool has_none_yet() const;
  /// What the metric is, as far as this scrape tells.
  [[nodiscard]] SeriesKind kind() const { return found_.kind; }

  [[nodiscard]] const Selector& selector() const { return selector_; }
  /// `"3 of 12 series"`, or why there are none.
  [[nodiscard]] std::string told() const;

 private:
  struct Found {
    std::size_t named = 0;    ///< series with the metric's name
    std::size_t matched = 0;  ///< those that are picked
    std::size_t counted = 0;
    std::size_t no_numbers = 0;
    std::size_t outdated = 0;
    std::size_t twice = 0;
    std::size_t too_many = 0;
    bool is_declared = false;
    bool is_known = false;  ///< a series has the labels that are asked for
    SeriesKind kind = SeriesKind::unknown;
  };

  [[nodiscard]] std::string why_none() const;

  Selector selector_;
  Found found_;
};

}  // namespace ripcord::probe::scrape
