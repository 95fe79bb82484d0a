#include "probe/http/redirect.hpp"

#include "base/text.hpp"
#include "net/url.hpp"
#include "probe/secrets.hpp"

#include <boost/url/parse.hpp>
#include <boost/url/url.hpp>
#include <boost/url/url_view.hpp>
#include <fmt/format.h>

#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace urls = boost::urls;

namespace ripcord::probe {
namespace {

constexpr std::size_t location_bytes_max = 4096;
constexpr std::size_t shown_bytes_max = 200;

std::unexpected<Error> cannot_follow(const HttpTarget& from, std::string_view location,
                                     std::string_view why) {
  return failure(Fault::malformed,
                 fmt::format("{} redirects to \"{}\", {}",
                             printable(without_secrets(from.url), shown_bytes_max),
                             printable(without_secrets(location), shown_bytes_max), why));
}

/// `location` as a whole URL, without its fragment. A unix socket has no URL of its own: what
/// stands for it is never connected to.
std::optional<std::string> absolute(const HttpTarget& from, std::string_view location) {
  const bool is_unix = !from.place.unix_path.empty();
  const std::string here = is_unix ? "http://localhost" + from.target : from.url;
  const auto base = urls::parse_uri(here);
  const auto reference = urls::parse_uri_reference(location);
  if (!base || !reference) return std::nullopt;
  urls::url resolved;
  if (!urls::resolve(*base, *reference, resolved)) return std::nullopt;
  resolved.remove_fragment();
  return std::string(std::string_view(resolved.buffer()));
}

bool has_scheme_of(const HttpTarget& from, const net::HttpUrl& url) {
  return from.place.tls.has_value() == url.place.tls.has_value() && url.place.unix_path.empty();
}

/// A redirect of a POST is followed by a GET, as every client does (RFC 9110, 15.4).
bool becomes_get(unsigned status, std::string_view method) {
  return (status == 303 && method != "HEAD") ||
         ((status == 301 || status == 302) && method == "POST");
}

/// Whether `url`, which `location` led to, is where `from` is.
bool is_same_place(const HttpTarget& from, const net::HttpUrl& url, bool has_authority) {
  if (!from.place.unix_path.empty()) return !has_authority;
  return from.place.host == url.place.host && from.place.port == url.place.port;
}

bool has_authority(std::string_view location) {
  const auto reference = urls::parse_uri_reference(location);
  return reference && reference->has_authority();
}

/// `request` for another host: without anything that is only the first one's business.
net::Request for_strangers(const net::Request& request) {
  net::Request stripped{.method = request.method, .target = "/", .headers = {}, .body = {}};
  for (const std::string_view name : {"Accept", "Accept-Language", "User-Agent"}) {
    const auto value = net::find_header(request.headers, name);
    if (value) stripped.headers.push_back({std::string(name), std::string(*value)});
  }
  return stripped;
}

/// The place of a stranger, whose certificate is checked against the same authorities.
net::Place strange_place(const HttpTarget& from, net::Place place) {
  if (from.place.tls) {
    place.tls = net::TlsSettings{.ca_file = from.place.tls->ca_file,
                                 .version_min = from.place.tls->version_min};
  }
  place.no_link_local = true;
  return place;
}

}  // namespace

bool is_redirect(unsigned status) {
  return status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
}

Result<Redirected> redirected(const HttpTarget& from, const net::Request& request,
                              const net::Reply& reply) {
  const std::string_view location = net::find_header(reply.headers, "Location").value_or("");
  if (location.empty() || location.size() > location_bytes_max) {
    return cannot_follow(from, location, "which is no address");
  }
  const std::optional<std::string> text = absolute(from, location);
  if (!text) return cannot_follow(from, location, "which is no address");
  const Result<net::HttpUrl> url = net::parse_http_url(*text);
  if (!url || !has_scheme_of(from, *url)) {
    return cannot_follow(from, location, "which is not followed: another scheme");
  }

  const bool same_place = is_same_place(from, *url, has_authority(location));
  if (!same_place && !from.place.unix_path.empty()) {
    return cannot_follow(from, location, "which is not followed: away from a unix socket");
  }
  Redirected next{.to = from, .request = request, .same_place = same_place};
  if (becomes_get(reply.status, request.method)) {
    next.request.method = "GET";
    next.request.body.clear();
  }
  if (!same_place) {
    if (!next.request.body.empty()) {
      return cannot_follow(from, location, "which is not followed: with a body, to another host");
    }
    next.request = for_strangers(next.request);
    next.to = {.place = strange_place(from, url->place)};
  }
  next.to.url = *text;
  next.to.target = url->target;
  next.request.target = url->target;
  return next;
}

}  // namespace ripcord::probe
