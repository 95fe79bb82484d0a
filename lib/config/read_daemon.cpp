#include "base/text.hpp"
#include "config/read_http_target.hpp"
#include "config/read_size.hpp"
#include "config/readers.hpp"
#include "net/url.hpp"

#include <fmt/format.h>

#include <arpa/inet.h>
#include <array>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <netinet/in.h>
#include <string>
#include <string_view>
#include <utility>

namespace ripcord::config {
namespace {

constexpr std::size_t socket_bytes_max = 107;  // sun_path holds 108 with its NUL (unix(7))

struct Listen {
  std::string host;
  std::uint16_t port = 0;
};

bool is_address(int family, const std::string& host) {
  std::array<unsigned char, sizeof(in6_addr)> bytes{};
  return ::inet_pton(family, host.c_str(), bytes.data()) == 1;
}

std::optional<std::uint16_t> parse_port(std::string_view text) {
  std::uint16_t port = 0;
  const char* const last = text.data() + text.size();
  const auto [end, error] = std::from_chars(text.data(), last, port);
  if (error != std::errc() || end != last) return std::nullopt;
  return port;
}

/// `127.0.0.1:80` or `[::1]:80`.
std::optional<Listen> parse_listen(std::string_view text) {
  const std::size_t colon = text.rfind(':');
  if (colon == std::string_view::npos) return std::nullopt;
  std::string_view host = text.substr(0, colon);
  const bool has_brackets = host.starts_with('[') && host.ends_with(']');
  if (has_brackets) host = host.substr(1, host.size() - 2);

  Listen listen{.host = std::string(host)};
  const std::optional<std::uint16_t> port = parse_port(text.substr(colon + 1));
  if (!port || !is_address(has_brackets ? AF_INET6 : AF_INET, listen.host)) return std::nullopt;
  listen.port = *port;
  return listen;
}

/// A reader of the table called `key`; of an empty one when it is not there.
TableReader open(TableReader& root, std::string_view key, const KeySet& keys, Mistakes& mistakes) {
  static const Table nothing;
  const NamedTable absent{std::string(key), std::string(key), {}, &nothing};
  return {root.table(key).value_or(absent), keys, mistakes};
}

/// Of the page, as people reach it; ends with a slash.
std::string read_external_url(TableReader& table) {
  std::string url = table.text("external_url", "");
  if (url.empty()) return url;
  const Result<net::HttpUrl> parsed = net::parse_http_url(url);
  const bool is_for_people = url.starts_with("http://") || url.starts_with("https://");
  if (!parsed || !is_for_people || url.contains('?')) {
    table.note("external_url",
               fmt::format("{} is not the URL of a page; write \"https://deploy.example.org/\"",
                           in_quotes(url)));
  }
  if (!url.ends_with('/')) url += '/';
  return url;
}

}  // namespace

runtime::DaemonSettings read_daemon(TableReader& root, Mistakes& mistakes) {
  TableReader table = open(root, "daemon", daemon_keys, mistakes);
  runtime::DaemonSettings daemon;
  daemon.state_dir = table.path("state_dir", daemon.state_dir);
  daemon.runtime_dir = table.path("runtime_dir", daemon.runtime_dir);
  table.reject_unknown_keys();
  return daemon;
}

evidence::Settings read_evidence(TableReader& root, Mistakes& mistakes) {
  using namespace std::chrono_literals;
  TableReader table = open(root, "evidence", evidence_keys, mistakes);
  evidence::Settings evidence;
  evidence.enabled = table.flag("enabled", evidence.enabled);
  evidence.max_time = table.duration("max_time", evidence.max_time, {.min = 100ms, .max = 5s});
  evidence.keep = table.count("keep", evidence.keep, {.min = 1, .max = 100'000});
  evidence.keep_bytes =
      read_size(table, "keep_bytes", evidence.keep_bytes, {.min = 1ULL << 20, .max = 1ULL << 40});
  table.reject_unknown_keys();
  return evidence;
}

runtime::ApiSettings read_api(TableReader& root, const runtime::DaemonSettings& daemon,
                              Mistakes& mistakes) {
  TableReader table = open(root, "api", api_keys, mistakes);
  runtime::ApiSettings api;
  const std::string listen = table.text("listen", fmt::format("{}:{}", api.host, api.port));
  if (auto parsed = parse_listen(listen)) {
    api.host = std::move(parsed->host);
    api.port = parsed->port;
  } else {
    table.note("listen", fmt::format("{} is not a numeric address and a port; write "
                                     "\"127.0.0.1:19478\" or \"[::1]:19478\"",
                                     in_quotes(listen)));
  }
  api.socket = table.path("socket", daemon.runtime_dir + "/control.sock");
  if (api.socket.size() > socket_bytes_max) {
    table.note("socket", fmt::format("{} is longer than {} bytes, the limit of the system",
                                     in_quotes(api.socket), socket_bytes_max));
  }
  api.group = table.text("group", "");
  if (!api.group.empty() && !is_name(api.group)) {
    table.note("group", fmt::format("{} is not the name of a group", in_quotes(api.group)));
  }
  api.tokens_file = read_file_path(table, "tokens_file");
  api.external_url = read_external_url(table);
  table.reject_unknown_keys();
  return api;
}

}  // namespace ripcord::config
