#pragma once

#include "base/result.hpp"
#include "base/time.hpp"
#include "net/http_message.hpp"
#include "notify/letter.hpp"
#include "notify/post.hpp"
#include "notify/settings.hpp"
#include "notify/verdict.hpp"

namespace ripcord::notify {

/// A webhook with one embed. What is only informative, and follows another message of its incident,
/// takes that one's place (a PATCH); everything else is a new message, since nobody is told of an
/// edit. No mention ever reaches anybody (`allowed_mentions`), and Markdown is escaped. Limits: a
/// title of 256 characters, a description of 4,096, 25 fields of 256 and 1,024, in all 6,000.
[[nodiscard]] Result<void> fill(Post& post, const DiscordSettings& settings, const Letter& letter);

/// The answer holds the message's id. A message that was deleted cannot be edited (code 10008): its
/// thread is lost. A webhook that was deleted (10015) is gone for good.
[[nodiscard]] Verdict judge_discord(const net::Reply& reply, Instant now);

}  // namespace ripcord::notify
