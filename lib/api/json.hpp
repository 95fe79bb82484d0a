#pragma once

#include "api/backend.hpp"
#include "engine/snapshot.hpp"
#include "model/deployment.hpp"
#include "model/effect.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include <optional>
#include <string>
#include <vector>

namespace ripcord::api {

// The JSON of docs/api.md. Times are RFC 3339 with milliseconds, lengths of time are numbers of
// seconds in members that end in `_seconds`, what is not known is null. Every text is valid UTF-8
// without control characters (in the output of a run: but for line ends), whatever was given.

[[nodiscard]] boost::json::object to_json(const DaemonView& daemon);
[[nodiscard]] boost::json::object to_json(const engine::ServiceSnapshot& service);
[[nodiscard]] boost::json::object to_json(const Deployment& deployment);
[[nodiscard]] boost::json::object to_json(const Record& record);
[[nodiscard]] boost::json::object to_json(const RunView& run);

/// `{"at", "daemon", "services"}`.
[[nodiscard]] boost::json::object to_json(const engine::Snapshot& snapshot,
                                          const DaemonView& daemon);
/// `{"deployment", "history", "runs"}`.
[[nodiscard]] boost::json::object to_json(const DeploymentView& view);
[[nodiscard]] boost::json::object to_json(const ProbeReport& report);
/// `{"open", "gates"}`.
[[nodiscard]] boost::json::object to_json(const deploy::GateVerdict& verdict);
[[nodiscard]] boost::json::value to_json(const std::optional<Readiness>& readiness);
/// `{"deployments"}`.
[[nodiscard]] boost::json::object to_json(const std::vector<Deployment>& deployments);

/// `text` with every line printable(), and without carriage returns.
[[nodiscard]] std::string printable_lines(std::string_view given);

/// One line of JSON. Unlike boost::json::serialize it writes `0.25`, not `2.5E-1`: people read it.
[[nodiscard]] std::string to_text(const boost::json::value& value);

}  // namespace ripcord::api
