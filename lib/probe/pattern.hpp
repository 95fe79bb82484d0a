#pragma once

#include "base/result.hpp"

#include <memory>
#include <string>

namespace re2 {
class RE2;
}

namespace ripcord::probe {

/// What a reply must contain; none when anything will do.
using Pattern = std::unique_ptr<re2::RE2>;

/// Whether RE2 takes `pattern`; Fault::malformed with its own words otherwise.
[[nodiscard]] Result<void> check_pattern(const std::string& pattern);

/// None for an empty pattern. Pre: check_pattern(pattern).
[[nodiscard]] Pattern compile_pattern(const std::string& pattern);

}  // namespace ripcord::probe
