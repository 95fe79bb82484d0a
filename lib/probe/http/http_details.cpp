#include "base/text.hpp"
#include "net/http_text.hpp"
#include "probe/http/http_probe.hpp"
#include "probe/trace_details.hpp"

#include <boost/beast/http/status.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string>
#include <string_view>
#include <vector>

namespace ripcord::probe {
namespace {

constexpr std::size_t headers_shown = 50;
constexpr std::size_t value_bytes_max = 200;

/// Whether a header's value lets whoever reads it in: by its name, or by what its name says of it.
bool is_secret(std::string_view name) {
  constexpr std::array<std::string_view, 4> secret{"Set-Cookie", "Set-Cookie2", "Authorization",
                                                   "Proxy-Authorization"};
  if (std::ranges::any_of(secret, [name](auto one) { return net::same_name(one, name); })) {
    return true;
  }
  constexpr std::array<std::string_view, 4> telling{"token", "secret", "api-key", "password"};
  std::string lower(name);
  for (char& c : lower) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return std::ranges::any_of(telling, [&](std::string_view word) { return lower.contains(word); });
}

void append_headers(std::vector<Detail>& details, const std::vector<net::Header>& headers) {
  for (std::size_t i = 0; i < std::min(headers.size(), headers_shown); ++i) {
    const auto& [name, value] = headers[i];
    details.push_back({"header." + printable(name, value_bytes_max),
                       is_secret(name) ? "***" : printable(value, value_bytes_max)});
  }
  if (headers.size() > headers_shown) {
    details.push_back({"header", fmt::format("{} more", headers.size() - headers_shown)});
  }
}

}  // namespace

std::vector<Detail> HttpProbe::details() const {
  std::vector<Detail> details;
  details.push_back({"url", printable(settings_.http.url)});
  if (!seen_url_.empty()) details.push_back({"redirected to", printable(seen_url_)});
  append_trace(details, settings_.http.place, trace(), clock_.now());
  if (!seen_) return details;
  const auto status = static_cast<boost::beast::http::status>(seen_->status);
  const std::string_view meaning = boost::beast::http::obsolete_reason(status);
  details.push_back({"status", fmt::format("{} {}", seen_->status, meaning)});
  append_headers(details, seen_->headers);
  details.push_back({"body.bytes", fmt::format("{}", seen_bytes_)});
  if (!seen_->body.empty()) details.push_back({"body", printable(seen_->body)});
  return details;
}

}  // namespace ripcord::probe
