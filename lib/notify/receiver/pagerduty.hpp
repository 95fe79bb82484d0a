#pragma once

#include "base/result.hpp"
#include "notify/letter.hpp"
#include "notify/post.hpp"
#include "notify/settings.hpp"

namespace ripcord::notify {

/// An event of the Events API v2, of at most 512,000 bytes: it triggers or resolves the alert
/// whose `dedup_key` is the incident; a notice is a change event. Limits: a summary of 1,024
/// characters, a key of 255.
[[nodiscard]] Result<void> fill(Post& post, const PagerdutySettings& settings,
                                const Letter& letter);

}  // namespace ripcord::notify
