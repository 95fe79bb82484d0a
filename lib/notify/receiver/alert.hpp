#pragma once

#include "notify/message.hpp"

#include <boost/json/object.hpp>

#include <map>
#include <optional>
#include <string>

namespace ripcord::notify {

// A message as an alert of Prometheus' world.

using Labels = std::map<std::string, std::string>;

/// The identity of the alert: the same for every message of an incident that is equally severe.
/// Those of `more` that have the same names give way.
[[nodiscard]] Labels labels_of(const Message& message, const Labels& more);
/// What may change while the alert is open: all the rest.
[[nodiscard]] boost::json::object annotations_of(const Message& message);
[[nodiscard]] boost::json::object to_object(const Labels& labels);

/// When it is over, or will be: a notice after five minutes, by itself. Nothing while it is open.
[[nodiscard]] std::optional<Instant> end_of(const Message& message);
/// Empty when there is no link.
[[nodiscard]] std::string first_url(const Message& message);

/// 16 hex digits as Alertmanager makes them: FNV-1a of 64 bits over the names and values in order,
/// each followed by 0xFF.
[[nodiscard]] std::string fingerprint_of(const Labels& labels);

}  // namespace ripcord::notify
