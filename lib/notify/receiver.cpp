#include "notify/receiver.hpp"

#include "base/contract.hpp"
#include "notify/receiver/alertmanager.hpp"
#include "notify/receiver/discord.hpp"
#include "notify/receiver/grafana.hpp"
#include "notify/receiver/ntfy.hpp"
#include "notify/receiver/pagerduty.hpp"
#include "notify/receiver/slack.hpp"
#include "notify/receiver/teams.hpp"
#include "notify/receiver/webhook.hpp"
#include "notify/status.hpp"

#include <utility>
#include <variant>

namespace ripcord::notify {
namespace {

const Address& address_of(const ReceiverKind& kind) {
  return std::visit([](const auto& one) -> const Address& { return one.address; }, kind);
}

/// For receivers whose status says all.
Verdict judge_kind(const auto& /*kind*/, const Post& /*post*/, const net::Reply& reply,
                   Instant now) {
  return judge_status(reply, now);
}
Verdict judge_kind(const SlackSettings& kind, const Post& /*post*/, const net::Reply& reply,
                   Instant now) {
  return judge_slack(kind, reply, now);
}
Verdict judge_kind(const DiscordSettings& /*kind*/, const Post& /*post*/, const net::Reply& reply,
                   Instant now) {
  return judge_discord(reply, now);
}
Verdict judge_kind(const GrafanaSettings& /*kind*/, const Post& post, const net::Reply& reply,
                   Instant now) {
  return judge_grafana(post, reply, now);
}

}  // namespace

Result<Post> compose(const ReceiverSettings& settings, const Message& message,
                     const Occasion& occasion) {
  Result<Post> post = post_to(address_of(settings.kind), settings.tls);
  if (!post) return post;
  const Result<void> filled = std::visit(
      [&](const auto& kind) { return fill(*post, kind, {settings.name, message, occasion}); },
      settings.kind);
  if (!filled) return std::unexpected(filled.error());
  return post;
}

Result<Post> remind(const ReceiverSettings& settings, const std::vector<Message>& messages) {
  const auto* kind = std::get_if<AlertmanagerSettings>(&settings.kind);
  RIPCORD_CONTRACT(kind != nullptr && !messages.empty());
  Result<Post> post = post_to(kind->address, settings.tls);
  if (!post) return post;
  const Result<void> filled = fill_reminder(*post, *kind, messages);
  if (!filled) return std::unexpected(filled.error());
  return post;
}

Verdict judge(const ReceiverSettings& settings, const Post& post, net::Reply reply, Instant now) {
  // Before it is cut: half a secret is one too.
  reply.body = without_secrets(reply.body, post);
  return std::visit([&](const auto& kind) { return judge_kind(kind, post, reply, now); },
                    settings.kind);
}

}  // namespace ripcord::notify
