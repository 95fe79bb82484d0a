#include "evidence/html.hpp"

#include "base/text.hpp"
#include "evidence/documents.hpp"

#include <boost/json/serialize.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <vector>

namespace ripcord::evidence::html {
namespace {

namespace json = boost::json;

constexpr int depth_max = 8;

void append_escaped(std::string& out, std::string_view line) {
  for (const char c : printable(line, line.size() * 3 + 1)) {
    switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += "&quot;";
        break;
      case '\'':
        out += "&#39;";
        break;
      default:
        out += c;
    }
  }
}

bool is_list_of_objects(const json::array& array) {
  return !array.empty() &&
         std::ranges::all_of(array, [](const json::value& item) { return item.is_object(); });
}

std::string nested(const json::value& value, int depth);

std::string object_table(const json::object& object, int depth) {
  std::string out = "<table class=\"facts\">\n";
  for (const auto& [key, value] : object) {
    out += fmt::format("<tr><th scope=\"row\">{}</th><td>{}</td></tr>\n", escaped(key),
                       nested(value, depth));
  }
  return out + "</table>\n";
}

std::string list_table(const json::array& array, int depth) {
  std::vector<std::string_view> keys;
  for (const json::value& item : array) {
    for (const auto& member : item.get_object()) {
      const std::string_view key = member.key();
      if (std::ranges::find(keys, key) == keys.end()) keys.push_back(key);
    }
  }
  std::string out = "<table>\n<tr>";
  for (const std::string_view key : keys) out += fmt::format("<th>{}</th>", escaped(key));
  out += "</tr>\n";
  for (const json::value& item : array) {
    out += "<tr>";
    for (const std::string_view key : keys) {
      const json::value* value = item.get_object().if_contains(key);
      out += fmt::format("<td>{}</td>", value == nullptr ? "" : nested(*value, depth));
    }
    out += "</tr>\n";
  }
  return out + "</table>\n";
}

std::string nested(const json::value& value, int depth) {
  if (depth >= depth_max) return escaped(json::serialize(value));
  if (const auto* object = value.if_object()) {
    return object->empty() ? "–" : object_table(*object, depth + 1);
  }
  const auto* array = value.if_array();
  if (array == nullptr) return escaped(in_words(value));
  if (is_list_of_objects(*array)) return list_table(*array, depth + 1);
  std::string out;
  for (const json::value& item : *array) {
    if (!out.empty()) out += "<br>";
    out += nested(item, depth + 1);
  }
  return out.empty() ? "–" : out;
}

/// What colours a line of a table: the state of a finding, the outcome of a sample.
std::string_view class_of(const json::object& row) {
  for (const std::string_view key : {"state", "outcome"}) {
    const std::string word = text_at(row, key);
    if (word == "tripped" || word == "bad") return "bad";
    if (word == "pending" || word == "unknown" || word == "no_data") return "doubtful";
  }
  return "";
}

/// Nothing that a file says can name a class but these.
std::string_view known_outcome(const std::string& outcome) {
  if (outcome == "good") return "good";
  return outcome == "bad" ? "bad" : "unknown";
}

std::string cell(const json::object& row, const Column& column) {
  const json::value* value = row.if_contains(column.key);
  return fmt::format("<td>{}</td>", value == nullptr ? "" : nested(*value, 0));
}

}  // namespace

std::string escaped(std::string_view text) {
  std::string out;
  bool is_first = true;
  for (const std::string_view line : split(text, '\n')) {
    if (!is_first) out += '\n';
    is_first = false;
    append_escaped(out, line);
  }
  return out;
}

std::string of(const json::value& value) {
  return nested(value, 0);
}

std::string table(const json::array& rows, std::initializer_list<Column> columns) {
  if (rows.empty()) return "";
  std::string out = "<table>\n<tr>";
  for (const Column& column : columns) {
    out += fmt::format("<th scope=\"col\">{}</th>", escaped(column.heading));
  }
  out += "</tr>\n";
  for (const json::value& item : rows) {
    const auto* row = item.if_object();
    if (row == nullptr) continue;
    out += fmt::format("<tr class=\"{}\">", class_of(*row));
    for (const Column& column : columns) out += cell(*row, column);
    out += "</tr>\n";
  }
  return out + "</table>\n";
}

std::string section(std::string_view heading, std::string_view content) {
  if (content.empty()) return "";
  return fmt::format("<section>\n<h2>{}</h2>\n{}</section>\n", escaped(heading), content);
}

std::string lines(std::string_view name, std::string_view text, bool is_open) {
  return fmt::format("<details{}><summary>{}</summary>\n<pre>{}</pre>\n</details>\n",
                     is_open ? " open" : "", escaped(name),
                     text.empty() ? "(nothing)" : escaped(text));
}

std::string strip(const json::array& samples) {
  constexpr double width = 6;
  constexpr double height = 40;
  double slowest = 0.001;
  for (const json::value& sample : samples) {
    if (const auto* told = sample.if_object()) {
      slowest = std::max(slowest, number_at(*told, "latency_seconds"));
    }
  }
  const double all = width * static_cast<double>(samples.size());
  std::string out = fmt::format(
      "<svg class=\"strip\" viewBox=\"0 0 {0:.0f} {1:.0f}\" width=\"{0:.0f}\" height=\"{1:.0f}\" "
      "role=\"img\" aria-label=\"{2}\">\n",
      std::max(all, width), height + 2,
      escaped(fmt::format("{}, the slowest {:.3f}s", plural(samples.size(), "sample"), slowest)));
  double x = 0;
  for (const json::value& sample : samples) {
    const auto* told = sample.if_object();
    if (told == nullptr) continue;
    const double share = number_at(*told, "latency_seconds") / slowest;
    const double bar = std::clamp(share * height, 3.0, height);
    const std::string_view kind = known_outcome(text_at(*told, "outcome"));
    out += fmt::format(
        "<rect class=\"{}\" x=\"{:.0f}\" y=\"{:.1f}\" width=\"4\" height=\"{:.1f}\"><title>{} {} "
        "{:.3f}s {}</title></rect>\n",
        kind, x + 1, height - bar + 1, bar, escaped(text_at(*told, "taken_at")), kind,
        number_at(*told, "latency_seconds"), escaped(text_at(*told, "reason")));
    x += width;
  }
  return out + "</svg>\n";
}

}  // namespace ripcord::evidence::html
