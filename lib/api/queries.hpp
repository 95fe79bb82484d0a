#pragma once

#include "api/routes.hpp"
#include "base/result.hpp"
#include "base/time.hpp"
#include "model/deployment_query.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace ripcord::api {

// What callers ask for behind the question mark. Everything that is wrong is Fault::malformed, with
// a message for the caller.

/// How long to wait for something newer than a revision.
struct LongPoll {
  std::uint64_t after = 0;
  Duration wait{};
};

/// `?after=REVISION&wait=SECONDS`: nothing when there is no `after`.
[[nodiscard]] Result<std::optional<LongPoll>> read_long_poll(const std::vector<Parameter>& query);

/// `?service=S&version=V&phase=P&since=T&until=T&kind=K&before=ID&limit=N`, all optional, `phase`
/// more than once if need be. A T is a date, a time or how long before `now`.
[[nodiscard]] Result<DeploymentQuery> read_list_query(const std::vector<Parameter>& query,
                                                      Instant now);

/// Of which period figures are wanted.
struct FiguresQuery {
  std::string service;  ///< empty: of every service
  Duration length = std::chrono::days(90);
};

/// `?service=S&since=T`, both optional; a T as above, before `now`.
[[nodiscard]] Result<FiguresQuery> read_figures_query(const std::vector<Parameter>& query,
                                                      Instant now);

/// A date (its first instant in UTC), a time, or how long before `now`. The message of a failure is
/// about the text alone.
[[nodiscard]] Result<Instant> parse_moment(const std::string& text, Instant now);

/// For resources that take no parameters.
[[nodiscard]] Result<void> read_no_query(const std::vector<Parameter>& query);

}  // namespace ripcord::api
