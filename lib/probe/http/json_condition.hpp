#pragma once

#include "base/result.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace ripcord::probe {

/// What a value in a JSON text is compared with. Numbers are equal when their values are.
using JsonScalar = std::variant<std::nullptr_t, bool, std::int64_t, double, std::string>;

/// The value at `pointer` (RFC 6901) must be `expected`.
struct JsonCondition {
  std::string pointer;
  JsonScalar expected;

  friend bool operator==(const JsonCondition&, const JsonCondition&) = default;
};

/// Whether `pointer` is one; Fault::malformed with what is wrong.
[[nodiscard]] Result<void> check_pointer(std::string_view pointer);

/// Which of `conditions` the JSON `text` does not meet, and with what: `"/db is \"down\", expected
/// \"up\""`; the first alone. Empty when it meets all of them. Printable.
[[nodiscard]] std::string unmet(const std::vector<JsonCondition>& conditions,
                                std::string_view text);

}  // namespace ripcord::probe
