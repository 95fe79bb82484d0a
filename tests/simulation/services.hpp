#pragma once

#include "engine/settings.hpp"
#include "tests/simulation/chance.hpp"

#include <cstdint>
#include <string>

namespace ripcord::simulation {

/// What a world is like.
enum class Weather : std::uint8_t {
  stormy,   ///< everything goes wrong
  healthy,  ///< every release is good, and so are scripts and people; a probe may be lost, late or
            ///< unknown, and the daemon may be killed
  rotten,   ///< every release is bad at once, and nothing else goes wrong
};

/// What a version does to its service.
enum class Nature : std::uint8_t {
  good,
  bad,       ///< every answer
  flapping,  ///< 45 s of every 135 s
  slow,
  rotting,   ///< ever more often, within the hour
  crashing,  ///< restarts every minute or so
  filling,   ///< a value grows beyond its limit
};

/// A service with one or two probes, a trigger for failures in a row on each, most of the other
/// kinds of triggers, and a recipe. What is written `in_a_row…` always rolls back.
[[nodiscard]] engine::ServiceSettings random_service(Chance& chance, const std::string& name,
                                                     Weather weather);

/// A setting of it that a reload changes.
void change_something(Chance& chance, engine::ServiceSettings& settings);

}  // namespace ripcord::simulation
