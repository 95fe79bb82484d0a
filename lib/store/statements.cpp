#include "store/statements.hpp"

#include "store/rows.hpp"

#include <fmt/format.h>

#include <SQLiteCpp/Database.h>
#include <string_view>

namespace ripcord::store {
namespace {

/// The numbers of the messages by which receivers still take an incident for open.
constexpr std::string_view what_is_open =
    "SELECT number FROM outbox AS newest WHERE opens = 1 AND fate = 'delivered' AND number = "
    "(SELECT max(number) FROM outbox WHERE receiver = newest.receiver AND "
    "incident = newest.incident AND fate = 'delivered' AND opens IS NOT NULL)";

}  // namespace

Statements::Statements(const SQLite::Database& database)
    : save(
          database,
          fmt::format("INSERT INTO deployments ({}) VALUES "
                      "(?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?) "
                      "ON CONFLICT (id) DO UPDATE SET service = excluded.service, "
                      "version = excluded.version, previous_version = excluded.previous_version, "
                      "configuration = excluded.configuration, commit_time = excluded.commit_time, "
                      "started_at = excluded.started_at, deployed_at = excluded.deployed_at, "
                      "ended_at = excluded.ended_at, deadline = excluded.deadline, "
                      "phase = excluded.phase, phase_detail = excluded.phase_detail, "
                      "cause = excluded.cause, preexisting = excluded.preexisting, "
                      "manual_rollback = excluded.manual_rollback, verdict = excluded.verdict, "
                      "way = excluded.way, begun_at = excluded.begun_at, held = excluded.held, "
                      "irreversible = excluded.irreversible, rework = excluded.rework, "
                      "drill = excluded.drill, baselines = excluded.baselines, "
                      "confirmations = excluded.confirmations, overrides = excluded.overrides",
                      deployment_columns)),
      append(database,
             fmt::format("INSERT INTO history ({}) VALUES (?,?,?,?,?,?,?)", record_columns)),
      intend(database, fmt::format("INSERT INTO runs ({}) VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?) "
                                   "ON CONFLICT (deployment, step) DO NOTHING",
                                   intent_columns)),
      end(database,
          fmt::format("INSERT INTO runs ({}, {}) VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?) "
                      "ON CONFLICT (deployment, step) DO UPDATE SET outcome = excluded.outcome, "
                      "code = excluded.code, started_at = excluded.started_at, "
                      "ended_at = excluded.ended_at, message = excluded.message",
                      intent_columns, result_columns)),
      all(database,
          fmt::format("SELECT {} FROM deployments ORDER BY sequence", deployment_columns)),
      one(database, fmt::format("SELECT {} FROM deployments WHERE id = ?", deployment_columns)),
      story(database, fmt::format("SELECT sequence, {} FROM history WHERE deployment = ? "
                                  "ORDER BY sequence",
                                  record_columns)),
      news(database, fmt::format("SELECT sequence, {} FROM history WHERE sequence > ? "
                                 "ORDER BY sequence LIMIT ?",
                                 record_columns)),
      runs(database, fmt::format("SELECT {}, {} FROM runs WHERE deployment = ? ORDER BY rowid",
                                 intent_columns, result_columns)),
      put(database, fmt::format("INSERT INTO outbox ({}) VALUES (?,?,?,?,?,?,?,?,?,?,?,?) "
                                "ON CONFLICT (number) DO UPDATE SET attempts = excluded.attempts, "
                                "not_before = excluded.not_before, trouble = excluded.trouble, "
                                "thread = excluded.thread, fate = excluded.fate, "
                                "ended_at = excluded.ended_at",
                                outbox_columns)),
      silence(database,
              fmt::format("INSERT INTO silences ({}) VALUES (?,?,?,?,?,?,?,?) "
                          "ON CONFLICT (number) DO UPDATE SET ended_at = excluded.ended_at",
                          silence_columns)),
      outbox(database,
             fmt::format("SELECT {} FROM outbox WHERE fate = 'pending' OR ended_at >= ? OR "
                         "number IN ({}) ORDER BY number",
                         outbox_columns, what_is_open)),
      prune(database, fmt::format("DELETE FROM outbox WHERE ended_at < ? AND number NOT IN ({})",
                                  what_is_open)),
      silences(database, fmt::format("SELECT {} FROM silences ORDER BY number", silence_columns)) {}

}  // namespace ripcord::store
