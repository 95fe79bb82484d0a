#include "tests/store/vocabulary.hpp"

#include "store/journal_json.hpp"
#include "store/sqlite_journal.hpp"

#include <fmt/format.h>

#include <SQLiteCpp/Database.h>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <optional>
#include <string_view>
#include <utility>

namespace ripcord::test {
namespace {

std::string text_of(std::optional<Instant> instant) {
  return instant ? fmt::format("{}us", instant->time_since_epoch().count()) : "never";
}

}  // namespace

Instant at(std::int64_t seconds) {
  return Instant(std::chrono::seconds(seconds));
}

Deployment begun(std::string id) {
  Deployment deployment;
  deployment.id = std::move(id);
  deployment.service = "backend";
  deployment.version = "v2";
  deployment.previous_version = "v1";
  deployment.configuration = "5f2c";
  deployment.started_at = at(1'000);
  deployment.begun_at = at(1'000);
  deployment.phase = Deploying{};
  deployment.deadline = at(8'200);
  return deployment;
}

Deployment in_phase(std::string id, Phase phase) {
  Deployment deployment = begun(std::move(id));
  deployment.phase = phase;
  return deployment;
}

Record record_of(const std::string& deployment, std::string text) {
  return {.at = at(1'001),
          .service = "backend",
          .deployment = deployment,
          .kind = "deployment.started",
          .text = std::move(text),
          .by = "uid 1000 (ana)",
          .severity = Severity::warning};
}

store::RunIntent intent_of(const std::string& deployment, StepId step) {
  return {.deployment = deployment,
          .step = step,
          .step_name = "database",
          .idempotent = true,
          .at = at(1'100),
          .boot_id = "c3d1",
          .facts = {.service = "backend",
                    .deployment = deployment,
                    .version = "v2",
                    .previous_version = "v1",
                    .trigger = "unhealthy",
                    .reason = "3 of 3 samples are bad",
                    .stage = "2 of 3",
                    .traffic = 0.25}};
}

store::RunEnd end_of(const std::string& deployment, StepId step, int code) {
  return {.deployment = deployment,
          .step = step,
          .result = {.outcome = RunOutcome::exited,
                     .code = code,
                     .started_at = at(1'101),
                     .ended_at = at(1'103),
                     .message = "all well"}};
}

std::string text_of(const Deployment& deployment) {
  return fmt::format("{:?} {:?} {:?} {:?} {:?} {} {} {} {} {} {} {} {} {} {} {:?}", deployment.id,
                     deployment.service, deployment.version, deployment.previous_version,
                     deployment.configuration, text_of(deployment.commit_time),
                     text_of(std::optional(deployment.started_at)), text_of(deployment.deployed_at),
                     text_of(deployment.ended_at), text_of(std::optional(deployment.deadline)),
                     name(deployment.phase), store::phase_detail(deployment.phase),
                     deployment.cause ? store::to_json(*deployment.cause) : "no cause",
                     store::to_json(deployment.preexisting), deployment.manual_rollback,
                     deployment.verdict) +
         fmt::format(" {} {} {} {:?} {} {} {} {} {}", to_string(deployment.way),
                     text_of(deployment.begun_at),
                     deployment.held ? store::to_json(*deployment.held) : "not held",
                     deployment.irreversible, deployment.rework, deployment.drill,
                     store::to_json(deployment.baselines), store::to_json(deployment.confirmations),
                     store::to_json(deployment.overrides));
}

std::string text_of(const Record& record) {
  return fmt::format("{} {:?} {:?} {:?} {:?} {:?} {}", text_of(std::optional(record.at)),
                     record.service, record.deployment, record.kind, record.text, record.by,
                     to_string(record.severity));
}

std::string text_of(const store::HistoryRow& row) {
  return text_of(row.record);
}

std::string text_of(const store::RunRow& run) {
  const store::RunIntent& intent = run.intent;
  const RunFacts& facts = intent.facts;
  std::string text = fmt::format("{:?} {} {:?} {} {} {:?} {:?} {:?} {:?} {:?} {:?} {:?}",
                                 intent.deployment, to_string(intent.step), intent.step_name,
                                 intent.idempotent, text_of(std::optional(intent.at)),
                                 intent.boot_id, facts.service, facts.deployment, facts.version,
                                 facts.previous_version, facts.trigger, facts.reason);
  if (!run.result) return text + " running";
  return fmt::format("{} {} {} {} {} {:?}", text, to_string(run.result->outcome), run.result->code,
                     text_of(run.result->started_at), text_of(std::optional(run.result->ended_at)),
                     run.result->message);
}

std::string text_of(const Error& error) {
  constexpr std::array<std::string_view, 12> names{
      "malformed", "timeout", "refused", "unreachable", "closed", "too_large",
      "missing",   "exists",  "denied",  "busy",        "full",   "internal"};
  return fmt::format("{}: {}", names.at(static_cast<std::size_t>(error.fault)), error.message);
}

std::unique_ptr<store::Journal> opened(const std::filesystem::path& file) {
  auto journal = store::open_journal(file);
  if (journal) return std::move(*journal);
  fmt::print(stderr, "{}\n", text_of(journal.error()));
  std::abort();
}

void edit(const std::filesystem::path& file, const std::string& sql) {
  SQLite::Database(file.native(), SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE).exec(sql);
}

std::string bytes_of(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

void put_bytes(const std::filesystem::path& file, const std::string& bytes) {
  std::ofstream out(file, std::ios::binary | std::ios::trunc);
  out.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
}

}  // namespace ripcord::test
