#pragma once

#include "base/result.hpp"
#include "base/time.hpp"
#include "net/http_message.hpp"
#include "notify/letter.hpp"
#include "notify/post.hpp"
#include "notify/settings.hpp"
#include "notify/verdict.hpp"

namespace ripcord::notify {

/// An annotation (`POST /api/annotations`). The first message of a deployment makes one where that
/// began; later ones change its text (`PATCH /api/annotations/ID`), and each that ends the
/// deployment makes a region of it that reaches up to there. What concerns no deployment is an
/// annotation of its own. Texts are HTML, in which everything but our own line breaks and links is
/// escaped. Limits: 500 bytes of tags, as JSON.
[[nodiscard]] Result<void> fill(Post& post, const GrafanaSettings& settings, const Letter& letter);

/// The answer to a new annotation holds its id. One that was deleted cannot be changed (404): its
/// thread is lost.
[[nodiscard]] Verdict judge_grafana(const Post& post, const net::Reply& reply, Instant now);

}  // namespace ripcord::notify
