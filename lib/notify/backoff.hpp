#pragma once

#include "base/time.hpp"
#include "net/http_message.hpp"

#include <chrono>
#include <cstdint>
#include <optional>

namespace ripcord::notify {

/// How long to wait between two attempts.
struct Backoff {
  Duration first = std::chrono::seconds(1);
  Duration longest = std::chrono::minutes(5);
};

/// The wait after the `attempts`-th attempt has failed: `first`, twice as long each time up to
/// `longest`, and of that a share between one half and all of it, told by `random` (any number), so
/// that many who wait for one receiver do not come back at once. Pre: attempts > 0.
[[nodiscard]] Duration wait_after(const Backoff& backoff, std::uint32_t attempts,
                                  std::uint64_t random);

/// For how long `reply` asks to be left alone (RFC 9110, 10.2.3: seconds or a date), at most an
/// hour; nothing when it does not, or asks for what nobody can read.
[[nodiscard]] std::optional<Duration> retry_after(const net::Reply& reply, Instant now);

}  // namespace ripcord::notify
