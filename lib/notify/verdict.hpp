#pragma once

#include "base/time.hpp"

#include <optional>
#include <string>
#include <variant>

namespace ripcord::notify {

// What came of one attempt. Reasons are for a person and hold no secret.

struct Delivered {
  /// By which later messages of the incident find this one: Slack's `ts`, the id of Discord's
  /// message or of Grafana's annotation.
  /// Empty where the receiver has no such thing.
  std::string thread = {};

  friend bool operator==(const Delivered&, const Delivered&) = default;
};

/// It may work later.
struct Retry {
  std::string reason;
  std::optional<Duration> after = std::nullopt;  ///< what the receiver asked for
  bool thread_is_lost = false;  ///< the message that this one belongs to is there no more

  friend bool operator==(const Retry&, const Retry&) = default;
};

/// The receiver does not exist any more: nothing is sent to it until its settings change.
struct Disabled {
  std::string reason;

  friend bool operator==(const Disabled&, const Disabled&) = default;
};

/// This message will never be taken.
struct Refused {
  std::string reason;

  friend bool operator==(const Refused&, const Refused&) = default;
};

using Verdict = std::variant<Delivered, Retry, Disabled, Refused>;

}  // namespace ripcord::notify
