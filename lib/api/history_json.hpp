#pragma once

#include "api/backend.hpp"
#include "deploy/dora_report.hpp"

#include <boost/json/object.hpp>

#include <string>

namespace ripcord::api {

// More of the JSON of docs/api.md: what is told of the past. See json.hpp.

/// `{"service", "since", "until", "before_since", "weeks", "aborted", "metrics"}`; `service` may be
/// empty.
[[nodiscard]] boost::json::object to_json(const std::string& service,
                                          const deploy::DoraReport& report);

/// That of a record, with `"sequence"`, `"service"` and `"deployment"`.
[[nodiscard]] boost::json::object to_json(const NumberedRecord& numbered);

}  // namespace ripcord::api
