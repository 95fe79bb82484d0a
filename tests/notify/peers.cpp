#include "tests/notify/peers.hpp"

#include "tests/notify/vendors.hpp"

namespace ripcord::notify::test {
namespace {

Address secret_url(Secrets& secrets, const std::string& url) {
  return {.url = {}, .url_file = secrets.file("url", url)};
}

ReceiverKind webhook(Secrets& secrets, const std::string& base) {
  return WebhookSettings{.address = at(base + "/hook"),
                         .secret_file = secrets.file("secret", canary),
                         .token_file = secrets.file("token", canary + "t")};
}

ReceiverKind webhook_ripcord(Secrets& secrets, const std::string& base) {
  return WebhookSettings{.address = at(base + "/hook"),
                         .format = WebhookFormat::ripcord,
                         .secret_file = secrets.file("secret", canary)};
}

ReceiverKind alertmanager(Secrets& secrets, const std::string& base) {
  return AlertmanagerSettings{.address = at(base + "/am/"),
                              .token_file = secrets.file("token", canary),
                              .labels = {{"team", "web"}}};
}

ReceiverKind slack(Secrets& secrets, const std::string& base) {
  return SlackSettings{.address = secret_url(secrets, base + "/services/T0/B0/" + canary)};
}

ReceiverKind slack_api(Secrets& secrets, const std::string& base) {
  return SlackSettings{.address = at(base + "/api/chat.postMessage"),
                       .token_file = secrets.file("token", "xoxb-" + canary),
                       .channel = "#ops"};
}

ReceiverKind discord(Secrets& secrets, const std::string& base) {
  return DiscordSettings{.address = secret_url(secrets, base + "/api/webhooks/1/" + canary)};
}

ReceiverKind teams(Secrets& secrets, const std::string& base) {
  return TeamsSettings{.address = secret_url(secrets, base + "/workflows/1?sig=" + canary)};
}

ReceiverKind pagerduty(Secrets& secrets, const std::string& base) {
  return PagerdutySettings{.address = at(base + "/v2/enqueue"),
                           .routing_key_file = secrets.file("key", canary)};
}

ReceiverKind ntfy(Secrets& secrets, const std::string& base) {
  return NtfySettings{.address = at(base + "/"),
                      .topic_file = secrets.file("topic", canary),
                      .token_file = secrets.file("token", canary + "t")};
}

ReceiverKind grafana(Secrets& secrets, const std::string& base) {
  return GrafanaSettings{.address = at(base + "/grafana/"),
                         .token_file = secrets.file("token", "glsa_" + canary),
                         .tags = {"web"},
                         .dashboard_uid = "ripcord-deployment"};
}

net::Reply verifying_server(const net::Request& request) {
  return webhook_server(request, canary);
}

}  // namespace

std::vector<Peer> peers() {
  return {{"webhook", webhook, verifying_server},
          {"webhook_ripcord", webhook_ripcord, verifying_server},
          {"alertmanager", alertmanager, alertmanager_server},
          {"slack", slack, slack_server},
          {"slack_api", slack_api, slack_server},
          {"discord", discord, discord_server},
          {"teams", teams, teams_server},
          {"pagerduty", pagerduty, pagerduty_server},
          {"ntfy", ntfy, ntfy_server},
          {"grafana", grafana, grafana_server}};
}

}  // namespace ripcord::notify::test
