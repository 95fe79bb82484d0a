#pragma once

#include "base/result.hpp"
#include "base/time.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace ripcord::probe::scrape {

struct Label {
  std::string_view name;
  std::string_view value;  ///< without its escapes
};

/// How the number of a series moves.
enum class SeriesKind : std::uint8_t {
  unknown,
  counter,  ///< only grows, but for a restart
  gauge,
};

/// The words of a `# TYPE` line; those of both formats.
enum class MetricType : std::uint8_t {
  unknown,
  counter,
  gauge,
  histogram,
  summary,
  gauge_histogram,
  info,
  state_set,
};

/// What a `# TYPE` line says: a family of series with one name, or with one of the suffixes of its
/// type.
struct Family {
  std::string_view name;
  MetricType type = MetricType::unknown;

  /// What a series called `series` is in this family; nothing when it is not of it.
  [[nodiscard]] std::optional<SeriesKind> kind_of(std::string_view series) const;
};

/// One series with its number. Its views are good during the call only.
struct SeriesSample {
  std::string_view name;
  std::span<const Label> labels;  ///< as they were written, each name once
  double number = 0;              ///< NaN and infinities too
  SeriesKind kind = SeriesKind::unknown;
  std::optional<Instant> at;  ///< when it was measured, if the exposition says so
};

/// Whom the parser tells what it reads, in order.
class ExpositionSink {
 public:
  virtual ~ExpositionSink() = default;

  virtual void declared(const Family& family) = 0;
  virtual void sampled(const SeriesSample& sample) = 0;
};

enum class Format : std::uint8_t {
  text,         ///< Prometheus text 0.0.4
  openmetrics,  ///< OpenMetrics 1.0.0: ends in `# EOF`, timestamps in seconds, exemplars
};

struct ExpositionLimits {
  std::size_t line_bytes = 64UL * 1024;
  std::size_t labels = 64;  ///< of one series
  std::size_t series = 500'000;
};

/// Reads an exposition of metrics, in pieces of any size, and hands each series on as it comes.
///
/// What Prometheus 2 takes is taken, and what it refuses is refused, but for what concerns nobody:
/// lines end where they end, and bytes that are not UTF-8 are handed on as they are. Exemplars and
/// the text of HELP are checked for nothing but their end. Allocates only while its buffers grow,
/// so nothing once they have seen the longest line.
class ExpositionParser {
 public:
  /// Borrows `sink`.
  ExpositionParser(Format format, ExpositionSink& sink, ExpositionLimits limits = {});

  /// Fault::malformed or too_large, with the line: `line 12: the value "1,5" is not a number`.
  /// After a failure nothing more may be fed, and what was handed on is worth nothing.
  [[nodiscard]] Result<void> feed(std::string_view bytes);

  /// Fault::malformed when the exposition was cut off. A text without the last line end may have
  /// been cut in the middle of a number: it is taken only if `is_whole`, because the length of
  /// what was sent is known from elsewhere.
  [[nodiscard]] Result<void> finish(bool is_whole);

  [[nodiscard]] std::size_t series() const { return series_; }  ///< so far

 private:
  [[nodiscard]] Result<void> read_line(std::string_view line);
  [[nodiscard]] Result<void> read_comment(std::string_view line);
  [[nodiscard]] Result<void> read_type(std::string_view rest);
  [[nodiscard]] Result<void> read_sample(std::string_view line);
  [[nodiscard]] Result<void> wrong(Fault fault, std::string_view what) const;

  Format format_;
  ExpositionSink& sink_;
  ExpositionLimits limits_;
  std::string begun_;  ///< the beginning of a line whose end has not come yet
  std::string family_name_;
  MetricType family_type_ = MetricType::unknown;
  std::vector<Label> labels_;
  std::string unescaped_;  ///< the label values of one line that had escapes
  std::size_t lines_ = 0;
  std::size_t series_ = 0;
  bool has_ended_ = false;  ///< by `# EOF`
};

/// `name{label="value"}`, as it would be written; printable, for messages.
[[nodiscard]] std::string to_string(const SeriesSample& sample);

}  // namespace ripcord::probe::scrape
