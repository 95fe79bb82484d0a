#include "probe/exec/plugin_output.hpp"

#include "base/text.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <optional>

namespace ripcord::probe {
namespace {

struct Unit {
  std::string_view name;
  double factor;
};

constexpr double kib = 1024;
constexpr std::array units{
    Unit{"s", 1},
    Unit{"ms", 1e-3},
    Unit{"us", 1e-6},
    Unit{"ns", 1e-9},
    Unit{"%", 0.01},
    Unit{"B", 1},
    Unit{"KB", kib},
    Unit{"MB", kib* kib},
    Unit{"GB", kib* kib* kib},
    Unit{"KiB", kib},
    Unit{"MiB", kib* kib},
    Unit{"GiB", kib* kib* kib},
    Unit{"TB", kib* kib* kib* kib},
    Unit{"TiB", kib* kib* kib* kib},
};

constexpr std::string_view gaps = " \t\r\n";
constexpr std::size_t unit_bytes_max = 16;

/// Reads performance data from its beginning to its end.
class PerformanceReader {
 public:
  PerformanceReader(std::string_view text, PluginOutput& output) : rest_(text), output_(output) {}

  void read() {
    for (skip_gaps(); !rest_.empty(); skip_gaps()) {
      const std::optional<std::string> label = read_label();
      const std::string_view value = read_piece();
      if (!label || output_.performance.size() == performance_values_max) {
        ++output_.unreadable;
      } else {
        note(*label, value);
      }
    }
  }

 private:
  void skip_gaps() { rest_.remove_prefix(std::min(rest_.find_first_not_of(gaps), rest_.size())); }

  /// Up to the next gap.
  std::string_view read_piece() {
    const std::string_view piece = rest_.substr(0, rest_.find_first_of(gaps));
    rest_.remove_prefix(piece.size());
    return piece;
  }

  /// With the `=` after it. Nothing where there is none; then the reader stands in the piece that
  /// is no performance data.
  std::optional<std::string> read_label() {
    return rest_.front() == '\'' ? read_quoted_label() : read_plain_label();
  }

  std::optional<std::string> read_plain_label() {
    const std::size_t end = rest_.find('=');
    if (end == 0 || end > rest_.find_first_of(gaps) || end == std::string_view::npos) return {};
    std::string label(rest_.substr(0, end));
    rest_.remove_prefix(end + 1);
    return label;
  }

  /// Two quotes within quotes mean one.
  std::optional<std::string> read_quoted_label() {
    std::string label;
    for (std::size_t at = 1; at < rest_.size(); ++at) {
      if (rest_[at] != '\'') {
        label += rest_[at];
      } else if (rest_.substr(at).starts_with("''")) {
        label += rest_[at++];
      } else {
        rest_.remove_prefix(at + 1);
        if (label.empty() || !rest_.starts_with('=')) return {};
        rest_.remove_prefix(1);
        return label;
      }
    }
    rest_ = {};  // the quote is never closed
    return {};
  }

  void note(const std::string& label, std::string_view value) {
    value = value.substr(0, value.find(';'));
    if (value == "U") return;
    double number = 0;
    const char* last = value.data() + value.size();
    const auto [end, error] = std::from_chars(value.data(), last, number);
    const std::string_view unit(end, static_cast<std::size_t>(last - end));
    const bool is_unit = unit.size() <= unit_bytes_max &&
                         unit.find_first_of("0123456789.,=") == std::string_view::npos;
    const auto* known = std::ranges::find(units, unit, &Unit::name);
    if (known != units.end()) number *= known->factor;
    if (error == std::errc() && is_unit && std::isfinite(number)) {
      output_.performance.push_back({.label = label, .number = number});
    } else {
      ++output_.unreadable;
    }
  }

  std::string_view rest_;
  PluginOutput& output_;
};

}  // namespace

PluginOutput parse_plugin_output(std::string_view output) {
  PluginOutput result;
  const std::size_t line_end = output.find('\n');
  const std::string_view first = output.substr(0, line_end);
  const std::size_t bar = std::min(first.find('|'), first.size());
  result.text = printable(trim(first.substr(0, bar)));
  PerformanceReader(first.substr(std::min(bar + 1, first.size())), result).read();
  if (line_end == std::string_view::npos) return result;
  const std::string_view more = output.substr(line_end);
  const std::size_t second_bar = more.find('|');
  if (second_bar != std::string_view::npos) {
    PerformanceReader(more.substr(second_bar + 1), result).read();
  }
  return result;
}

}  // namespace ripcord::probe
