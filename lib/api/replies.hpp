#pragma once

#include "base/result.hpp"
#include "net/http_message.hpp"

#include <boost/json/value.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace ripcord::api {

/// An answer of the unix socket. Never kept by a cache.
[[nodiscard]] net::Reply json_reply(unsigned status, const boost::json::value& body);

/// `{"error": message}`. The message may have several lines.
[[nodiscard]] net::Reply error_reply(unsigned status, std::string_view message);

/// The status that tells a caller of `error`: 404 missing, 503 what may work later, 500 otherwise.
[[nodiscard]] net::Reply error_reply(const Error& error);

/// 404: `message`, and which of `known` may have been meant by `name`.
[[nodiscard]] net::Reply no_such(std::string message, std::string_view name,
                                 const std::vector<std::string>& known);

/// 400, with what is wrong with the request.
[[nodiscard]] net::Reply bad_request(const Error& error);
/// 405, with what would be allowed.
[[nodiscard]] net::Reply not_allowed(std::string_view method, std::string allowed);

/// Text for people and scrapes, as UTF-8.
[[nodiscard]] net::Reply text_reply(unsigned status, std::string body);

}  // namespace ripcord::api
