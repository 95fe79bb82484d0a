#pragma once

#include "base/result.hpp"
#include "base/time.hpp"
#include "model/occurrence.hpp"
#include "model/sample.hpp"
#include "model/vocabulary.hpp"

#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace re2 {
class RE2;
}

namespace ripcord::probe::log {

struct Pattern {
  std::string name;        ///< an is_name()
  std::string expression;  ///< RE2, looked for anywhere in a line

  friend bool operator==(const Pattern&, const Pattern&) = default;
};

/// `"NAME"` and `"NAME_total"` of each pattern, then those of all lines; the patterns' names as
/// occurrences.
[[nodiscard]] Vocabulary vocabulary_of(const std::vector<Pattern>& patterns);

/// Counts lines, and those that match the patterns. Pure but for RE2, which is linear in the line.
///
/// Beyond `lines_max` in one second lines are not looked at, only counted as dropped: what they
/// hold is not known, so totals of patterns are at least that much.
class Tally {
 public:
  /// Pre: every expression is one (probe::check_pattern()).
  Tally(const std::vector<Pattern>& patterns, std::uint32_t lines_max);
  ~Tally();
  Tally(const Tally&) = delete;
  Tally& operator=(const Tally&) = delete;

  void take(std::string_view line, Instant now);
  /// A line of before anybody listened, written at `at` or later: it counts as of then, whatever
  /// `lines_max`.
  void recall(std::string_view line, Instant at);

  /// What has matched since the last call, one occurrence a pattern with the last matching line,
  /// printable and without_credentials(); before them those that were recalled, one a second and
  /// pattern.
  [[nodiscard]] std::vector<Occurrence> drain(Instant now);
  /// The values at `now`, in the order of the vocabulary; rates from the second call on.
  [[nodiscard]] std::vector<Reading> read(Instant now);

  /// The last lines, oldest first; printable and without_credentials().
  [[nodiscard]] std::vector<std::string> last_lines() const;
  [[nodiscard]] std::uint64_t lines() const { return lines_; }
  [[nodiscard]] std::uint64_t dropped() const { return dropped_; }

 private:
  struct Counted {
    std::unique_ptr<re2::RE2> expression;
    std::uint64_t total = 0;
    std::uint64_t total_read = 0;      ///< when the values were last read
    std::uint32_t fresh = 0;           ///< since the last drain()
    std::string last_match;            ///< as it was written
    std::vector<Occurrence> recalled;  ///< since the last drain(); notes as they were written
  };

  template <class OnMatch>
  void look_at(std::string_view line, OnMatch on_match);

  std::vector<Counted> patterns_;
  std::uint32_t lines_max_;
  Instant second_began_;
  std::uint32_t in_second_ = 0;
  std::uint64_t lines_ = 0;
  std::uint64_t lines_read_ = 0;
  std::uint64_t dropped_ = 0;
  std::optional<Instant> read_at_;
  std::deque<std::string> last_lines_;  ///< as they were written
};

}  // namespace ripcord::probe::log
