#include "base/text.hpp"
#include "config/probe_readers.hpp"
#include "config/read_http_target.hpp"
#include "probe/scrape/scrape_probe.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace ripcord::config {
namespace {

using probe::scrape::Agg;
using probe::scrape::ReadAs;

/// Names that have a meaning of their own.
constexpr std::array<std::string_view, 3> taken{"requests", "errors", "latency"};

/// A selector that passes `check`; empty when there is none.
std::string read_selector(TableReader& table, std::string_view key,
                          Result<void> (*check)(std::string_view)) {
  std::string text = table.text(key, "");
  if (!table.has(key) || !table.is_good({key})) return text;
  if (const auto checked = check(text); !checked) table.note(key, checked.error().message);
  return text;
}

ReadAs read_as(TableReader& table) {
  const std::string text = table.text("read_as", "type");
  if (text == "value") return ReadAs::value;
  if (text == "rate") return ReadAs::rate;
  if (text != "type") {
    table.note("read_as",
               fmt::format(R"({} is neither "type" nor "value" nor "rate")", in_quotes(text)));
  }
  return ReadAs::by_type;
}

Agg read_agg(TableReader& table) {
  const std::string text = table.text("agg", "sum");
  if (text == "max") return Agg::max;
  if (text == "min") return Agg::min;
  if (text != "sum") {
    table.note("agg", fmt::format(R"({} is neither "sum" nor "max" nor "min")", in_quotes(text)));
  }
  return Agg::sum;
}

/// `[….value.NAME]`; false when something was noted.
bool read_value(const NamedTable& from, std::vector<probe::ScrapeValue>& values,
                Mistakes& mistakes) {
  TableReader table(from, scrape_value_keys, mistakes);
  probe::ScrapeValue value{.name = from.name, .select = {}};
  table.require("select");
  value.select = read_selector(table, "select", probe::check_selector);
  value.read_as = read_as(table);
  value.agg = read_agg(table);
  table.reject_unknown_keys();
  const bool is_taken = std::ranges::find(taken, from.name) != taken.end();
  if (is_taken) mistakes.note(from.place, from.path, "has a meaning of its own: take another name");
  values.push_back(std::move(value));
  return table.is_good() && !is_taken && is_name(from.name);
}

/// A ratio needs both.
void check_pair(TableReader& table) {
  for (const auto& [key, other] :
       {std::pair("requests", "errors"), std::pair("errors", "requests")}) {
    if (table.has(key) && !table.has(other)) {
      table.note(key, fmt::format("makes a ratio only together with {}", other));
    }
  }
}

}  // namespace

ReadProbe read_scrape_probe(const NamedTable& from, Mistakes& mistakes) {
  TableReader table(from, scrape_probe_keys, mistakes);
  const ProbeTiming timing = read_timing(table);
  probe::ScrapeProbeSettings scrape;
  scrape.timeout = timing.timeout;
  scrape.stale_after = timing.stale_after;
  scrape.http = read_http_target(table, mistakes);
  scrape.requests = read_selector(table, "requests", probe::check_selector);
  scrape.errors = read_selector(table, "errors", probe::check_selector);
  scrape.latency = read_selector(table, "latency", probe::check_histogram_selector);
  check_pair(table);
  bool is_good = true;
  for (const NamedTable& value : table.tables("value")) {
    is_good = read_value(value, scrape.values, mistakes) && is_good;
  }
  if (table.is_good()) {
    if (const auto checked = probe::check_request(scrape); !checked) {
      table.note("url", checked.error().message);
    }
  }
  table.reject_unknown_keys();

  std::optional<evaluate::CounterPlaces> counters;
  if (table.has("requests") && table.has("errors")) counters = {.total = 0, .errors = 1};
  Vocabulary vocabulary = vocabulary_of(scrape);
  return {.settings = {.name = from.name, .timing = timing, .vocabulary = std::move(vocabulary)},
          .kind = std::move(scrape),
          .from = from,
          .is_good = is_good && table.is_good() && is_name(from.name),
          .has_latency = false,
          .counters = counters};
}

}  // namespace ripcord::config
