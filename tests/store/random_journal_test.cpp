#include "tests/store/vocabulary.hpp"
#include "tests/support/temp_dir.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <map>
#include <memory>
#include <random>
#include <string>
#include <vector>

namespace ripcord::store {
namespace {

using namespace ripcord::test;  // NOLINT(google-build-using-namespace)

/// What a journal must hold, kept in memory by the simplest means.
struct Model {
  std::vector<Deployment> deployments;  ///< in the order in which they began
  std::map<std::string, std::vector<std::string>> history;
  std::map<std::string, std::vector<RunRow>> runs;

  void apply(const Commit& commit) {
    for (const Deployment& deployment : commit.deployments) {
      const auto known = std::ranges::find(deployments, deployment.id, &Deployment::id);
      if (known == deployments.end()) {
        deployments.push_back(deployment);
      } else {
        *known = deployment;
      }
    }
    for (const Record& record : commit.records) {
      history[record.deployment].push_back(text_of(record));
    }
    for (const RunIntent& intent : commit.intents) runs[intent.deployment].push_back({intent, {}});
    for (const RunEnd& end : commit.ends) {
      std::vector<RunRow>& of = runs[end.deployment];
      std::ranges::find_if(of, [&](const RunRow& run) {
        return run.intent.step == end.step;
      })->result = end.result;
    }
  }
};

/// Makes commits that a daemon might make, and some that it must not.
class Imagination {
 public:
  explicit Imagination(std::mt19937::result_type seed) : random_(seed) {}

  std::size_t below(std::size_t limit) { return random_() % limit; }
  bool perhaps() { return below(2) == 0; }

  std::string text() {
    std::string text(below(20), ' ');
    for (char& byte : text) byte = static_cast<char>(below(256));
    return text;
  }

  Instant instant() { return Instant(Duration(static_cast<std::int64_t>(random_()))); }
  std::optional<Instant> instant_if_any() {
    return perhaps() ? std::optional(instant()) : std::nullopt;
  }

  Phase open_phase() {
    const auto number = [this] { return static_cast<std::uint32_t>(random_()); };
    switch (below(6)) {
      case 0:
        return Deploying{number(), number()};
      case 1:
        return Baking{instant(), instant(), perhaps(), number(), perhaps()};
      case 2:
        return Gating{};
      case 3:
        return Shifting{number(), number()};
      case 4:
        return RollingBack{number(), number()};
      default:
        return Verifying{instant(), instant(), static_cast<VerifyScript>(below(3)), number()};
    }
  }

  Phase last_phase() {
    switch (below(6)) {
      case 5:
        return Refused{};
      case 0:
        return Succeeded{};
      case 1:
        return Failed{};
      case 2:
        return RolledBack{};
      case 3:
        return RollbackFailed{};
      default:
        return Aborted{};
    }
  }

  Deployment deployment(std::string id) {
    Deployment made{.id = std::move(id),
                    .service = fmt::format("service-{}", below(3)),
                    .version = text(),
                    .previous_version = text(),
                    .configuration = text(),
                    .commit_time = instant_if_any(),
                    .started_at = instant(),
                    .deployed_at = instant_if_any(),
                    .ended_at = instant_if_any(),
                    .deadline = instant(),
                    .phase = below(6) == 0 ? last_phase() : open_phase(),
                    .cause = {},
                    .preexisting = {},
                    .manual_rollback = perhaps(),
                    .way = static_cast<Way>(below(3)),
                    .begun_at = instant_if_any(),
                    .held = {},
                    .irreversible = text(),
                    .rework = perhaps(),
                    .drill = perhaps(),
                    .verdict = text(),
                    .baselines = {},
                    .confirmations = {},
                    .overrides = {}};
    if (perhaps()) made.held = Held{text(), text(), instant()};
    if (perhaps()) made.cause = Cause{text(), text(), text(), instant(), instant_if_any()};
    while (perhaps()) made.preexisting.push_back(text());
    while (perhaps()) made.confirmations.push_back({text(), text()});
    while (perhaps()) made.overrides.push_back({text(), text(), text()});
    while (perhaps()) {
      // Exact in binary: another number may come back with its last bit changed.
      const double number = static_cast<double>(below(1000)) / 16;
      made.baselines.push_back(
          {text(), {.count = 2, .mean = number, .quantiles = {number}, .sample = {0, number}}});
    }
    return made;
  }

  Record record(std::string id) {
    return {
        instant(), text(), std::move(id), text(), text(), text(), static_cast<Severity>(below(3))};
  }

  RunIntent intent(const std::string& id) {
    const StepKind kind = perhaps() ? StepKind::rollback : StepKind::verify;
    const std::uint32_t index =
        kind == StepKind::verify ? 0U : static_cast<std::uint32_t>(below(5));
    return {id,
            StepId{kind, index, static_cast<std::uint32_t>(below(3))},
            text(),
            perhaps(),
            instant(),
            text(),
            RunFacts{text(), id, text(), text(), text(), text(), text(),
                     perhaps() ? std::optional(0.25) : std::nullopt}};
  }

  RunResult result() {
    return {static_cast<RunOutcome>(below(6)), static_cast<int>(below(256)), instant_if_any(),
            instant(), text()};
  }

 private:
  std::mt19937 random_;
};

class RandomJournalTest : public testing::Test {
 protected:
  /// A commit about one deployment, and whether the journal must take it.
  std::pair<Commit, bool> imagine() {
    const std::string id = fmt::format("d{}", imagination.below(60));
    const auto known = std::ranges::find(model.deployments, id, &Deployment::id);
    Commit commit;
    bool allowed = true;
    commit.deployments.push_back(imagination.deployment(id));
    if (known != model.deployments.end() && is_terminal(known->phase)) {
      allowed = known->phase.index() == commit.deployments.back().phase.index();
    }
    while (imagination.perhaps()) commit.records.push_back(imagination.record(id));
    if (imagination.perhaps()) {
      commit.intents.push_back(imagination.intent(id));
      for (const RunRow& run : model.runs[id]) {
        allowed = allowed && run.intent.step != commit.intents.back().step;
      }
    }
    add_end(commit, id);
    return {commit, allowed};
  }

  void add_end(Commit& commit, const std::string& id) {
    for (const RunRow& run : model.runs[id]) {
      if (run.result || imagination.perhaps()) continue;
      commit.ends.push_back({id, run.intent.step, imagination.result()});
    }
  }

  void expect_equal() {
    ASSERT_EQ(texts_of(journal->all_deployments().value()), texts_of(model.deployments));
    for (const Deployment& deployment : model.deployments) {
      ASSERT_EQ(texts_of(journal->history(deployment.id).value()), model.history[deployment.id]);
      ASSERT_EQ(texts_of(journal->runs(deployment.id).value()),
                texts_of(model.runs[deployment.id]));
    }
  }

  const std::mt19937::result_type seed = std::random_device()();
  Imagination imagination{seed};
  Model model;
  TempDir directory;
  std::unique_ptr<Journal> journal = opened(directory.path() / "journal.db");
};

TEST_F(RandomJournalTest, AThousandCommitsLeaveWhatAModelInMemoryHolds) {
  SCOPED_TRACE(fmt::format("seed {}", seed));
  std::size_t refused = 0;
  for (int round = 0; round < 1'000; ++round) {
    const auto [commit, allowed] = imagine();
    const Result<void> done = journal->commit(commit);
    ASSERT_EQ(done.has_value(), allowed) << "round " << round << ": " << outcome(done);
    if (allowed) model.apply(commit);
    refused += allowed ? 0U : 1U;
    if (round % 250 == 249) {
      expect_equal();
      journal.reset();
      journal = opened(directory.path() / "journal.db");
    }
  }
  expect_equal();
  EXPECT_GT(refused, 0U);
  EXPECT_EQ(model.deployments.size(), 60U);
}

}  // namespace
}  // namespace ripcord::store
