#pragma once

#include "api/control_api.hpp"
#include "net/http_message.hpp"

#include <optional>
#include <string>

namespace ripcord::api {

/// True for root, the daemon's own user and the members of the group. Nobody without credentials.
[[nodiscard]] bool is_authorised(const Authority& authority, const std::optional<net::Peer>& peer);

/// `"uid 1000 (ana)"`, or `"uid 1000"` when the system knows no name. Asks the user database.
[[nodiscard]] std::string name_of(const net::Peer& peer);

/// What somebody who is not authorised can do about it. Asks the user database.
[[nodiscard]] std::string explain_refusal(const Authority& authority,
                                          const std::optional<net::Peer>& peer);

}  // namespace ripcord::api
