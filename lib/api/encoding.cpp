#include "api/encoding.hpp"

#include "base/text.hpp"
#include "net/http_text.hpp"

#include <charconv>
#include <cstddef>
#include <optional>
#include <system_error>

namespace ripcord::api {
namespace {

/// The weight of `parameters`: 1 without one, nothing when it is none.
std::optional<double> weight_in(std::string_view parameters) {
  double weight = 1;
  for (std::string_view parameter : split(parameters, ';')) {
    parameter = trim(parameter);
    if (parameter.empty()) continue;
    if (!net::same_name(parameter.substr(0, 2), "q=")) return std::nullopt;
    const std::string_view number = parameter.substr(2);
    const char* last = number.data() + number.size();
    const auto [end, error] = std::from_chars(number.data(), last, weight);
    if (error != std::errc() || end != last) return std::nullopt;
  }
  return weight;
}

}  // namespace

bool takes_gzip(std::string_view accept_encoding) {
  std::optional<bool> by_name;
  bool by_star = false;
  for (const std::string_view item : split(accept_encoding, ',')) {
    const std::size_t end = item.find(';');
    const std::string_view coding = trim(item.substr(0, end));
    const auto weight = weight_in(end == std::string_view::npos ? "" : item.substr(end));
    const bool wanted = weight && *weight > 0;
    if (net::same_name(coding, "gzip") || net::same_name(coding, "x-gzip")) by_name = wanted;
    if (coding == "*") by_star = wanted;
  }
  return by_name.value_or(by_star);
}

}  // namespace ripcord::api
