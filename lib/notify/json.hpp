#pragma once

#include "base/time.hpp"
#include "notify/message.hpp"

#include <boost/json/object.hpp>

#include <string>

namespace ripcord::notify {

/// The members of to_json(), for a body of which they are a part.
[[nodiscard]] boost::json::object members_of(const Message& message);

/// RFC 3339 in UTC to the microsecond: `"2026-11-22T19:03:12.250000Z"`.
[[nodiscard]] std::string to_rfc3339_us(Instant instant);

}  // namespace ripcord::notify
