#include "probe/postgres/activity.hpp"

#include "base/text.hpp"
#include "probe/postgres/statistics.hpp"
#include "probe/secrets.hpp"

#include <boost/json/array.hpp>
#include <boost/json/string.hpp>
#include <boost/json/value.hpp>
#include <fmt/format.h>

#include <charconv>
#include <cstddef>
#include <utility>

namespace ripcord::probe::postgres {
namespace {

namespace json = boost::json;

constexpr std::size_t query_bytes_max = 500;

/// Ages in seconds; who waits for whom only where somebody waits for a lock, because it costs.
constexpr std::string_view activity_sql = R"(
SELECT pid, usename AS "user", datname AS database, application_name AS application,
  client_addr AS client, state, wait_event_type, wait_event,
  round(extract(epoch FROM clock_timestamp() - backend_start)::numeric, 3) AS connected_seconds,
  round(extract(epoch FROM clock_timestamp() - xact_start)::numeric, 3) AS transaction_seconds,
  round(extract(epoch FROM clock_timestamp() - query_start)::numeric, 3) AS query_seconds,
  round(extract(epoch FROM clock_timestamp() - state_change)::numeric, 3) AS state_seconds,
  CASE WHEN wait_event_type = 'Lock' THEN array_to_string(pg_blocking_pids(pid), ', ') END
    AS waits_for,
  query
FROM pg_stat_activity
WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()
ORDER BY datname IS DISTINCT FROM current_database(), xact_start NULLS LAST, pid
LIMIT 200;
)";

bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' ||
         (static_cast<unsigned char>(c) & 0x80U) != 0;
}

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

/// Walks a query the way PostgreSQL's scanner does, as far as literals matter (manual,
/// chapter 4.1).
class Masker {
 public:
  explicit Masker(std::string_view sql) : sql_(sql) {}

  std::string mask() {
    while (at_ < sql_.size()) step();
    return std::move(out_);
  }

 private:
  [[nodiscard]] char peek(std::size_t ahead = 0) const {
    return at_ + ahead < sql_.size() ? sql_[at_ + ahead] : '\0';
  }

  void step() {
    const char c = peek();
    if (c == '\'') {
      skip_text(false);
    } else if (c == '"') {
      copy_through('"');
    } else if (c == '$') {
      skip_dollar_text();
    } else if (is_digit(c) || (c == '.' && is_digit(peek(1)))) {
      skip_number();
    } else if (is_letter(c)) {
      copy_word();
    } else {
      out_ += c;
      ++at_;
    }
  }

  /// Up to the quote that ends it; a doubled one does not.
  void skip_text(bool has_escapes) {
    ++at_;
    while (at_ < sql_.size()) {
      const char c = sql_[at_++];
      if (has_escapes && c == '\\') ++at_;
      if (c != '\'') continue;
      if (peek() != '\'') break;
      ++at_;
    }
    out_ += '?';
  }

  void copy_through(char quote) {
    const std::size_t end = sql_.find(quote, at_ + 1);
    const std::size_t next = end == std::string_view::npos ? sql_.size() : end + 1;
    out_ += sql_.substr(at_, next - at_);
    at_ = next;
  }

  /// `$$…$$` and `$tag$…$tag$`; `$1` is a parameter.
  void skip_dollar_text() {
    std::size_t end = at_ + 1;
    while (end < sql_.size() && (is_letter(sql_[end]) || (end > at_ + 1 && is_digit(sql_[end])))) {
      ++end;
    }
    if (end >= sql_.size() || sql_[end] != '$') {
      out_ += '$';
      ++at_;
      while (is_digit(peek())) out_ += sql_[at_++];
      return;
    }
    const std::string_view tag = sql_.substr(at_, end + 1 - at_);
    const std::size_t close = sql_.find(tag, end + 1);
    at_ = close == std::string_view::npos ? sql_.size() : close + tag.size();
    out_ += '?';
  }

  void skip_number() {
    while (is_digit(peek()) || is_letter(peek()) || peek() == '.') ++at_;
    out_ += '?';
  }

  /// A name or a keyword, or what stands before a text: `E'…'`, `B'…'`, `X'…'`, `N'…'`, `U&'…'`.
  void copy_word() {
    const std::size_t begin = at_;
    while (is_letter(peek()) || is_digit(peek()) || peek() == '$') ++at_;
    const std::string_view word = sql_.substr(begin, at_ - begin);
    const bool is_prefix = word.size() == 1 && peek() == '\'';
    if (is_prefix) {
      skip_text(word == "e" || word == "E");
      return;
    }
    out_ += word;
  }

  std::string_view sql_;
  std::size_t at_ = 0;
  std::string out_;
};

json::value shown(const std::string& column, const std::string& cell) {
  if (column == "query") {
    return json::string(printable(without_credentials(without_literals(cell)), query_bytes_max));
  }
  if (column == "pid" || column.ends_with("_seconds")) {
    double number = 0;
    const auto [end, error] = std::from_chars(cell.data(), cell.data() + cell.size(), number);
    if (error == std::errc()) return number;
  }
  return json::string(printable(without_credentials(cell), 200));
}

}  // namespace

std::string activity_query(Duration left) {
  return fmt::format("{}{}COMMIT;", begin_query(left), activity_sql);
}

json::object parse_activity(const Table& table) {
  json::array sessions;
  for (const auto& row : table.rows) {
    json::object session;
    for (std::size_t i = 0; i < table.columns.size() && i < row.size(); ++i) {
      if (row[i] && !row[i]->empty()) session[table.columns[i]] = shown(table.columns[i], *row[i]);
    }
    sessions.push_back(std::move(session));
  }
  return {{"sessions", std::move(sessions)}};
}

std::string without_literals(std::string_view sql) {
  return Masker(sql).mask();
}

}  // namespace ripcord::probe::postgres
