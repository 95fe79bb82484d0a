#pragma once

#include "base/result.hpp"
#include "notify/letter.hpp"
#include "notify/post.hpp"
#include "notify/settings.hpp"

namespace ripcord::notify {

/// An Adaptive Card for a webhook of Teams' Workflows, of at most 28,000 bytes. Texts are
/// `TextRun`s, in which there is no Markdown; there is no HTML in a card, and no mention without
/// `entities`.
[[nodiscard]] Result<void> fill(Post& post, const TeamsSettings& settings, const Letter& letter);

}  // namespace ripcord::notify
