#include "api/routes.hpp"

#include "api/replies.hpp"
#include "base/text.hpp"

#include <boost/url/parse.hpp>
#include <boost/url/url_view.hpp>
#include <fmt/format.h>

#include <array>
#include <cstddef>
#include <optional>

namespace ripcord::api {
namespace {

constexpr std::array<Route, 27> routes{{
    {"GET", "/api/v1/status", Operation::status},
    {"GET", "/api/v1/services/{service}", Operation::service},
    {"POST", "/api/v1/services/{service}/deployments", Operation::start},
    {"POST", "/api/v1/services/{service}/finish", Operation::finish},
    {"POST", "/api/v1/services/{service}/fail", Operation::fail},
    {"POST", "/api/v1/services/{service}/promote", Operation::promote},
    {"POST", "/api/v1/services/{service}/hold", Operation::hold},
    {"POST", "/api/v1/services/{service}/resume", Operation::resume},
    {"POST", "/api/v1/services/{service}/rollback", Operation::roll_back},
    {"POST", "/api/v1/services/{service}/abort", Operation::abort},
    {"POST", "/api/v1/services/{service}/gate", Operation::gate},
    {"POST", "/api/v1/services/{service}/signals", Operation::signal},
    {"POST", "/api/v1/services/{service}/probe", Operation::probe},
    {"GET", "/api/v1/deployments", Operation::deployments},
    {"GET", "/api/v1/deployments/{deployment}", Operation::deployment},
    {"GET", "/api/v1/deployments/{deployment}/explain", Operation::explanation},
    {"GET", "/api/v1/deployments/{deployment}/evidence", Operation::evidence},
    {"GET", "/api/v1/deployments/{deployment}/evidence/{file}", Operation::evidence_file},
    {"GET", "/api/v1/dora", Operation::dora},
    {"GET", "/api/v1/silences", Operation::silences},
    {"POST", "/api/v1/services/{service}/silences", Operation::silence},
    {"POST", "/api/v1/silences/{number}/end", Operation::end_silence},
    {"GET", "/api/v1/receivers", Operation::receivers},
    {"POST", "/api/v1/receivers/{receiver}/test", Operation::test_receiver},
    {"POST", "/api/v1/alerts", Operation::alerts},
    {"GET", "/api/v1/events", Operation::events},
    {"POST", "/api/v1/reload", Operation::reload},
}};

constexpr std::array<std::string_view, 4> public_table{"/", "/metrics", "/-/healthy", "/-/ready"};

/// What stands at each of the braces of `pattern` when `segments` fit it.
std::optional<std::vector<std::string>> fit(std::string_view pattern,
                                            const std::vector<std::string>& segments) {
  const std::vector<std::string_view> parts = split(pattern.substr(1), '/');
  if (parts.size() != segments.size()) return std::nullopt;
  std::vector<std::string> names;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    if (parts[i].starts_with('{')) {
      if (segments[i].empty()) return std::nullopt;
      names.push_back(segments[i]);
    } else if (parts[i] != segments[i]) {
      return std::nullopt;
    }
  }
  return names;
}

/// `"GET, HEAD"`: every method of the table that fits `segments`.
std::string allowed(const std::vector<std::string>& segments) {
  std::string methods;
  for (const Route& route : routes) {
    if (!fit(route.path, segments)) continue;
    if (!methods.empty()) methods += ", ";
    methods += route.method == "GET" ? "GET, HEAD" : route.method;
  }
  return methods;
}

}  // namespace

std::span<const Route> control_routes() {
  return routes;
}

std::span<const std::string_view> public_paths() {
  return public_table;
}

std::expected<Call, net::Reply> find_route(const net::Request& request) {
  const auto url = boost::urls::parse_origin_form(request.target);
  if (!url) {
    return std::unexpected(
        error_reply(400, fmt::format("{:?} is not a path", printable(request.target, 100))));
  }
  std::vector<std::string> segments;
  for (std::string segment : url->segments()) segments.push_back(std::move(segment));

  const std::string_view method =
      request.method == "HEAD" ? "GET" : std::string_view(request.method);
  for (const Route& route : routes) {
    std::optional<std::vector<std::string>> names = fit(route.path, segments);
    if (!names || route.method != method) continue;
    names->resize(2);
    Call call{.operation = route.operation,
              .only_reads = route.method == "GET",
              .name = std::move(names->front()),
              .file = std::move(names->back()),
              .query = {}};
    for (const auto& parameter : url->params()) {
      call.query.push_back({.name = parameter.key, .value = parameter.value});
    }
    return call;
  }
  std::string methods = allowed(segments);
  if (!methods.empty()) return std::unexpected(not_allowed(request.method, std::move(methods)));
  return std::unexpected(error_reply(
      404, fmt::format("there is nothing at {}", printable(path_of(request.target), 100))));
}

std::string_view path_of(std::string_view target) {
  return target.substr(0, target.find('?'));
}

}  // namespace ripcord::api
