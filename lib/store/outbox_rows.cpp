#include "base/text.hpp"
#include "store/columns.hpp"
#include "store/rows.hpp"

#include <fmt/format.h>

#include <string>
#include <utility>

namespace ripcord::store {
namespace {

Result<OutboxFate> parse_fate(std::string_view text) {
  for (const OutboxFate fate : {OutboxFate::pending, OutboxFate::delivered, OutboxFate::failed}) {
    if (to_string(fate) == text) return fate;
  }
  return failure(Fault::malformed, fmt::format("{:?} is not a fate", printable(text, 40)));
}

std::string number_of(const SQLite::Statement& row) {
  return std::to_string(row.getColumn(0).getInt64());
}

}  // namespace

std::string_view to_string(OutboxFate fate) {
  switch (fate) {
    case OutboxFate::pending:
      return "pending";
    case OutboxFate::delivered:
      return "delivered";
    case OutboxFate::failed:
      break;
  }
  return "failed";
}

void bind(SQLite::Statement& statement, const OutboxEntry& entry) {
  Binder binder(statement);
  binder << entry.number << entry.receiver << entry.incident << entry.message << entry.queued_at
         << std::int64_t{entry.attempts} << entry.not_before << entry.trouble << entry.thread
         << to_string(entry.fate) << entry.ended_at << entry.opens;
}

void bind(SQLite::Statement& statement, const Silence& silence) {
  Binder binder(statement);
  binder << silence.number << silence.service << silence.trigger << silence.from << silence.until
         << silence.reason << silence.by << silence.ended_at;
}

Result<OutboxEntry> read_outbox(SQLite::Statement& row) {
  ColumnReader columns(row, "outbox", number_of(row));
  OutboxEntry entry;
  entry.number = columns.integer();
  entry.receiver = columns.text();
  entry.incident = columns.text();
  entry.message = columns.text();
  entry.queued_at = columns.instant();
  entry.attempts = static_cast<std::uint32_t>(columns.small_integer());
  entry.not_before = columns.instant();
  entry.trouble = columns.text();
  entry.thread = columns.text();
  entry.fate = columns.parsed(parse_fate);
  entry.ended_at = columns.instant_if_any();
  if (!columns.skip_null()) entry.opens = columns.flag();
  return columns.finished(std::move(entry));
}

Result<Silence> read_silence(SQLite::Statement& row) {
  ColumnReader columns(row, "silences", number_of(row));
  Silence silence;
  silence.number = columns.integer();
  silence.service = columns.text();
  silence.trigger = columns.text();
  silence.from = columns.instant();
  silence.until = columns.instant();
  silence.reason = columns.text();
  silence.by = columns.text();
  silence.ended_at = columns.instant_if_any();
  return columns.finished(std::move(silence));
}

}  // namespace ripcord::store
