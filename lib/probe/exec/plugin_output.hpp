#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace ripcord::probe {

/// One `'label'=value[unit];warn;crit;min;max` of a plugin, in base units: seconds, bytes, a ratio
/// for `%`; anything else as it is. The limits are the plugin's own business.
struct PerformanceValue {
  std::string label;  ///< any bytes
  double number = 0;  ///< finite

  friend bool operator==(const PerformanceValue&, const PerformanceValue&) = default;
};

/// What a plugin printed, by the Monitoring Plugins' guidelines: one line for people, `|`,
/// performance data; then, optionally, more lines, `|`, and more performance data.
struct PluginOutput {
  std::string text;  ///< of the first line; printable
  std::vector<PerformanceValue> performance;
  std::size_t unreadable = 0;  ///< pieces of performance data that are none, or one too many
};

inline constexpr std::size_t performance_values_max = 1000;

/// Takes any bytes. A value of `U` (undetermined) is left out. KB, MB, GB and TB are multiples of
/// 1,024, as the plugins count them, like KiB, MiB, GiB and TiB. O(output).
[[nodiscard]] PluginOutput parse_plugin_output(std::string_view output);

}  // namespace ripcord::probe
