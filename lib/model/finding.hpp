#pragma once

#include <cstdint>
#include <string_view>

namespace ripcord {

enum class FindingState : std::uint8_t {
  no_data,  ///< too little is known to judge
  pass,
  pending,  ///< bad, but not yet for long enough
  tripped,
};

[[nodiscard]] std::string_view to_string(FindingState state);

/// A trigger's judgement now. Its words are made on demand by evaluate::reason().
struct Finding {
  FindingState state = FindingState::no_data;
  double progress = 0;  ///< 0..1, the way to the trip; 1 exactly when tripped

  friend bool operator==(const Finding&, const Finding&) = default;
};

}  // namespace ripcord
