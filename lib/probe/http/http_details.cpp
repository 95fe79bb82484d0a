#include "base/text.hpp"
#include "probe/http/http_probe.hpp"
#include "probe/secrets.hpp"
#include "probe/trace_details.hpp"

#include <boost/beast/http/status.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

namespace ripcord::probe {
namespace {

constexpr std::size_t headers_shown = 50;
constexpr std::size_t value_bytes_max = 200;

void append_headers(std::vector<Detail>& details, const std::vector<net::Header>& headers) {
  for (std::size_t i = 0; i < std::min(headers.size(), headers_shown); ++i) {
    const auto& [name, value] = headers[i];
    details.push_back(
        {"header." + printable(name, value_bytes_max),
         names_secret(name) ? "***" : printable(without_secrets(value), value_bytes_max)});
  }
  if (headers.size() > headers_shown) {
    details.push_back({"header", fmt::format("{} more", headers.size() - headers_shown)});
  }
}

}  // namespace

std::vector<Detail> HttpProbe::details() const {
  std::vector<Detail> details;
  details.push_back({"url", printable(without_secrets(settings_->http.url))});
  if (redirection_) {
    details.push_back({"redirected to", printable(without_secrets(redirection_->url))});
  }
  append_trace(details, settings_->http.place, trace(), clock_.now());
  if (!seen_) return details;
  const net::Reply& reply = seen_->reply;
  const auto status = static_cast<boost::beast::http::status>(reply.status);
  const std::string_view meaning = boost::beast::http::obsolete_reason(status);
  details.push_back({"status", fmt::format("{} {}", reply.status, meaning)});
  append_headers(details, reply.headers);
  details.push_back({"body.bytes", fmt::format("{}", seen_->bytes)});
  if (!reply.body.empty()) details.push_back({"body", printable(without_secrets(reply.body))});
  return details;
}

}  // namespace ripcord::probe
