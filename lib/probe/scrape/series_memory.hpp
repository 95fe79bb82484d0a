#pragma once

#include "probe/scrape/exposition.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace ripcord::probe::scrape {

/// What one series of a scrape says.
struct Change {
  std::uint32_t group = 0;  ///< what see() was told
  double number = 0;
  double growth = 0;  ///< since the scrape before, as a counter; at least 0
};

/// Remembers the numbers of many series from scrape to scrape, each by its labels.
///
/// The growth of a counter is found series by series, so that one worker that was restarted is no
/// restart of all: a number that fell has grown from zero. So has a series that was not there in
/// the scrape before: counters are made when they are first counted (Prometheus' increase() starts
/// with such a series' first number instead, and misses it). One that was away and comes back goes
/// on from where it was. The first scrape only sets the base: nothing has grown.
///
/// A scrape counts as a whole or not at all: begin(), see() each series, commit(). One that is
/// begun anew before its commit leaves nothing behind. Memory: the labels and 72 bytes for each of
/// at most twice `series_max` series; allocates nothing while the same ones come.
class SeriesMemory {
 public:
  explicit SeriesMemory(std::size_t series_max = 10'000) : series_max_(series_max) {}

  enum class Seen : std::uint8_t {
    taken,
    twice,     ///< the scrape has had that series: the first one counts
    too_many,  ///< more than `series_max` in one scrape
  };

  void begin();
  /// Pre: `number` is finite. All series are of one name.
  Seen see(std::span<const Label> labels, double number, std::uint32_t group = 0);
  /// What was seen since begin(), in that order. Good until the next begin().
  [[nodiscard]] const std::vector<Change>& commit();

  /// Whether a scrape has been committed: without one nothing is known of growth.
  [[nodiscard]] bool has_base() const { return has_base_; }
  /// How many series fell in the last committed scrape.
  [[nodiscard]] std::size_t resets() const { return resets_; }

 private:
  struct Series {
    double last = 0;
    double number = 0;
    std::uint64_t scrape = 0;  ///< in which it was seen last
    std::uint32_t group = 0;
    bool is_known = false;  ///< has been committed
  };

  struct Hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const {
      return std::hash<std::string_view>{}(text);
    }
  };

  void write_key(std::span<const Label> labels);
  void forget_the_longest_away();

  std::size_t series_max_;
  std::unordered_map<std::string, Series, Hash, std::equal_to<>> series_;
  std::vector<Series*> seen_;
  std::vector<Change> changes_;
  std::vector<Label> sorted_;
  std::string key_;
  std::uint64_t scrape_ = 0;
  std::size_t resets_ = 0;
  bool has_base_ = false;
};

}  // namespace ripcord::probe::scrape
