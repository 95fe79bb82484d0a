#pragma once

#include "api/routes.hpp"
#include "base/result.hpp"
#include "base/time.hpp"

#include <cstddef>
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

struct ListQuery {
  std::string service;  ///< empty: of every service
  std::size_t limit = 50;
};

/// `?service=S&limit=N`, both optional.
[[nodiscard]] Result<ListQuery> read_list_query(const std::vector<Parameter>& query);

/// For resources that take no parameters.
[[nodiscard]] Result<void> read_no_query(const std::vector<Parameter>& query);

}  // namespace ripcord::api
