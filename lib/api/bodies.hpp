#pragma once

#include "api/routes.hpp"
#include "base/result.hpp"
#include "base/time.hpp"
#include "model/event.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace ripcord::api {

// What callers send. Everything that is wrong is Fault::malformed, with a message for the caller.

constexpr std::size_t version_characters_max = 200;
constexpr std::size_t reason_bytes_max = 1000;

/// `{"version": …, "commit_time": …}`; the commit time may be left out.
[[nodiscard]] Result<StartDeployment> read_start(std::string_view body);

/// The reason of `{"reason": …}`, with control characters replaced by spaces.
[[nodiscard]] Result<std::string> read_reason(std::string_view body);

/// The name of `{"probe": …}`.
[[nodiscard]] Result<std::string> read_probe(std::string_view body);

/// `{}`, or nothing at all.
[[nodiscard]] Result<void> read_nothing(std::string_view body);

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
