#include "notify/receiver/alertmanager.hpp"

#include "base/text.hpp"
#include "notify/receiver/alert.hpp"
#include "notify/wording.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include <algorithm>
#include <cstddef>
#include <string>

namespace json = boost::json;

namespace ripcord::notify {
namespace {

constexpr std::size_t text_bytes_max = 2000;

/// A notice that was late must still fire: it is over only some time after it was sent.
json::object alert_of(const Message& message, const AlertmanagerSettings& settings,
                      Duration late = {}) {
  json::object alert{{"labels", to_object(labels_of(message, settings.labels))},
                     {"annotations", annotations_of(message)},
                     {"startsAt", to_rfc3339_ms(message.started_at)}};
  // An end before the beginning is refused.
  if (auto end = end_of(message)) {
    if (message.standing == Standing::notice) *end += std::max(late, Duration{});
    alert["endsAt"] = to_rfc3339_ms(std::max(*end, message.started_at));
  }
  if (!message.links.empty()) alert["generatorURL"] = first_url(message);
  return alert;
}

Result<void> fill_with(Post& post, const AlertmanagerSettings& settings,
                       const json::array& alerts) {
  std::string& target = post.request.target;
  while (target.ends_with('/')) target.pop_back();
  target += "/api/v2/alerts";
  post.request.body = json::serialize(alerts);
  return authorize(post, settings.token_file);
}

}  // namespace

Result<void> fill(Post& post, const AlertmanagerSettings& settings, const Letter& letter) {
  const Duration late = letter.occasion.now - letter.message.at;
  return fill_with(post, settings,
                   {alert_of(tidied(letter.message, text_bytes_max), settings, late)});
}

Result<void> fill_reminder(Post& post, const AlertmanagerSettings& settings,
                           const std::vector<Message>& messages) {
  json::array alerts;
  for (const Message& message : messages) {
    alerts.push_back(alert_of(tidied(message, text_bytes_max), settings));
  }
  return fill_with(post, settings, alerts);
}

}  // namespace ripcord::notify
