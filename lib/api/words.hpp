#pragma once

#include "base/time.hpp"
#include "engine/snapshot.hpp"

#include <string>

namespace ripcord::api {

/// How the service itself is: `"healthy for 3m 10s"`, `"unhealthy has tripped"`, `"waiting for data
/// of errors"`, `"no trigger watches it"`.
[[nodiscard]] std::string health_in_words(const engine::ServiceSnapshot& service, Instant now);

/// What a person who is waited for can type; empty when nobody is.
[[nodiscard]] std::string advice_in_words(const engine::ServiceSnapshot& service);

/// What goes on: `"baking v2, 14m 17s left"`, `"baking v2 at stage 1 of 3 (5 % of the traffic), 9m
/// left"`, `"rolling back from v2 to v1 (rollback.1)"`; for a
/// last deployment that has ended `"v2 succeeded"`; empty when there never was one.
[[nodiscard]] std::string deployment_in_words(const engine::ServiceSnapshot& service, Instant now);

}  // namespace ripcord::api
