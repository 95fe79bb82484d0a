#pragma once

#include "base/result.hpp"
#include "notify/letter.hpp"
#include "notify/post.hpp"
#include "notify/settings.hpp"

#include <vector>

namespace ripcord::notify {

/// `POST /api/v2/alerts`: a list of one alert. What is open is told without an end: the server
/// takes it for over when it is not told again (fill_reminder()) within its `resolve_timeout`.
[[nodiscard]] Result<void> fill(Post& post, const AlertmanagerSettings& settings,
                                const Letter& letter);

/// The same with all of `messages`.
[[nodiscard]] Result<void> fill_reminder(Post& post, const AlertmanagerSettings& settings,
                                         const std::vector<Message>& messages);

}  // namespace ripcord::notify
