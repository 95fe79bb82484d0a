#pragma once

#include "base/time.hpp"

#include <cstdint>
#include <string>

namespace ripcord {

/// A discrete event that a probe or a person reports: a container restarted, a log line matched.
struct Occurrence {
  Instant at;
  std::uint16_t kind = 0;   ///< place in the probe's list of occurrence names
  std::uint32_t count = 1;  ///< how many at that instant
  std::string note;         ///< `"exit code 137"`; one line, printable, may be empty
};

}  // namespace ripcord
