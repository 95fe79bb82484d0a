#include "base/text.hpp"
#include "config/probe_readers.hpp"
#include "config/read_http_target.hpp"
#include "net/http_message.hpp"
#include "probe/promql/promql_probe.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

namespace ripcord::config {
namespace {

using probe::promql::Agg;

constexpr std::size_t query_bytes_max = 16UL * 1024;

Agg read_agg(TableReader& table) {
  struct Word {
    std::string_view word;
    Agg agg;
  };
  constexpr std::array<Word, 4> words{
      {{"max", Agg::max}, {"min", Agg::min}, {"sum", Agg::sum}, {"every", Agg::every}}};
  if (!table.has("agg")) return Agg::only;
  const std::string text = table.text("agg", "max");
  const auto* found = std::ranges::find(words, text, &Word::word);
  if (found != words.end()) return found->agg;
  table.note("agg", fmt::format(R"({} is neither "max" nor "min" nor "sum" nor "every")",
                                in_quotes(text)));
  return Agg::only;
}

/// One or several lines of PromQL; what is wrong in it only a server can tell.
std::string read_query(TableReader& table) {
  table.require("query");
  const Node* node = table.node("query");
  if (node == nullptr) return {};
  const auto* text = std::get_if<std::string>(&node->value);
  if (text == nullptr) {
    table.note("query", fmt::format("expected a text, found {}", kind_of(*node)));
    return {};
  }
  if (trim(*text).empty()) table.note("query", "is empty");
  if (text->size() > query_bytes_max) {
    table.note("query", fmt::format("is longer than {} bytes", query_bytes_max));
  }
  return std::string(trim(*text));
}

}  // namespace

ReadProbe read_promql_probe(const NamedTable& from, Mistakes& mistakes) {
  TableReader table(from, promql_probe_keys, mistakes);
  const ProbeTiming timing = read_timing(table);
  probe::PromqlProbeSettings promql;
  promql.timeout = timing.timeout;
  promql.http = read_http_target(table, mistakes);
  promql.query = read_query(table);
  promql.agg = read_agg(table);
  if (table.is_good()) {
    if (const auto checked = net::check_sendable(request_of(promql)); !checked) {
      table.note("url", checked.error().message);
    }
  }
  table.reject_unknown_keys();
  Vocabulary vocabulary = vocabulary_of(promql);
  return {.settings = {.name = from.name, .timing = timing, .vocabulary = std::move(vocabulary)},
          .kind = std::move(promql),
          .from = from,
          .is_good = table.is_good() && is_name(from.name),
          .can_fail = false,
          .has_latency = false};
}

}  // namespace ripcord::config
