#include "store/history_line.hpp"

#include "base/contract.hpp"
#include "base/text.hpp"
#include "store/rows.hpp"
#include "store/schema.hpp"

#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/parse_options.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/string.hpp>
#include <boost/json/value.hpp>
#include <boost/system/error_code.hpp>
#include <fmt/format.h>

#include <SQLiteCpp/Column.h>
#include <SQLiteCpp/Statement.h>
#include <algorithm>
#include <charconv>
#include <system_error>
#include <utility>

namespace ripcord::store {
namespace {

namespace json = boost::json;

/// Its numbers are texts in a line: Boost.JSON reads a decimal fraction only nearly.
constexpr std::string_view real_column = "traffic";
constexpr std::string_view format_name = "ripcord history";

std::vector<std::string> columns_of(std::string_view list) {
  std::vector<std::string> columns;
  for (const std::string_view part : split(list, ',')) {
    std::string column(trim(part));
    std::erase(column, '"');
    columns.push_back(std::move(column));
  }
  return columns;
}

std::unexpected<Error> malformed(std::string what) {
  return failure(Fault::malformed, std::move(what));
}

Result<json::object> parse_object(std::string_view text) {
  json::parse_options options;
  options.allow_invalid_utf8 = true;  // as in the journal: see journal_json.cpp
  boost::system::error_code error;
  json::value value = json::parse(text, error, {}, options);
  if (error || !value.is_object()) {
    return malformed(fmt::format("it is no JSON object: {}", printable(text, 60)));
  }
  return std::move(value.get_object());
}

json::value json_of(const LineValue& value) {
  struct ToJson {
    json::value operator()(std::monostate) const { return nullptr; }
    json::value operator()(std::int64_t number) const { return number; }
    json::value operator()(double number) const { return json::string(fmt::format("{}", number)); }
    json::value operator()(const std::string& text) const { return json::string(text); }
  };
  return std::visit(ToJson{}, value);
}

Result<LineValue> real_of(const std::string& text) {
  double number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) {
    return malformed(fmt::format("{:?} is no number", printable(text, 40)));
  }
  return number;
}

Result<LineValue> value_of(std::string_view column, const json::value& value) {
  if (value.is_null()) return LineValue{};
  if (value.is_int64()) return LineValue{value.get_int64()};
  if (!value.is_string()) return malformed("it is neither a text nor a whole number");
  std::string text(value.get_string());
  if (column == real_column) return real_of(text);
  return LineValue{std::move(text)};
}

}  // namespace

std::span<const LineKind> line_kinds() {
  static const std::vector<LineKind> kinds{
      {.word = "deployment", .table = "deployments", .columns = columns_of(deployment_columns)},
      {.word = "record", .table = "history", .columns = columns_of(record_columns)},
      {.word = "run",
       .table = "runs",
       .columns = columns_of(fmt::format("{}, {}", intent_columns, result_columns))}};
  return kinds;
}

const LineValue& HistoryLine::at(std::string_view column) const {
  const std::vector<std::string>& columns = line_kinds()[kind].columns;
  const auto place = std::ranges::find(columns, column);
  RIPCORD_CONTRACT(place != columns.end());
  return values.at(static_cast<std::size_t>(place - columns.begin()));
}

std::string HistoryLine::text(std::string_view column) const {
  const auto* found = std::get_if<std::string>(&at(column));
  return found == nullptr ? "" : *found;
}

std::string head_line() {
  return json::serialize(json::object{{"format", format_name}, {"schema", schema_version}});
}

Result<void> check_head_line(std::string_view line) {
  const Result<json::object> head = parse_object(line);
  const json::value* format = head ? head->if_contains("format") : nullptr;
  if (format == nullptr || *format != json::value(format_name)) {
    return malformed("this is no history that \"ripcord export\" has written");
  }
  const json::value* schema = head->if_contains("schema");
  if (schema == nullptr || *schema != json::value(schema_version)) {
    return malformed(fmt::format(
        "it has schema {}, this ripcord has {}: install the same version on both "
        "hosts, start ripcordd there once, and export again",
        schema == nullptr ? "none" : printable(json::serialize(*schema), 20), schema_version));
  }
  return {};
}

std::string to_text(const HistoryLine& line) {
  const LineKind& kind = line_kinds()[line.kind];
  json::object row;
  for (std::size_t i = 0; i < kind.columns.size(); ++i) {
    row[kind.columns[i]] = json_of(line.values.at(i));
  }
  return json::serialize(json::object{{kind.word, std::move(row)}});
}

Result<HistoryLine> parse_line(std::string_view text) {
  const Result<json::object> object = parse_object(text);
  if (!object) return std::unexpected(object.error());
  const std::span<const LineKind> kinds = line_kinds();
  const auto kind = std::ranges::find_if(
      kinds, [&](const LineKind& each) { return object->contains(each.word); });
  if (kind == kinds.end() || object->size() != 1 || !object->at(kind->word).is_object()) {
    return malformed("it is neither a deployment nor a record nor a run");
  }
  const json::object& row = object->at(kind->word).as_object();
  HistoryLine line{.kind = static_cast<std::size_t>(kind - kinds.begin()), .values = {}};
  for (const std::string& column : kind->columns) {
    const json::value* member = row.if_contains(column);
    if (member == nullptr) return malformed(fmt::format("member {:?} is missing", column));
    Result<LineValue> value = value_of(column, *member);
    if (!value) {
      return malformed(fmt::format("member {:?}: {}", column, value.error().message));
    }
    line.values.push_back(*std::move(value));
  }
  for (const auto& [key, unused] : row) {
    if (std::ranges::find(kind->columns, std::string_view(key)) == kind->columns.end()) {
      return malformed(fmt::format("unknown member {:?}", printable(key, 60)));
    }
  }
  return line;
}

HistoryLine read_line(std::size_t kind, SQLite::Statement& row) {
  HistoryLine line{.kind = kind, .values = {}};
  for (std::size_t i = 0; i < line_kinds()[kind].columns.size(); ++i) {
    const SQLite::Column column = row.getColumn(static_cast<int>(i));
    if (column.isNull()) {
      line.values.emplace_back();
    } else if (column.isInteger()) {
      line.values.emplace_back(column.getInt64());
    } else if (column.isFloat()) {
      line.values.emplace_back(column.getDouble());
    } else {
      line.values.emplace_back(column.getString());
    }
  }
  return line;
}

void bind(SQLite::Statement& statement, const HistoryLine& line) {
  int index = 0;
  for (const LineValue& value : line.values) {
    ++index;
    if (std::holds_alternative<std::monostate>(value)) {
      statement.bind(index);
    } else if (const auto* number = std::get_if<std::int64_t>(&value)) {
      statement.bind(index, *number);
    } else if (const auto* real = std::get_if<double>(&value)) {
      statement.bind(index, *real);
    } else {
      statement.bind(index, std::get<std::string>(value));
    }
  }
}

}  // namespace ripcord::store
