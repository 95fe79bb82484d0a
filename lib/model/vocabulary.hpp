#pragma once

#include "model/sample.hpp"

#include <string>
#include <vector>

namespace ripcord {

/// The names of what one probe reports besides its outcome, each once. Readings and occurrences
/// name them by their places, which never change while the probe's settings stay the same.
struct Vocabulary {
  std::vector<std::string> values;       ///< `"cpu"`, `"oldest_transaction"`: in base units
  std::vector<std::string> occurrences;  ///< `"restart"`, `"oom"`

  friend bool operator==(const Vocabulary&, const Vocabulary&) = default;
};

/// One value of a sample with its name. Never NaN.
struct NamedValue {
  std::string name;
  double number = 0;

  friend bool operator==(const NamedValue&, const NamedValue&) = default;
};

/// The values of `sample` that are known, in its order.
[[nodiscard]] std::vector<NamedValue> named_values(const Vocabulary& vocabulary,
                                                   const Sample& sample);

}  // namespace ripcord
