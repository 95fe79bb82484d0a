#pragma once

#include "probe/scrape/exposition.hpp"

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace ripcord::probe::scrape {

/// Whether `text` can name a metric: letters, digits, `_` and `:`, not beginning with a digit.
[[nodiscard]] bool is_metric_name(std::string_view text);
/// Whether `text` can name a label: like a metric, but without `:`.
[[nodiscard]] bool is_label_name(std::string_view text);

/// Reads one line `name{label="value",…} number [timestamp]`.
class SampleLine {
 public:
  /// Borrows all of it; what is read refers to the line and to the buffers.
  SampleLine(std::string_view line, Format format, std::vector<Label>& labels,
             std::string& unescaped)
      : line_(line), format_(format), labels_(labels), unescaped_(unescaped) {}

  /// False when the line is wrong: wrong() says how.
  [[nodiscard]] bool read(std::size_t labels_max, SeriesSample& sample);

  [[nodiscard]] const std::string& wrong() const { return wrong_; }
  [[nodiscard]] bool is_too_much() const { return is_too_much_; }

 private:
  [[nodiscard]] bool read_labels(std::size_t labels_max);
  [[nodiscard]] bool read_label();
  [[nodiscard]] bool read_label_value(std::string_view& value);
  [[nodiscard]] bool read_escaped(std::size_t begin, std::string_view& value);
  [[nodiscard]] bool read_time(SeriesSample& sample);
  [[nodiscard]] bool read_exemplar();
  [[nodiscard]] bool fail(std::string what);

  void skip_blanks();
  /// Up to the next blank or the end.
  [[nodiscard]] std::string_view word();
  [[nodiscard]] std::string_view name(bool is_label);
  [[nodiscard]] bool is_at(char c) const { return at_ < line_.size() && line_[at_] == c; }
  [[nodiscard]] bool is_at_end() const { return at_ == line_.size(); }

  std::string_view line_;
  Format format_;
  std::vector<Label>& labels_;
  std::string& unescaped_;
  std::size_t at_ = 0;
  std::string wrong_;
  bool is_too_much_ = false;
};

}  // namespace ripcord::probe::scrape
