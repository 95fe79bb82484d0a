// Who deploys, and who meddles.

#include "tests/simulation/world.hpp"

#include <fmt/format.h>

#include <array>
#include <utility>

namespace ripcord::simulation {
namespace {

using namespace std::chrono_literals;

const std::string ana = "uid 1000 (ana)";

}  // namespace

void World::visit(std::size_t place) {
  if (is_calm_) return;
  const bool is_stormy = weather_ == Weather::stormy;
  at(now_ + chance_.between(1min, is_stormy ? 25min : 8min), [this, place] { visit(place); });
  if (is_stormy && chance_.one_in(2)) {
    meddle(place);
  } else if (is_stormy ||
             (engine_ && !engine_->has_open_deployment(places_[place].settings.name))) {
    release(place);
  }
  if (weather_ == Weather::healthy && engine_ && chance_.one_in(40)) kill();
}

/// At the wrong moment, mostly.
void World::meddle(std::size_t place) {
  switch (chance_.up_to(12)) {
    case 0:
      say(place, AbortDeployment{.reason = "mine"}, 1);
      return;
    case 1:
      say(place,
          RollBackService{.reason = "data corruption",
                          .version = chance_.one_in(2) ? "" : some_version(places_[place])},
          1);
      return;
    case 2:
      say(place, FinishDeployment{}, 1);
      return;
    case 3:
      say(place, FailDeployment{.reason = "no disk"}, 1);
      return;
    case 4:
      if (chance_.one_in(3)) reboot();
      return;
    case 5:
      if (engine_) kill();
      return;
    case 6:
      say(place, HoldDeployment{.reason = "looks odd"}, 1);
      return;
    case 7:
      say(place, ResumeDeployment{}, 1);
      return;
    case 8:
      say(place, PromoteDeployment{}, 1);
      return;
    case 9:
      reload(place);
      return;
    case 10:
      fill_disk(chance_.between(1min, 20min));
      return;
    case 11:
      slip_in(place, some_version(places_[place]));
      return;
    default:
      if (!engine_) return;
      if (const Deployment* open = engine_->open_deployment(places_[place].settings.name)) {
        feed(
            FoundIrreversible{.deployment = open->id, .reason = "a column was dropped", .by = ana});
      }
  }
}

void World::release(std::size_t place) {
  Place& here = places_[place];
  const std::string version = some_version(here);
  if (!chance_.one_in(3)) {
    announce(place, version);
    return;
  }
  StartDeployment start;
  start.version = version;
  start.driven = true;
  start.supersede = strikes(3);
  start.rework = chance_.one_in(5);
  start.drill = strikes(10);
  if (strikes(10)) start.irreversible = "it drops a column";
  say(place, std::move(start), 1);
  // Who approves of the stages, and who lets go on what is held.
  for (int i = 1; i < 5; ++i) {
    if (strikes(2)) at(now_ + i * 6min, [=, this] { say(place, PromoteDeployment{}, 1); });
    if (strikes(3)) at(now_ + i * 5min, [=, this] { say(place, ResumeDeployment{}, 1); });
  }
}

/// Somebody's pipeline deploys it.
void World::announce(std::size_t place, const std::string& version) {
  StartDeployment start;
  start.version = version;
  say(place, std::move(start), 1);
  const Instant in_place = now_ + chance_.between(1s, weather_ == Weather::rotten ? 1s : 2min);
  const Instant done = in_place + chance_.between(0s, 20s);
  const bool is_silent = strikes(15);
  const bool fails = strikes(12);
  at(in_place, [=, this] {
    if (!fails || chance_.one_in(2)) put_in_place(places_[place], version);
  });
  if (is_silent) return;
  at(done, [=, this] {
    if (fails) {
      say(place, FailDeployment{.reason = "no disk"}, 5);
    } else {
      say(place, FinishDeployment{}, 5);
    }
  });
}

/// Without a word; somebody notices.
void World::slip_in(std::size_t place, const std::string& version) {
  put_in_place(places_[place], version);
  at(now_ + chance_.between(0s, 5s), [=, this] {
    feed(VersionFound{.service = places_[place].settings.name, .version = version});
  });
}

void World::put_in_place(Place& place, const std::string& version) {
  note(fmt::format("{} runs {}", place.settings.name, version));
  place.running = version;
  place.running_since = now_;
}

void World::say(std::size_t place, const Request& request, int tries) {
  if (!engine_) {  // and comes back later
    if (tries > 1) at(now_ + 20s, [=, this] { say(place, request, tries - 1); });
    return;
  }
  feed(Command{
      .ticket = Ticket{1}, .service = places_[place].settings.name, .by = ana, .request = request});
}

std::string World::some_version(Place& place) {
  if (weather_ == Weather::stormy && place.releases > 0 && chance_.one_in(5)) {
    return fmt::format("v{}", chance_.up_to(place.releases));  // one that was there before
  }
  std::string version = fmt::format("v{}", ++place.releases);
  static constexpr std::array natures{Nature::good,     Nature::good,     Nature::good,
                                      Nature::good,     Nature::bad,      Nature::bad,
                                      Nature::flapping, Nature::flapping, Nature::slow,
                                      Nature::rotting,  Nature::crashing, Nature::filling};
  Nature nature = natures.at(chance_.up_to(natures.size() - 1));
  if (weather_ == Weather::healthy) nature = Nature::good;
  if (weather_ == Weather::rotten) nature = Nature::bad;
  place.natures[version] = nature;
  return version;
}

}  // namespace ripcord::simulation
