#include "net/url.hpp"

#include "base/text.hpp"

#include <boost/url/parse.hpp>
#include <boost/url/scheme.hpp>
#include <boost/url/url_view.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <utility>

namespace urls = boost::urls;

namespace ripcord::net {
namespace {

constexpr std::uint16_t https_port = 443;

std::unexpected<Error> wrong(std::string_view text, std::string_view why) {
  return failure(Fault::malformed, fmt::format("\"{}\" {}", printable(text, 200), why));
}

bool is_host_name(std::string_view text) {
  return !text.empty() && text.size() <= 253 && std::ranges::all_of(text, [](char c) {
    const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    return letter || (c >= '0' && c <= '9') || c == '.' || c == '-' || c == '_';
  });
}

/// An empty port ("http://a:/") is the usual one (RFC 3986, 3.2.3).
bool states_port(const urls::url_view& url) {
  return !url.port().empty();
}

/// Boost.URL 1.81 takes the "x" of "http://a:80x" for a path.
bool is_path(std::string_view path) {
  return path.empty() || path.starts_with('/');
}

/// What makes a well-formed URL one that is not asked; empty when nothing does.
std::string_view objection(const urls::url_view& url) {
  const bool is_known =
      url.scheme_id() == urls::scheme::http || url.scheme_id() == urls::scheme::https;
  if (!is_known || !url.has_authority()) return "must begin with http://, https:// or unix:/";
  if (url.has_userinfo()) return "holds a user name; write it under basic_auth";
  if (url.has_fragment()) return "has a fragment (#…), which is never sent to a server";
  if (states_port(url) && url.port_number() == 0) return "has a port outside 1 to 65535";
  if (url.host_type() == urls::host_type::ipvfuture) return "has a host that is not an address";
  if (url.host_type() == urls::host_type::name && !is_host_name(url.encoded_host())) {
    return "has no host name that could be looked up";
  }
  return {};
}

Result<HttpUrl> parse_unix(std::string_view text) {
  const std::string_view rest = text.substr(std::string_view("unix:").size());
  const std::size_t colon = rest.find(":/");
  const std::string_view path = rest.substr(0, colon);
  if (!path.starts_with('/')) return wrong(text, "must name a socket by its absolute path");
  if (path.size() > unix_path_max) {
    return wrong(text, fmt::format("names a socket by more than {} bytes", unix_path_max));
  }
  if (path.contains('\0')) return wrong(text, "holds a NUL");
  HttpUrl url{.place = {.host = {}, .unix_path = std::string(path)}};
  if (colon == std::string_view::npos) return url;

  const std::string_view target = rest.substr(colon + 1);
  if (!urls::parse_origin_form(target)) return wrong(text, "has a path that is not a URL's");
  url.target = std::string(target);
  return url;
}

}  // namespace

Result<HttpUrl> parse_http_url(std::string_view text) {
  if (text.starts_with("unix:")) return parse_unix(text);

  const auto parsed = urls::parse_uri(text);
  if (!parsed || (parsed->has_authority() && !is_path(parsed->encoded_path()))) {
    return wrong(text, "is not a URL; write it as \"http://host:port/path\"");
  }
  const std::string_view why_not = objection(*parsed);
  if (!why_not.empty()) return wrong(text, why_not);

  HttpUrl url{.place = {.host = parsed->host_address(), .unix_path = {}}};
  if (parsed->scheme_id() == urls::scheme::https) {
    url.place.tls.emplace();
    url.place.port = https_port;
  }
  if (states_port(*parsed)) url.place.port = parsed->port_number();
  url.target = std::string(std::string_view(parsed->encoded_target()));
  if (!url.target.starts_with('/')) url.target.insert(0, "/");
  return url;
}

}  // namespace ripcord::net
