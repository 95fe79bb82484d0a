#pragma once

#include "base/result.hpp"
#include "notify/letter.hpp"
#include "notify/post.hpp"
#include "notify/settings.hpp"

namespace ripcord::notify {

/// A message published as JSON to the server's root, in plain text (`markdown` is not asked for).
/// Limits: a message of 4,096 bytes (a longer one would become an attachment), three buttons.
[[nodiscard]] Result<void> fill(Post& post, const NtfySettings& settings, const Letter& letter);

}  // namespace ripcord::notify
