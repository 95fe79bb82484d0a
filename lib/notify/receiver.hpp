#pragma once

#include "base/result.hpp"
#include "base/time.hpp"
#include "net/http_message.hpp"
#include "notify/letter.hpp"
#include "notify/message.hpp"
#include "notify/post.hpp"
#include "notify/settings.hpp"
#include "notify/verdict.hpp"

#include <vector>

namespace ripcord::notify {

/// The request that tells the receiver of `message`. Reads the files of its settings, which must be
/// local: they are not waited for. Fails as they do.
[[nodiscard]] Result<Post> compose(const ReceiverSettings& settings, const Message& message,
                                   const Occasion& occasion);

/// The request that tells a receiver once more of all alerts that are open or have just ended.
/// Pre: wants_reminders(settings.kind), and there is one.
[[nodiscard]] Result<Post> remind(const ReceiverSettings& settings,
                                  const std::vector<Message>& messages);

/// What the receiver's answer to `post` means, in words that repeat no secret of it.
[[nodiscard]] Verdict judge(const ReceiverSettings& settings, const Post& post, net::Reply reply,
                            Instant now);

}  // namespace ripcord::notify
