#include "probe/docker/event_reader.hpp"

#include "probe/docker/api.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

namespace ripcord::probe::docker {
namespace {

/// Twice as many as the engine remembers.
constexpr std::size_t seen_max = 512;
constexpr std::int64_t disorder_ns = 2'000'000'000;
constexpr std::int64_t second_ns = 1'000'000'000;

constexpr std::array<std::string_view, 3> of_list{"create", "destroy", "rename"};
constexpr std::array<std::string_view, 7> of_state{"start", "die",     "stop",   "oom",
                                                   "pause", "unpause", "restart"};

bool is_one_of(const auto& words, std::string_view word) {
  return std::ranges::find(words, word) != words.end();
}

}  // namespace

bool changes_list(const ContainerEvent& event) {
  return is_one_of(of_list, event.action);
}

bool changes_state(const ContainerEvent& event) {
  return is_one_of(of_state, event.action) || event.action.starts_with("health_status");
}

std::string EventReader::begin() {
  splitter_ = ObjectSplitter();
  // By type only: other filters mean different things to different engines.
  std::string path = "/events?filters=" + query_encoded(R"({"type":["container"]})");
  if (newest_ns_ > disorder_ns) {
    const std::int64_t since = newest_ns_ - disorder_ns;
    path += fmt::format("&since={}.{:09}", since / second_ns, since % second_ns);
  }
  return path;
}

Result<std::vector<ContainerEvent>> EventReader::take(std::string_view bytes) {
  const auto objects = splitter_.take(bytes);
  if (!objects) return std::unexpected(objects.error());
  std::vector<ContainerEvent> events;
  for (const std::string& object : *objects) {
    std::optional<ContainerEvent> event = parse_event(object);
    if (!event) continue;
    newest_ns_ = std::max(newest_ns_, event->time_ns);
    const bool matters = changes_list(*event) || changes_state(*event) || event->action == "kill";
    if (matters && is_new(*event)) events.push_back(*std::move(event));
  }
  return events;
}

bool EventReader::is_new(const ContainerEvent& event) {
  Key key{event.time_ns, event.id, event.action};
  if (!seen_.insert(key).second) return false;
  order_.push_back(std::move(key));
  if (order_.size() > seen_max) {
    seen_.erase(order_.front());
    order_.pop_front();
  }
  return true;
}

}  // namespace ripcord::probe::docker
