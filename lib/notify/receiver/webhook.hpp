#pragma once

#include "base/result.hpp"
#include "notify/letter.hpp"
#include "notify/post.hpp"
#include "notify/settings.hpp"

namespace ripcord::notify {

/// A webhook in one of the formats of WebhookSettings, of at most 20,000 bytes (what Standard
/// Webhooks advise). `webhook-id` and `webhook-timestamp` are always there; with a secret also
/// `webhook-signature`, one for each line of the file, and `X-Hub-Signature-256` by the first.
[[nodiscard]] Result<void> fill(Post& post, const WebhookSettings& settings, const Letter& letter);

}  // namespace ripcord::notify
