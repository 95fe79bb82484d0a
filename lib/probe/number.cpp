#include "probe/number.hpp"

#include <charconv>
#include <system_error>

namespace ripcord::probe {

std::optional<double> parse_number(std::string_view text) {
  const bool has_plus = text.starts_with('+');
  if (has_plus) text.remove_prefix(1);
  // from_chars() takes a sign of its own, and "nan(what it means)".
  if (text.empty() || (has_plus && text.front() == '-') || text.back() == ')') return std::nullopt;
  double number = 0;
  const char* const end = text.data() + text.size();
  const auto [read, error] = std::from_chars(text.data(), end, number);
  if (error != std::errc() || read != end) return std::nullopt;
  return number;
}

}  // namespace ripcord::probe
