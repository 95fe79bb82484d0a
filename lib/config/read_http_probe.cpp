#include "base/text.hpp"
#include "config/probe_readers.hpp"
#include "config/read_http_target.hpp"
#include "config/read_size.hpp"
#include "net/http_text.hpp"
#include "probe/http/http_probe.hpp"

#include <fmt/format.h>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace ripcord::config {
namespace {

constexpr Range<std::uint64_t> body_max_range{1, 4UL * 1024 * 1024};
constexpr Range<std::uint32_t> redirects_range{0, 20};

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

/// `{ null = true }`: TOML has no null of its own.
bool is_null(const Node& node) {
  const auto* table = std::get_if<Table>(&node.value);
  if (table == nullptr || table->entries.size() != 1) return false;
  const Entry* entry = table->find("null");
  const auto* flag = entry == nullptr ? nullptr : std::get_if<bool>(&entry->node.value);
  return flag != nullptr && *flag;
}

bool read_scalar(const Node& node, probe::JsonScalar& scalar) {
  if (const auto* text = std::get_if<std::string>(&node.value)) {
    scalar = *text;
  } else if (const auto* whole = std::get_if<std::int64_t>(&node.value)) {
    scalar = *whole;
  } else if (const auto* number = std::get_if<double>(&node.value)) {
    scalar = *number;
  } else if (const auto* flag = std::get_if<bool>(&node.value)) {
    scalar = *flag;
  } else if (is_null(node)) {
    scalar = nullptr;
  } else {
    return false;
  }
  return true;
}

std::vector<probe::JsonCondition> read_json(TableReader& table) {
  std::vector<probe::JsonCondition> conditions;
  const Node* node = table.node("expect_json");
  if (node == nullptr) return conditions;
  const auto* entries = std::get_if<Table>(&node->value);
  if (entries == nullptr) {
    table.note("expect_json", fmt::format("expected a table such as {{ \"/status\" = \"ok\" }}, "
                                          "found {}",
                                          kind_of(*node)));
    return conditions;
  }
  for (const Entry& entry : entries->entries) {
    probe::JsonCondition condition{.pointer = entry.key, .expected = {}};
    if (const auto checked = probe::check_pointer(entry.key); !checked) {
      table.note("expect_json", entry.place, checked.error().message);
    } else if (!read_scalar(entry.node, condition.expected)) {
      table.note(
          joined("expect_json", entry.key), entry.node.place,
          fmt::format("expected a text, a number, true, false or {{ null = true }}, found {}",
                      kind_of(entry.node)));
      table.note_below("expect_json");
    }
    conditions.push_back(std::move(condition));
  }
  return conditions;
}

void read_expected_body(TableReader& table, probe::HttpProbeSettings& http) {
  http.body_matches = table.text("expect_body", "");
  http.json = read_json(table);
  if (!http.body_matches.empty()) {
    if (const auto checked = probe::check_pattern(http.body_matches); !checked) {
      table.note("expect_body", checked.error().message);
    }
  }
  if (http.method != "HEAD") return;
  for (const std::string_view key : {"expect_body", "expect_json"}) {
    if (table.has(key)) table.note(key, "an answer to HEAD has no body");
  }
}

void read_request(TableReader& table, probe::HttpProbeSettings& http) {
  http.method = table.text("method", http.method);
  if (!net::is_token(http.method)) {
    table.note("method", fmt::format("{} is not an HTTP method", in_quotes(http.method)));
  }
  if (const Node* body = table.node("body")) {
    if (const auto* text = std::get_if<std::string>(&body->value)) {
      http.body.text = *text;
    } else {
      table.note("body", fmt::format("expected a text, found {}", kind_of(*body)));
    }
  }
  http.body.file = read_file_path(table, "body_file");
  if (table.has("body") && table.has("body_file")) {
    table.note("body_file", "cannot be used together with body");
  }
  for (const std::string_view key : {"body", "body_file"}) {
    const bool is_odd = http.method == "GET" || http.method == "HEAD";
    if (table.has(key) && is_odd) {
      table.note(key, fmt::format("has no meaning with {}; set method", http.method));
    }
  }
}

}  // namespace

ReadProbe read_http_probe(const NamedTable& from, Mistakes& mistakes) {
  TableReader table(from, http_probe_keys, mistakes);
  const ProbeTiming timing = read_timing(table);
  probe::HttpProbeSettings http;
  http.timeout = timing.timeout;
  http.http = read_http_target(table, mistakes);
  read_request(table, http);
  http.status = read_status(table);
  read_expected_body(table, http);
  http.body_max =
      static_cast<std::uint32_t>(read_size(table, "body_max", http.body_max, body_max_range));
  http.redirects_max = table.count("follow_redirects", http.redirects_max, redirects_range);
  if (!table.flag("keep_alive", true)) http.http.headers.push_back({"Connection", "close"});
  if (table.is_good()) {
    if (const auto checked = probe::check_request(http); !checked) {
      table.note("url", checked.error().message);
    }
  }
  table.reject_unknown_keys();
  Vocabulary vocabulary = vocabulary_of(http);
  return {.settings = {.name = from.name, .timing = timing, .vocabulary = std::move(vocabulary)},
          .kind = Shared(std::move(http)),
          .from = from,
          .is_good = table.is_good() && is_name(from.name)};
}

}  // namespace ripcord::config
