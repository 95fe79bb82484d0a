#include "net/http_text.hpp"

#include "base/text.hpp"

#include <boost/beast/http/status.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <iterator>

namespace ripcord::net {
namespace {

char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

bool is_token_character(char c) {
  constexpr std::string_view marks = "!#$%&'*+-.^_`|~";
  return (c >= '0' && c <= '9') || (lower(c) >= 'a' && lower(c) <= 'z') || marks.contains(c);
}

bool is_target(std::string_view text) {
  return !text.empty() && std::ranges::none_of(text, [](char c) {
    return static_cast<unsigned char>(c) <= ' ' || c == '\x7F';
  });
}

/// Headers that the framing itself writes; a handler's own would contradict it.
bool is_framing(std::string_view name) {
  constexpr std::array<std::string_view, 3> framing{"Content-Length", "Connection",
                                                    "Transfer-Encoding"};
  return std::ranges::any_of(framing, [name](auto other) { return same_name(name, other); });
}

/// A method whose requests have a meaning for a body: their length is stated even when it is 0.
bool expects_body(std::string_view method) {
  return method == "POST" || method == "PUT" || method == "PATCH";
}

void append_header(std::string& text, std::string_view name, std::string_view value) {
  fmt::format_to(std::back_inserter(text), "{}: {}\r\n", name, value);
}

}  // namespace

bool same_name(std::string_view a, std::string_view b) {
  return std::ranges::equal(a, b, {}, lower, lower);
}

bool is_token(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, is_token_character);
}

bool is_sendable(const Header& header) {
  constexpr std::string_view breaks("\r\n\0", 3);
  return is_token(header.name) && header.value.find_first_of(breaks) == std::string::npos;
}

Result<void> check_sendable(const Request& request) {
  if (!is_token(request.method)) {
    return failure(Fault::malformed,
                   fmt::format("\"{}\" is not an HTTP method", printable(request.method, 40)));
  }
  if (!is_target(request.target)) {
    return failure(Fault::malformed, fmt::format("\"{}\" cannot be asked for over HTTP",
                                                 printable(request.target, 100)));
  }
  for (const Header& header : request.headers) {
    if (!is_sendable(header) || same_name(header.name, "Transfer-Encoding")) {
      return failure(Fault::malformed,
                     fmt::format("the header \"{}\" cannot be sent", printable(header.name, 60)));
    }
  }
  const auto length = find_header(request.headers, "Content-Length");
  if (length && *length != std::to_string(request.body.size())) {
    return failure(Fault::malformed, fmt::format("Content-Length {} with a body of {} bytes",
                                                 printable(*length, 20), request.body.size()));
  }
  return {};
}

Result<std::string> to_wire(const Request& request, std::string_view host) {
  const Result<void> checked = check_sendable(request);
  if (!checked) return std::unexpected(checked.error());

  std::string text = fmt::format("{} {} HTTP/1.1\r\n", request.method, request.target);
  const auto has = [&request](std::string_view name) {
    return find_header(request.headers, name).has_value();
  };
  if (!has("Host")) append_header(text, "Host", host);
  if (!has("User-Agent")) append_header(text, "User-Agent", "ripcord");
  const bool states_length = !request.body.empty() || expects_body(request.method);
  if (states_length && !has("Content-Length")) {
    append_header(text, "Content-Length", std::to_string(request.body.size()));
  }
  for (const Header& header : request.headers) append_header(text, header.name, header.value);
  text += "\r\n";
  text += request.body;
  return text;
}

std::string to_wire(const Reply& reply, ReplyForm form) {
  if (!std::ranges::all_of(reply.headers, is_sendable)) {
    return to_wire(Reply{.status = 500, .headers = {}, .body = {}}, form);
  }
  const auto status = static_cast<boost::beast::http::status>(reply.status);
  const std::string_view reason = boost::beast::http::obsolete_reason(status);
  std::string text = fmt::format("HTTP/1.1 {} {}\r\n", reply.status, reason);
  for (const Header& header : reply.headers) {
    if (!is_framing(header.name)) append_header(text, header.name, header.value);
  }
  append_header(text, "Connection", form.keep_alive && form.has_end ? "keep-alive" : "close");
  const bool may_have_body = reply.status != 204 && reply.status != 304 && form.has_end;
  if (may_have_body) append_header(text, "Content-Length", std::to_string(reply.body.size()));
  text += "\r\n";
  if (may_have_body && !form.head) text += reply.body;
  return text;
}

}  // namespace ripcord::net
