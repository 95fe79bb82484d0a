#pragma once

#include "api/backend.hpp"
#include "api/routes.hpp"
#include "net/http_message.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/json/object.hpp>

#include <string>

namespace ripcord::api {

// Who is told, and of what not for a while.

[[nodiscard]] boost::json::object to_json(const Silence& silence);
[[nodiscard]] boost::json::object to_json(const ReceiverView& receiver);
[[nodiscard]] boost::json::object to_json(const ReceiverTest& test);

/// `{"silences"}`.
[[nodiscard]] net::Reply list_silences(Backend& backend, const Call& call);
/// `{"receivers"}`.
[[nodiscard]] net::Reply list_receivers(Backend& backend, const Call& call);

/// Of `{"for": "2h", "reason": …}`, and optionally `trigger`. Borrows `backend`.
boost::asio::awaitable<net::Reply> begin_silence(Backend& backend, std::string service,
                                                 std::string by, std::string body);
/// `number` is text, as it stands in the path. Borrows `backend`.
boost::asio::awaitable<net::Reply> end_silence(Backend& backend, std::string number, std::string by,
                                               std::string body);
/// Borrows `backend`.
boost::asio::awaitable<net::Reply> test_receiver(Backend& backend, std::string receiver,
                                                 std::string by, std::string body);

}  // namespace ripcord::api
