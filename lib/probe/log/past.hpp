#pragma once

#include <string>

namespace ripcord::probe::log {

/// What a follower has to do with the time before it.
struct Past {
  /// The lines of the last while count: this process has only begun, and remembers nothing.
  bool is_recalled = false;
  std::string folder = {};  ///< where it is kept how far files were read; empty: nowhere
};

}  // namespace ripcord::probe::log
