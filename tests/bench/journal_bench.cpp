#include "store/sqlite_journal.hpp"
#include "tests/support/temp_dir.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <benchmark/benchmark.h>
#include <chrono>
#include <memory>
#include <string>
#include <utility>
#include <vector>

// What a rollback waits for before it begins: the commit of its intent. Most of the time is the
// disk's, so the numbers are of the directory for temporary files.

namespace ripcord::store {
namespace {

Deployment rolling_back(std::string id) {
  Deployment deployment;
  deployment.id = std::move(id);
  deployment.service = "backend";
  deployment.version = "v2";
  deployment.previous_version = "v1";
  deployment.configuration = "5f2c8a90";
  deployment.phase = RollingBack{};
  deployment.cause = Cause{.trigger = "unhealthy",
                           .reason = "3 of 3 samples are bad",
                           .by = "ripcord",
                           .at = Instant{},
                           .bad_since = {}};
  return deployment;
}

/// The commit at a trip: the deployment's row, two lines of its history, the intent.
Commit trip(int number) {
  const std::string id = fmt::format("backend-{}", number);
  const Record record{.at = Instant{},
                      .service = "backend",
                      .deployment = id,
                      .kind = "trigger.tripped",
                      .text = "unhealthy tripped: 3 of 3 samples are bad",
                      .by = "ripcord",
                      .severity = Severity::critical};
  Commit commit;
  commit.deployments.push_back(rolling_back(id));
  commit.records = {record, record};
  commit.intents.push_back({.deployment = id,
                            .step = {},
                            .step_name = "database",
                            .idempotent = false,
                            .at = Instant{},
                            .boot_id = "c3d1e0",
                            .facts = {}});
  return commit;
}

void commit_at_a_trip(benchmark::State& state) {
  const test::TempDir directory;
  auto journal = open_journal(directory.path() / "journal.db");
  if (!journal) return state.SkipWithError(journal.error().message.c_str());
  std::vector<double> micros;
  for (auto _ : state) {
    const Commit commit = trip(static_cast<int>(micros.size()));
    const auto begin = std::chrono::high_resolution_clock::now();
    if (!(*journal)->commit(commit)) return state.SkipWithError("the commit failed");
    const std::chrono::duration<double, std::micro> taken =
        std::chrono::high_resolution_clock::now() - begin;
    micros.push_back(taken.count());
    state.SetIterationTime(taken.count() / 1e6);
  }
  std::ranges::sort(micros);
  state.counters["median_us"] = micros.at(micros.size() / 2);
  state.counters["p99_us"] = micros.at(micros.size() * 99 / 100);
  state.counters["max_us"] = micros.back();
}
BENCHMARK(commit_at_a_trip)->UseManualTime()->Iterations(5'000)->Unit(benchmark::kMicrosecond);

void open_a_journal_of_a_year(benchmark::State& state) {
  const test::TempDir directory;
  const auto file = directory.path() / "journal.db";
  if (auto journal = open_journal(file)) {
    for (int number = 0; number < 500; ++number) {
      if (!(*journal)->commit(trip(number))) return state.SkipWithError("the commit failed");
    }
  }
  for (auto _ : state) {
    auto journal = open_journal(file);
    benchmark::DoNotOptimize((*journal)->all_deployments());
  }
}
BENCHMARK(open_a_journal_of_a_year)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace ripcord::store
