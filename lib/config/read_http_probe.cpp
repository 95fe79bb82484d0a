#include "base/text.hpp"
#include "config/probe_readers.hpp"
#include "net/http_message.hpp"
#include "probe/http_probe.hpp"
#include "probe/url.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

namespace ripcord::config {
namespace {

/// Whether all of `text` may stand in an HTTP token (RFC 9110, section 5.6.2); false when empty.
bool is_token(std::string_view text) {
  constexpr std::string_view others = "!#$%&'*+-.^_`|~";
  return !text.empty() && std::ranges::all_of(text, [&](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           others.contains(c);
  });
}

/// A tab, a visible character or a byte above ASCII (RFC 9110, section 5.5): never CR or LF, which
/// would end the header.
bool is_field_byte(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return c == '\t' || (byte >= 0x20 && byte != 0x7F);
}

std::string lower(std::string_view text) {
  std::string result(text);
  for (char& c : result) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return result;
}

/// What is wrong with a header; empty when nothing is. Values may be secret: they are never shown.
std::string_view header_mistake(const NamedText& header) {
  constexpr std::array<std::string_view, 3> ours{"connection", "content-length",
                                                 "transfer-encoding"};
  if (!is_token(header.name)) return "is not the name of a header";
  if (std::ranges::find(ours, lower(header.name)) != ours.end()) return "is set by ripcord itself";
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

/// Appends one status or range to `text`, and notes it when it is none.
void append_status(TableReader& table, const Node& node, std::string& text) {
  std::string part;
  if (const auto* written = std::get_if<std::string>(&node.value)) {
    part = *written;
  } else if (const auto* number = std::get_if<std::int64_t>(&node.value)) {
    part = std::to_string(*number);
  } else {
    table.note(
        "expect_status", node.place,
        fmt::format("expected a status such as 200 or \"200-299\", found {}", kind_of(node)));
    return;
  }
  if (const auto parsed = probe::StatusSet::parse(part); !parsed) {
    table.note("expect_status", node.place, parsed.error().message);
    return;
  }
  text += (text.empty() ? "" : ",") + part;
}

/// A status, a range, or a list of them.
probe::StatusSet read_status(TableReader& table) {
  std::string text;
  if (const Node* node = table.node("expect_status")) {
    if (const auto* list = std::get_if<List>(&node->value)) {
      for (const Node& item : list->items) append_status(table, item, text);
      if (list->items.empty()) table.note("expect_status", "is empty");
    } else {
      append_status(table, *node, text);
    }
  }
  return probe::StatusSet::parse(text.empty() ? "200-299" : text).value_or(probe::StatusSet());
}

void read_url(TableReader& table, probe::HttpProbeSettings& http) {
  table.require("url");
  http.url = table.text("url", "");
  if (!table.is_good({"url"})) return;
  if (auto parsed = probe::parse_http_url(http.url)) {
    http.place = std::move(parsed->place);
    http.target = std::move(parsed->target);
  } else {
    table.note("url", parsed.error().message);
  }
}

void read_body(TableReader& table, probe::HttpProbeSettings& http) {
  http.body_matches = table.text("expect_body", "");
  if (http.body_matches.empty()) return;
  if (const auto checked = probe::check_pattern(http.body_matches); !checked) {
    table.note("expect_body", checked.error().message);
  } else if (http.method == "HEAD") {
    table.note("expect_body", "an answer to HEAD has no body");
  }
}

}  // namespace

ReadProbe read_http_probe(const NamedTable& from, Mistakes& mistakes) {
  TableReader table(from, http_probe_keys, mistakes);
  const ProbeTiming timing = read_timing(table);
  probe::HttpProbeSettings http;
  http.timeout = timing.timeout;
  http.method = table.text("method", http.method);
  if (!is_token(http.method)) {
    table.note("method", fmt::format("{} is not an HTTP method", in_quotes(http.method)));
  }
  read_url(table, http);
  http.headers = read_headers(table);
  http.status = read_status(table);
  read_body(table, http);
  if (table.is_good()) {
    if (const auto checked = probe::check_request(http); !checked) {
      table.note("url", checked.error().message);
    }
  }
  table.reject_unknown_keys();
  return {.settings = {.name = from.name, .timing = timing},
          .kind = std::move(http),
          .from = from,
          .is_good = table.is_good() && is_name(from.name)};
}

}  // namespace ripcord::config
