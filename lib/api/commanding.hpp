#pragma once

#include "api/backend.hpp"
#include "api/routes.hpp"
#include "net/http_message.hpp"

#include <boost/asio/awaitable.hpp>

#include <string>

namespace ripcord::api {

/// Does what a POST asks for, in the name of `by`. Pre: the call's operation is one of those that
/// do something, and `by` may. Borrows `backend`.
boost::asio::awaitable<net::Reply> command(Backend& backend, Call call, std::string by,
                                           net::Request request);

}  // namespace ripcord::api
