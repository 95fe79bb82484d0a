#include "notify/settings.hpp"

#include <algorithm>
#include <array>

namespace ripcord::notify {
namespace {

/// In the order of ReceiverKind.
constexpr std::array<std::string_view, 8> types{"webhook", "alertmanager", "slack", "discord",
                                                "teams",   "pagerduty",    "ntfy",  "grafana"};
static_assert(types.size() == std::variant_size_v<ReceiverKind>);

bool is_meant(const std::vector<std::string>& patterns, std::string_view event) {
  bool has_positive = false;
  bool is_named = false;
  for (const std::string_view pattern : patterns) {
    if (pattern.starts_with('!')) {
      if (matches(pattern.substr(1), event)) return false;
      continue;
    }
    has_positive = true;
    is_named = is_named || matches(pattern, event);
  }
  return is_named || !has_positive;
}

}  // namespace

std::string_view type_of(const ReceiverKind& kind) {
  return types.at(kind.index());
}

std::vector<std::string> default_events(const ReceiverKind& kind) {
  if (!std::holds_alternative<GrafanaSettings>(kind)) return {"*"};
  return {"deployment.started", "deployment.noticed", "deployment.succeeded",
          "deployment.failed",  "deployment.aborted", "gate.refused",
          "rollback.started",   "rollback.succeeded", "rollback.failed"};
}

bool wants_reminders(const ReceiverKind& kind) {
  return std::holds_alternative<AlertmanagerSettings>(kind);
}

bool keeps_open(const ReceiverKind& kind) {
  return wants_reminders(kind) || std::holds_alternative<PagerdutySettings>(kind);
}

Duration default_repeat_interval(const ReceiverKind& kind) {
  const bool has_state = keeps_open(kind) || std::holds_alternative<GrafanaSettings>(kind);
  return has_state ? Duration{} : std::chrono::hours(4);
}

bool matches(std::string_view pattern, std::string_view event) {
  if (pattern == "*") return true;
  if (!pattern.ends_with(".*")) return pattern == event;
  return event.starts_with(pattern.substr(0, pattern.size() - 1));
}

bool wants(const ReceiverSettings& settings, const Message& message) {
  if (message.standing == Standing::resolved && keeps_open(settings.kind)) return true;
  if (message.severity < settings.severity_min) return false;
  return is_meant(settings.events, message.event);
}

}  // namespace ripcord::notify
