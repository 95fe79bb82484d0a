#include "config/read_http_target.hpp"

#include "net/http_text.hpp"
#include "net/url.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <utility>
#include <vector>

namespace ripcord::config {
namespace {

constexpr const char* credentials_directory = "CREDENTIALS_DIRECTORY";
constexpr std::array<std::string_view, 5> tls_keys{"ca_file", "client_cert_file", "client_key_file",
                                                   "server_name", "tls_version_min"};

/// A tab, a visible character or a byte above ASCII (RFC 9110, section 5.5): never CR or LF, which
/// would end the header.
bool is_field_byte(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return c == '\t' || (byte >= 0x20 && byte != 0x7F);
}

/// What is wrong with a header; empty when nothing is. Values may be secret: they are never shown.
std::string_view header_mistake(const NamedText& header) {
  constexpr std::array<std::string_view, 3> ours{"connection", "content-length",
                                                 "transfer-encoding"};
  const auto is_it = [&header](std::string_view name) { return net::same_name(header.name, name); };
  if (!net::is_token(header.name)) return "is not the name of a header";
  if (std::ranges::any_of(ours, is_it)) return "is set by ripcord itself";
  if (!std::ranges::all_of(header.text, is_field_byte)) {
    return "must not hold control characters, such as a line end";
  }
  return {};
}

std::vector<net::Header> read_headers(TableReader& table) {
  std::vector<net::Header> headers;
  for (NamedText& header : table.text_table("headers")) {
    const std::string_view mistake = header_mistake(header);
    if (!mistake.empty()) {
      table.note(joined("headers", header.name), header.place, std::string(mistake));
    }
    headers.push_back({std::move(header.name), std::move(header.text)});
  }
  return headers;
}

void read_url(TableReader& table, probe::HttpTarget& http) {
  table.require("url");
  http.url = table.text("url", "");
  if (!table.is_good({"url"})) return;
  if (auto parsed = net::parse_http_url(http.url)) {
    http.place = std::move(parsed->place);
    http.target = std::move(parsed->target);
  } else {
    table.note("url", parsed.error().message);
  }
}

void read_basic_auth(TableReader& table, probe::HttpCredentials& credentials, Mistakes& mistakes) {
  const auto from = table.table("basic_auth");
  if (!from) return;
  TableReader basic(*from, basic_auth_keys, mistakes);
  basic.require("username");
  basic.require("password_file");
  credentials.username = basic.text("username", "");
  if (credentials.username.contains(':')) {
    basic.note("username", "holds a colon, which ends the name (RFC 7617)");
  }
  credentials.password_file = read_file_path(basic, "password_file");
  basic.reject_unknown_keys();
  if (!basic.is_good()) table.note_below("basic_auth");
}

probe::HttpCredentials read_credentials(TableReader& table, const probe::HttpTarget& http,
                                        Mistakes& mistakes) {
  probe::HttpCredentials credentials;
  read_basic_auth(table, credentials, mistakes);
  credentials.bearer_token_file = read_file_path(table, "bearer_token_file");
  if (table.has("basic_auth") && table.has("bearer_token_file")) {
    table.note("bearer_token_file", "cannot be used together with basic_auth");
  }
  const auto stated = net::find_header(http.headers, "Authorization");
  if (stated && (table.has("basic_auth") || table.has("bearer_token_file"))) {
    table.note("headers", "hold an Authorization beside basic_auth or bearer_token_file");
  }
  return credentials;
}

}  // namespace

std::string read_file_path(TableReader& table, std::string_view key) {
  if (!table.has(key)) return {};
  const std::string written = table.text(key, "");
  if (!table.is_good({key})) return {};
  if (written.starts_with('/')) return written;
  const std::string variable = fmt::format("${{{}}}/", credentials_directory);
  if (!written.starts_with(variable)) {
    table.note(key, fmt::format("{} is not an absolute path, nor one below ${{{}}}",
                                in_quotes(written), credentials_directory));
    return {};
  }
  const char* directory = std::getenv(credentials_directory);  // NOLINT(concurrency-mt-unsafe)
  if (directory == nullptr) return written;
  return fmt::format("{}/{}", directory, std::string_view(written).substr(variable.size()));
}

net::TlsSettings read_tls(TableReader& table) {
  net::TlsSettings tls;
  tls.ca_file = read_file_path(table, "ca_file");
  tls.cert_file = read_file_path(table, "client_cert_file");
  tls.key_file = read_file_path(table, "client_key_file");
  tls.server_name = table.text("server_name", "");
  const std::string version = table.text("tls_version_min", "1.2");
  if (version == "1.3") {
    tls.version_min = net::TlsVersion::tls_1_3;
  } else if (version != "1.2") {
    table.note("tls_version_min",
               fmt::format(R"({} is neither "1.2" nor "1.3")", in_quotes(version)));
  }
  if (table.has("client_key_file") && !table.has("client_cert_file")) {
    table.note("client_key_file", "has no use without client_cert_file");
  }
  return tls;
}

void refuse_tls(TableReader& table, std::string_view why) {
  for (const std::string_view key : tls_keys) {
    if (table.has(key)) table.note(key, std::string(why));
  }
}

probe::HttpTarget read_http_target(TableReader& table, Mistakes& mistakes) {
  probe::HttpTarget http;
  read_url(table, http);
  http.headers = read_headers(table);
  net::TlsSettings tls = read_tls(table);
  if (http.place.tls) {
    http.place.tls = std::move(tls);
  } else if (table.is_good({"url"})) {
    refuse_tls(table, "has no use with a url that is not https");
  }
  http.credentials = read_credentials(table, http, mistakes);
  return http;
}

}  // namespace ripcord::config
