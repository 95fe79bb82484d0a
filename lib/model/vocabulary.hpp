#pragma once

#include <string>
#include <vector>

namespace ripcord {

/// The names of what one probe reports besides its outcome, each once. Readings and occurrences
/// name them by their places, which never change while the probe's settings stay the same.
struct Vocabulary {
  std::vector<std::string> values;  ///< `"cpu"`, `"oldest_transaction"`: lower case, in base units
  std::vector<std::string> occurrences;  ///< `"restart"`, `"oom"`

  friend bool operator==(const Vocabulary&, const Vocabulary&) = default;
};

}  // namespace ripcord
