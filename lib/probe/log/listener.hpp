#pragma once

#include "base/time.hpp"
#include "probe/log/splitters.hpp"

#include <functional>
#include <string_view>

namespace ripcord::probe::log {

/// Whom a follower of a log tells.
struct Listener {
  LineSplitter::OnLine on_line;  ///< a line that was written from now on
  /// A line of the time before, written at `at` or later.
  std::function<void(std::string_view line, Instant at)> on_past_line;
  std::function<void()> changed;  ///< after each read, and when the follower's trouble is another
};

}  // namespace ripcord::probe::log
