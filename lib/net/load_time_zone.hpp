#pragma once

#include "base/result.hpp"
#include "base/time_zone.hpp"

#include <string_view>

namespace ripcord::net {

/// Reads the zone `name` ("Europe/Madrid", "UTC") of the IANA database from the system's tzdata,
/// with every change from 1970 to 2200; beyond, the first and the last offset go on.
///
/// Fault::malformed for what cannot be the name of a zone (a path among others: it is never
/// opened), Fault::missing for a zone that the system does not know. Blocks on the disk the first
/// time; a zone is read once in the life of the process, so newer tzdata counts after a restart.
[[nodiscard]] Result<TimeZone> load_time_zone(std::string_view name);

}  // namespace ripcord::net
