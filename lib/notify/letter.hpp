#pragma once

#include "base/time.hpp"
#include "notify/message.hpp"

#include <string>

namespace ripcord::notify {

/// When and after what a message is sent.
struct Occasion {
  Instant now;
  std::string thread = {};  ///< the Delivered::thread of the incident's first message; may be empty
};

/// All that a kind of receiver makes its request of, beside its settings. Borrows.
struct Letter {
  const std::string& receiver;  ///< its name
  const Message& message;
  const Occasion& occasion;
};

}  // namespace ripcord::notify
