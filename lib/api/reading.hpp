#pragma once

#include "api/backend.hpp"
#include "api/routes.hpp"
#include "net/http_message.hpp"

#include <boost/asio/awaitable.hpp>

#include <cstdint>
#include <string_view>

namespace ripcord::api {

/// To whom something is told.
enum class Audience : std::uint8_t {
  trusted,
  anybody,  ///< hears of no person, and no output of steps
};

/// Answers what only reads. Pre: the call's operation is one of those. Borrows `backend`.
boost::asio::awaitable<net::Reply> read(Backend& backend, Call call, Audience audience);

/// Null when there is none of this name. Borrows `snapshot`.
[[nodiscard]] const engine::ServiceSnapshot* find_service(const engine::Snapshot& snapshot,
                                                          std::string_view name);
/// 404, with the name that may have been meant.
[[nodiscard]] net::Reply no_such_service(const engine::Snapshot& snapshot, std::string_view name);

}  // namespace ripcord::api
