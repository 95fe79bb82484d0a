#include "api/replies.hpp"

#include "api/json.hpp"
#include "base/text.hpp"

#include <boost/json/object.hpp>
#include <boost/json/string.hpp>
#include <fmt/format.h>

#include <utility>

namespace ripcord::api {
namespace {

/// Busy, full and read-only pass: the same request may be granted later.
unsigned status_of(Fault fault) {
  switch (fault) {
    case Fault::missing:
      return 404;
    case Fault::busy:
    case Fault::full:
    case Fault::denied:
    case Fault::timeout:
      return 503;
    default:
      return 500;
  }
}

}  // namespace

net::Reply json_reply(unsigned status, const boost::json::value& body) {
  return {.status = status,
          .headers = {{"Content-Type", "application/json; charset=utf-8"},
                      {"Cache-Control", "no-store"},
                      {"X-Content-Type-Options", "nosniff"}},
          .body = to_text(body) + "\n"};
}

net::Reply error_reply(unsigned status, std::string_view message) {
  net::Reply reply = json_reply(
      status, boost::json::object{{"error", boost::json::string(printable_lines(message))}});
  if (status == 503) reply.headers.push_back({"Retry-After", "5"});
  return reply;
}

net::Reply error_reply(const Error& error) {
  return error_reply(status_of(error.fault), error.message);
}

net::Reply no_such(std::string message, std::string_view name,
                   const std::vector<std::string>& known) {
  const std::string meant = nearest(name.substr(0, 100), known);
  if (!meant.empty()) message += fmt::format("; did you mean {}?", meant);
  return error_reply(404, message);
}

net::Reply bad_request(const Error& error) {
  return error_reply(400, error.message);
}

net::Reply not_allowed(std::string_view method, std::string allowed) {
  net::Reply reply = error_reply(
      405, fmt::format("{} is not possible here; allowed: {}", printable(method, 20), allowed));
  reply.headers.push_back({"Allow", std::move(allowed)});
  return reply;
}

net::Reply text_reply(unsigned status, std::string body) {
  return {.status = status,
          .headers = {{"Content-Type", "text/plain; charset=utf-8"},
                      {"Cache-Control", "no-store"},
                      {"X-Content-Type-Options", "nosniff"}},
          .body = std::move(body)};
}

}  // namespace ripcord::api
