#pragma once

#include "base/time.hpp"
#include "probe/postgres/session.hpp"

#include <boost/json/object.hpp>

#include <string>
#include <string_view>

namespace ripcord::probe::postgres {

/// Asks for the sessions of the server, those of our database first, by one read-only statement
/// that the server ends after `left`; then COMMIT. 200 sessions at most.
[[nodiscard]] std::string activity_query(Duration left);

/// `{"sessions": [{"pid", "user", …, "query"}]}` of the answer; queries have neither their literals
/// nor more than 500 bytes.
[[nodiscard]] boost::json::object parse_activity(const Table& table);

/// A query with `?` in the place of every literal: texts of every kind, dollar-quoted ones, bit
/// strings and numbers. One that is cut off in a literal loses the rest.
[[nodiscard]] std::string without_literals(std::string_view sql);

}  // namespace ripcord::probe::postgres
