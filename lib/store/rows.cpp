#include "store/rows.hpp"

#include "base/text.hpp"
#include "store/columns.hpp"
#include "store/journal_json.hpp"

#include <fmt/format.h>

#include <SQLiteCpp/Column.h>
#include <SQLiteCpp/Statement.h>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>

namespace ripcord::store {
namespace {

std::string shown(const SQLite::Statement& row, int column) {
  return printable(row.getColumn(column).getString(), 100);
}

Result<Severity> parse_severity(std::string_view text) {
  for (const Severity severity : {Severity::info, Severity::warning, Severity::critical}) {
    if (to_string(severity) == text) return severity;
  }
  return failure(Fault::malformed, fmt::format("{:?} is not a severity", printable(text, 40)));
}

Result<Way> parse_way(std::string_view text) {
  for (const Way way : {Way::driven, Way::announced, Way::noticed}) {
    if (to_string(way) == text) return way;
  }
  return failure(Fault::malformed, fmt::format("{:?} is not a way", printable(text, 40)));
}

std::optional<Cause> cause_if_any(ColumnReader& columns) {
  if (columns.skip_null()) return std::nullopt;
  return columns.parsed(read_cause);
}

std::optional<Held> held_if_any(ColumnReader& columns) {
  if (columns.skip_null()) return std::nullopt;
  return columns.parsed(read_held);
}

std::optional<RunResult> result_if_any(ColumnReader& columns) {
  if (columns.skip_null()) return std::nullopt;
  return RunResult{.outcome = columns.parsed(parse_run_outcome),
                   .code = columns.small_integer(),
                   .started_at = columns.instant_if_any(),
                   .ended_at = columns.instant(),
                   .message = columns.text()};
}

template <class T>
std::optional<std::string> json_if_any(const std::optional<T>& value) {
  if (!value) return std::nullopt;
  return to_json(*value);
}

void bind_intent(Binder& binder, const RunIntent& intent) {
  binder << intent.deployment << to_string(intent.step) << intent.step_name << intent.idempotent
         << intent.at << intent.boot_id << intent.facts.service << intent.facts.version
         << intent.facts.previous_version << intent.facts.trigger << intent.facts.reason
         << intent.facts.stage << intent.facts.traffic;
}

Deployment deployment_of(ColumnReader& columns) {
  Deployment deployment{.id = columns.text(),
                        .service = columns.text(),
                        .version = columns.text(),
                        .previous_version = columns.text(),
                        .configuration = columns.text(),
                        .commit_time = columns.instant_if_any(),
                        .started_at = columns.instant(),
                        .deployed_at = columns.instant_if_any(),
                        .ended_at = columns.instant_if_any(),
                        .deadline = columns.instant(),
                        .phase = columns.parsed(parse_phase),
                        .cause = {},
                        .preexisting = {},
                        .manual_rollback = false,
                        .way = Way::announced,
                        .begun_at = {},
                        .held = {},
                        .irreversible = {},
                        .rework = false,
                        .drill = false,
                        .verdict = {},
                        .baselines = {},
                        .confirmations = {},
                        .overrides = {}};
  deployment.phase = columns.parsed([&deployment](std::string_view detail) {
    return read_phase_detail(deployment.phase, detail);
  });
  deployment.cause = cause_if_any(columns);
  deployment.preexisting = columns.parsed(read_texts);
  deployment.manual_rollback = columns.flag();
  deployment.verdict = columns.text();
  deployment.way = columns.parsed(parse_way);
  deployment.begun_at = columns.instant_if_any();
  deployment.held = held_if_any(columns);
  deployment.irreversible = columns.text();
  deployment.rework = columns.flag();
  deployment.drill = columns.flag();
  deployment.baselines = columns.parsed(read_baselines);
  deployment.confirmations = columns.parsed(read_confirmations);
  deployment.overrides = columns.parsed(read_overrides);
  return deployment;
}

}  // namespace

void bind(SQLite::Statement& statement, const Deployment& deployment) {
  Binder binder(statement);
  binder << deployment.id << deployment.service << deployment.version << deployment.previous_version
         << deployment.configuration << deployment.commit_time << deployment.started_at
         << deployment.deployed_at << deployment.ended_at << deployment.deadline
         << name(deployment.phase) << phase_detail(deployment.phase)
         << json_if_any(deployment.cause) << to_json(deployment.preexisting)
         << deployment.manual_rollback << deployment.verdict << to_string(deployment.way)
         << deployment.begun_at << json_if_any(deployment.held) << deployment.irreversible
         << deployment.rework << deployment.drill << to_json(deployment.baselines)
         << to_json(deployment.confirmations) << to_json(deployment.overrides);
}

void bind(SQLite::Statement& statement, const Record& record) {
  Binder binder(statement);
  binder << record.at << record.service << record.deployment << record.kind << record.text
         << record.by << to_string(record.severity);
}

void bind(SQLite::Statement& statement, const RunIntent& intent) {
  Binder binder(statement);
  bind_intent(binder, intent);
}

void bind(SQLite::Statement& statement, const RunEnd& end) {
  Binder binder(statement);
  bind_intent(binder, {.deployment = end.deployment,
                       .step = end.step,
                       .step_name = to_string(end.step),
                       .idempotent = false,
                       .at = end.result.started_at.value_or(end.result.ended_at),
                       .boot_id = "",
                       .facts = {}});
  binder << to_string(end.result.outcome) << std::int64_t{end.result.code} << end.result.started_at
         << end.result.ended_at << end.result.message;
}

Result<Deployment> read_deployment(SQLite::Statement& row) {
  ColumnReader columns(row, "deployments", shown(row, 0));
  Deployment deployment = deployment_of(columns);
  return columns.finished(std::move(deployment));
}

Result<EndedRow> read_ended(SQLite::Statement& row) {
  ColumnReader columns(row, "deployments", shown(row, 0));
  EndedRow ended{.deployment = deployment_of(columns),
                 .acting_since = columns.instant_if_any(),
                 .acted_until = columns.instant_if_any()};
  return columns.finished(std::move(ended));
}

Result<HistoryRow> read_history(SQLite::Statement& row) {
  ColumnReader columns(row, "history", shown(row, 0));
  HistoryRow history{.sequence = columns.integer(),
                     .record = {.at = columns.instant(),
                                .service = columns.text(),
                                .deployment = columns.text(),
                                .kind = columns.text(),
                                .text = columns.text(),
                                .by = columns.text(),
                                .severity = columns.parsed(parse_severity)}};
  return columns.finished(std::move(history));
}

Result<RunRow> read_run(SQLite::Statement& row) {
  ColumnReader columns(row, "runs", fmt::format("{}/{}", shown(row, 0), shown(row, 1)));
  RunRow run;
  run.intent.deployment = columns.text();
  run.intent.step = columns.parsed(parse_step);
  run.intent.step_name = columns.text();
  run.intent.idempotent = columns.flag();
  run.intent.at = columns.instant();
  run.intent.boot_id = columns.text();
  run.intent.facts = {.service = columns.text(),
                      .deployment = run.intent.deployment,
                      .version = columns.text(),
                      .previous_version = columns.text(),
                      .trigger = columns.text(),
                      .reason = columns.text(),
                      .stage = columns.text(),
                      .traffic = columns.number_if_any()};
  run.result = result_if_any(columns);
  return columns.finished(std::move(run));
}

}  // namespace ripcord::store
