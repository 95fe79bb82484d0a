#pragma once

#include "base/result.hpp"
#include "base/time.hpp"
#include "net/http_message.hpp"
#include "notify/letter.hpp"
#include "notify/post.hpp"
#include "notify/settings.hpp"
#include "notify/verdict.hpp"

namespace ripcord::notify {

/// An incoming webhook, or `chat.postMessage` with a bot's token: there later messages of an
/// incident answer the first in its thread, and what is critical is shown in the channel too.
/// Hostile text is in `plain_text` objects, where nothing is formatted, with `&`, `<` and `>`
/// escaped, without which there is no mention. Within the limits of Block Kit: 150 characters of a
/// header, 3,000 of a section, 10 fields of 2,000.
[[nodiscard]] Result<void> fill(Post& post, const SlackSettings& settings, const Letter& letter);

/// A webhook has taken it only if it says `ok`, the Web API only if `"ok"` is true; both may answer
/// with status 200 otherwise.
[[nodiscard]] Verdict judge_slack(const SlackSettings& settings, const net::Reply& reply,
                                  Instant now);

}  // namespace ripcord::notify
