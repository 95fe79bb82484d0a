// Deployments that nobody has announced.

#include "engine/service.hpp"

#include <fmt/format.h>

#include <string>
#include <utility>

namespace ripcord::engine {
namespace {

const std::string ripcord = "ripcord";

}  // namespace

bool Service::is_of_a_deployment(const VersionFound& event) const {
  // While one is open that is its own doing, or of another one of its pipeline.
  if (open() != nullptr || event.version == lineage_.current()) return true;
  // The same when it has ended before that was seen.
  const Deployment* last = last_begun();
  return event.since && last != nullptr && last->ended_at && *event.since <= *last->ended_at;
}

void Service::version_found(Instant now, const VersionFound& event, Effects& effects) {
  if (is_of_a_deployment(event)) return;
  ++revision_;
  Deployment fresh = new_deployment(now, event.version);
  fresh.way = Way::noticed;
  fresh.begun_at = now;
  fresh.deadline = now + recipe_.deadline;
  make_way(now, fresh, ripcord, effects);
  const std::string before = event.before.empty() ? lineage_.current() : event.before;
  take_over(now, deploy::begin_noticed(std::move(fresh), recipe_, ripcord, now), effects);
  effects.emplace_back(
      Record{.at = now,
             .service = name_,
             .deployment = open_->id,
             .kind = "deployment.noticed",
             .text = fmt::format("{} runs instead of {}, and nobody had announced it",
                                 event.version, before.empty() ? "an unknown version" : before),
             .by = ripcord,
             .severity = Severity::info});
}

}  // namespace ripcord::engine
