#pragma once

#include <optional>
#include <string_view>

namespace ripcord::probe {

/// The number that Prometheus reads in `text`: a decimal fraction with or without an exponent and
/// a sign, `NaN`, `Inf` or `Infinity` in any case. Nothing when it is none of these, or is too
/// large for a double.
[[nodiscard]] std::optional<double> parse_number(std::string_view text);

}  // namespace ripcord::probe
