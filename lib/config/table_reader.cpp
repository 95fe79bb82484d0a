#include "config/table_reader.hpp"

#include "base/contract.hpp"
#include "base/text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <utility>
#include <variant>

namespace ripcord::config {
namespace {

constexpr std::size_t line_bytes_max = 4096;
constexpr std::size_t suggested_bytes_max = 64;  // bounds the cost of nearest()

constexpr KeySet type_keys{.table = "", .type = "", .keys = {"type"}, .tables = {}};

std::vector<std::string> candidates_of(std::initializer_list<const Words*> sets) {
  std::vector<std::string> candidates;
  for (const Words* words : sets) {
    for (const std::string_view word : *words) {
      if (!word.empty()) candidates.emplace_back(word);
    }
  }
  return candidates;
}

/// `message; did you mean "x"?`, when something is near.
std::string with_suggestion(std::string message, std::string_view word,
                            const std::vector<std::string>& candidates) {
  const std::string near =
      word.size() > suggested_bytes_max ? std::string() : nearest(word, candidates);
  return near.empty() ? message : fmt::format("{}; did you mean \"{}\"?", message, near);
}

std::string unexpected_kind(std::string_view expected, const Node& node) {
  return fmt::format("expected {}, found {}", expected, kind_of(node));
}

/// A decimal number that is all of `text`.
std::optional<double> parse_number(std::string_view text) {
  double number = 0;
  const char* const last = text.data() + text.size();
  const auto [end, error] = std::from_chars(text.data(), last, number, std::chars_format::fixed);
  if (error != std::errc() || end != last) return std::nullopt;
  return number;
}

std::optional<double> number_in(const Node& node) {
  if (const auto* number = std::get_if<double>(&node.value)) return *number;
  const auto* whole = std::get_if<std::int64_t>(&node.value);
  return whole == nullptr ? std::nullopt : std::optional(static_cast<double>(*whole));
}

std::optional<double> ratio_in(const Node& node) {
  if (const auto number = number_in(node)) return number;
  const auto* written = std::get_if<std::string>(&node.value);
  if (written == nullptr || !written->ends_with('%')) return std::nullopt;
  const auto percent = parse_number(std::string_view(*written).substr(0, written->size() - 1));
  return percent ? std::optional(*percent / 100) : std::nullopt;
}

std::optional<double> quantile_in(const Node& node) {
  if (const auto number = number_in(node)) return number;
  const auto* written = std::get_if<std::string>(&node.value);
  if (written == nullptr) return std::nullopt;
  std::string_view digits = *written;
  const bool is_percentile = digits.starts_with('p');
  if (is_percentile != digits.ends_with('%')) {
    digits = is_percentile ? digits.substr(1) : digits.substr(0, digits.size() - 1);
    if (const auto percent = parse_number(digits)) return *percent / 100;
  }
  return std::nullopt;
}

bool is_control(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return byte < 0x20 || byte == 0x7F;
}

constexpr std::string_view nul_message = "must not hold a NUL character";

}  // namespace

TableReader::TableReader(NamedTable from, const KeySet& keys, Mistakes& mistakes)
    : from_(std::move(from)), keys_(keys), mistakes_(mistakes) {
  RIPCORD_CONTRACT(from_.table != nullptr);
}

const Node* TableReader::node(std::string_view key) {
  RIPCORD_CONTRACT(holds(keys_.keys, key) || holds(keys_.tables, key));
  const Entry* entry = from_.table->find(key);
  return entry == nullptr ? nullptr : &entry->node;
}

template <class T>
const T* TableReader::get(std::string_view key, std::string_view expected) {
  const Node* found = node(key);
  if (found == nullptr) return nullptr;
  const T* value = std::get_if<T>(&found->value);
  if (value == nullptr) note(key, unexpected_kind(expected, *found));
  return value;
}

Duration TableReader::duration(std::string_view key, Duration fallback, Range<Duration> range) {
  const auto* written = get<std::string>(key, "a duration such as \"5s\"");
  if (written == nullptr) return fallback;
  const Result<Duration> parsed = parse_duration(*written);
  if (!parsed) {
    note(key, parsed.error().message);
  } else if (*parsed < range.min || *parsed > range.max) {
    note(key, fmt::format("{} is outside [{}, {}]", ripcord::to_string(*parsed),
                          ripcord::to_string(range.min), ripcord::to_string(range.max)));
  } else {
    return *parsed;
  }
  return fallback;
}

std::optional<std::string> TableReader::one_line(std::string_view key) {
  const auto* written = get<std::string>(key, "a text");
  if (written == nullptr) return std::nullopt;
  if (written->empty()) {
    note(key, "is empty");
  } else if (written->size() > line_bytes_max) {
    note(key, fmt::format("is longer than {} bytes", line_bytes_max));
  } else if (std::ranges::any_of(*written, is_control)) {
    note(key, "must not hold control characters");
  } else {
    return *written;
  }
  return std::nullopt;
}

std::string TableReader::text(std::string_view key, std::string fallback) {
  return one_line(key).value_or(std::move(fallback));
}

std::string TableReader::path(std::string_view key, std::string fallback) {
  std::optional<std::string> written = one_line(key);
  if (written && !written->starts_with('/')) {
    note(key, fmt::format("{} is not an absolute path", in_quotes(*written)));
    return fallback;
  }
  return written ? *std::move(written) : fallback;
}

std::uint32_t TableReader::count(std::string_view key, std::uint32_t fallback,
                                 Range<std::uint32_t> range) {
  const auto* written = get<std::int64_t>(key, "a whole number");
  if (written == nullptr) return fallback;
  if (*written < range.min || *written > range.max) {
    note(key, fmt::format("{} is outside [{}, {}]", *written, range.min, range.max));
    return fallback;
  }
  return static_cast<std::uint32_t>(*written);
}

double TableReader::quantile(std::string_view key, double fallback) {
  const Node* found = node(key);
  if (found == nullptr) return fallback;
  const std::optional<double> value = quantile_in(*found);
  if (!value) {
    note(key, R"(expected a quantile such as 0.95, "95%" or "p95")");
    return fallback;
  }
  const bool is_inside = *value > 0 && *value <= 1;  // false for a NaN
  if (!is_inside) {
    note(key, fmt::format("{} is outside (0, 1]", *value));
    return fallback;
  }
  return *value;
}

double TableReader::in_range(std::string_view key, double number, double fallback,
                             Range<double> range) {
  if (number >= range.min && number <= range.max) return number;
  note(key, fmt::format("{:g} is outside [{:g}, {:g}]", number, range.min, range.max));
  return fallback;
}

double TableReader::number(std::string_view key, double fallback, Range<double> range) {
  const Node* found = node(key);
  if (found == nullptr) return fallback;
  if (const auto number = number_in(*found)) return in_range(key, *number, fallback, range);
  note(key, unexpected_kind("a number", *found));
  return fallback;
}

double TableReader::ratio(std::string_view key, double fallback, Range<double> range) {
  const Node* found = node(key);
  if (found == nullptr) return fallback;
  if (const auto ratio = ratio_in(*found)) return in_range(key, *ratio, fallback, range);
  note(key, "expected a share such as 0.1 or \"10%\"");
  return fallback;
}

bool TableReader::flag(std::string_view key, bool fallback) {
  const auto* written = get<bool>(key, "true or false");
  return written == nullptr ? fallback : *written;
}

std::optional<std::string> TableReader::text_in(std::string_view key, const Node& item) {
  const auto* written = std::get_if<std::string>(&item.value);
  if (written == nullptr) {
    note(key, item.place, unexpected_kind("a text", item));
  } else if (written->contains('\0')) {
    note(key, item.place, std::string(nul_message));
  } else {
    return *written;
  }
  return std::nullopt;
}

std::vector<NamedText> TableReader::texts(std::string_view key) {
  std::vector<NamedText> texts;
  const auto* list = get<List>(key, "a list of texts");
  if (list == nullptr) return texts;
  for (const Node& item : list->items) {
    if (auto text = text_in(key, item)) texts.push_back({"", *std::move(text), item.place});
  }
  return texts;
}

std::vector<NamedText> TableReader::text_table(std::string_view key) {
  std::vector<NamedText> texts;
  const auto* entries = get<Table>(key, "a table of texts");
  if (entries == nullptr) return texts;
  for (const Entry& entry : entries->entries) {
    if (auto text = text_in(joined(key, entry.key), entry.node)) {
      texts.push_back({entry.key, *std::move(text), entry.place});
    }
  }
  return texts;
}

std::optional<NamedTable> TableReader::table(std::string_view key) {
  const auto* found = get<Table>(key, "a table");
  if (found == nullptr) return std::nullopt;
  return NamedTable{std::string(key), joined(from_.path, key), node(key)->place, found};
}

std::vector<NamedTable> TableReader::tables(std::string_view key) {
  std::vector<NamedTable> tables;
  const std::optional<NamedTable> parent = table(key);
  if (!parent) return tables;
  for (const Entry& entry : parent->table->entries) {
    const std::string full = joined(key, entry.key);
    if (!is_name(entry.key)) {
      note(full, entry.place,
           fmt::format("{} is not a name; write 1 to 64 letters, digits and \"_.-\", starting "
                       "with a letter or a digit",
                       in_quotes(entry.key)));
    }
    if (const auto* found = std::get_if<Table>(&entry.node.value)) {
      tables.push_back({entry.key, joined(from_.path, full), entry.node.place, found});
    } else {
      note(full, entry.node.place, unexpected_kind("a table", entry.node));
      bad_.emplace(key);
    }
  }
  return tables;
}

std::vector<NamedTable> TableReader::table_list(std::string_view key) {
  std::vector<NamedTable> tables;
  const std::string expected = fmt::format("a list of tables, [[{}.{}]]", from_.path, key);
  const auto* list = get<List>(key, expected);
  if (list == nullptr) return tables;
  for (std::size_t i = 0; i < list->items.size(); ++i) {
    const Node& item = list->items[i];
    const std::string name = fmt::format("{}[{}]", key, i + 1);
    if (const auto* found = std::get_if<Table>(&item.value)) {
      tables.push_back({name, joined(from_.path, name), item.place, found});
    } else {
      note(name, item.place, unexpected_kind("a table", item));
    }
  }
  return tables;
}

void TableReader::require(std::string_view key) {
  if (!has(key)) note(key, "is missing");
}

void TableReader::note(std::string_view key, std::string message) {
  const Entry* entry = from_.table->find(key);
  note(key, entry == nullptr ? from_.place : entry->node.place, std::move(message));
}

void TableReader::note(std::string_view key, Place place, std::string message) {
  mistakes_.note(place, joined(from_.path, key), std::move(message));
  bad_.emplace(key);
}

void TableReader::reject_unknown_keys() {
  for (const Entry& entry : from_.table->entries) {
    if (holds(keys_.keys, entry.key) || holds(keys_.tables, entry.key)) continue;
    note(entry.key, entry.place,
         with_suggestion("unknown key", entry.key, candidates_of({&keys_.keys, &keys_.tables})));
  }
}

bool TableReader::has(std::string_view key) const {
  return from_.table->find(key) != nullptr;
}

bool TableReader::is_good(std::initializer_list<std::string_view> keys) const {
  return std::ranges::none_of(keys, [&](std::string_view key) { return bad_.contains(key); });
}

std::optional<std::string_view> read_type(const NamedTable& from, const TypeSet& types,
                                          Mistakes& mistakes) {
  TableReader reader(from, type_keys, mistakes);
  reader.require("type");
  const std::string type = reader.text("type", "");
  if (!reader.is_good()) return std::nullopt;

  const auto* known = std::ranges::find(types.known, std::string_view(type));
  if (known != types.known.end()) return *known;
  reader.note("type",
              with_suggestion(fmt::format("{} is no kind of {}", in_quotes(type), types.what), type,
                              candidates_of({&types.known})));
  return std::nullopt;
}

std::string in_quotes(std::string_view text) {
  return fmt::format("{:?}", printable(text, 80));
}

}  // namespace ripcord::config
