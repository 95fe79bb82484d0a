// Which deployments a query finds.

#include "store/sqlite_journal.hpp"
#include "tests/store/vocabulary.hpp"
#include "tests/support/temp_dir.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace ripcord::store {
namespace {

using namespace ripcord::test;  // NOLINT(google-build-using-namespace)
using testing::ElementsAre;
using testing::IsEmpty;

class DeploymentQueryTest : public testing::Test {
 protected:
  DeploymentQueryTest() {
    add("a", "backend", "v1", Succeeded{}, 1'000);
    add("b", "backend", "v2", RolledBack{}, 2'000);
    add("c", "frontend", "v2", Succeeded{}, 3'000);
    add("d", "backend", "v3", Deploying{}, 4'000);
    tell("b", "trigger.tripped");
    tell("b", "rollback.started");
    tell("d", "deployment.started");
  }

  void add(std::string id, std::string service, std::string version, Phase phase,
           std::int64_t started) {
    Deployment deployment = in_phase(std::move(id), phase);
    deployment.service = std::move(service);
    deployment.version = std::move(version);
    deployment.started_at = at(started);
    if (!is_open(deployment)) deployment.ended_at = at(started + 100);
    EXPECT_EQ(outcome(journal->commit(commit_of(deployment))), "ok");
  }

  void tell(const std::string& id, std::string kind) {
    Record record = record_of(id, "it happened");
    record.kind = std::move(kind);
    EXPECT_EQ(outcome(journal->commit(commit_of(record))), "ok");
  }

  [[nodiscard]] std::vector<std::string> ids(const DeploymentQuery& query) const {
    std::vector<std::string> found;
    const auto rows = journal->deployments(query).value();
    for (const Deployment& each : rows) found.push_back(each.id);
    return found;
  }

  TempDir directory;
  std::unique_ptr<Journal> journal = opened(directory.path() / "journal.db");
};

TEST_F(DeploymentQueryTest, FindsAllOfThemNewestFirst) {
  EXPECT_THAT(ids({}), ElementsAre("d", "c", "b", "a"));
  EXPECT_THAT(ids({.limit = 2}), ElementsAre("d", "c"));
}

TEST_F(DeploymentQueryTest, FindsBySingleProperties) {
  EXPECT_THAT(ids({.service = "backend"}), ElementsAre("d", "b", "a"));
  EXPECT_THAT(ids({.version = "v2"}), ElementsAre("c", "b"));
  EXPECT_THAT(ids({.phases = {"succeeded", "deploying"}}), ElementsAre("d", "c", "a"));
  EXPECT_THAT(ids({.service = "gone"}), IsEmpty());
}

TEST_F(DeploymentQueryTest, FindsByTimeWithItsFirstInstantAndWithoutItsLast) {
  EXPECT_THAT(ids({.since = at(2'000)}), ElementsAre("d", "c", "b"));
  EXPECT_THAT(ids({.until = at(3'000)}), ElementsAre("b", "a"));
  EXPECT_THAT(ids({.since = at(2'000), .until = at(3'000)}), ElementsAre("b"));
}

TEST_F(DeploymentQueryTest, FindsByWhatStandsInTheStory) {
  EXPECT_THAT(ids({.kind = "trigger.tripped"}), ElementsAre("b"));
  EXPECT_THAT(ids({.kind = "rollback.*"}), ElementsAre("b"));
  EXPECT_THAT(ids({.kind = "rollback"}), IsEmpty());
}

TEST_F(DeploymentQueryTest, CombinesWhatIsWanted) {
  EXPECT_THAT(ids({.service = "backend", .phases = {"succeeded"}, .until = at(2'000)}),
              ElementsAre("a"));
  EXPECT_THAT(ids({.service = "backend", .version = "v2", .kind = "trigger.*"}), ElementsAre("b"));
}

TEST_F(DeploymentQueryTest, TurnsPages) {
  EXPECT_THAT(ids({.before = "c"}), ElementsAre("b", "a"));
  EXPECT_THAT(ids({.service = "backend", .before = "d", .limit = 1}), ElementsAre("b"));
  EXPECT_THAT(ids({.before = "a"}), IsEmpty());
}

TEST_F(DeploymentQueryTest, TakesNothingForSql) {
  EXPECT_THAT(ids({.service = "' OR 1 --"}), IsEmpty());
  EXPECT_THAT(ids({.phases = {"') OR 1 --"}}), IsEmpty());
}

TEST_F(DeploymentQueryTest, TellsWhatEndedWithTheTimesOfItsRollback) {
  EXPECT_EQ(outcome(journal->commit(commit_of(intent_of("b", {StepKind::rollback, 0, 0}),
                                              intent_of("b", {StepKind::rollback, 1, 0}),
                                              intent_of("b", {StepKind::verify, 0, 0})))),
            "ok");
  RunEnd last = end_of("b", {StepKind::rollback, 1, 0});
  last.result.started_at = at(2'050);
  last.result.ended_at = at(2'060);
  EXPECT_EQ(outcome(journal->commit(commit_of(end_of("b", {StepKind::rollback, 0, 0}), last))),
            "ok");
  const std::vector<EndedRow> rows = journal->ended("", at(1'100), at(3'100)).value();
  ASSERT_EQ(rows.size(), 2U) << "what ended at the last instant is left out";
  EXPECT_EQ(rows[0].deployment.id, "a");
  EXPECT_EQ(rows[0].acting_since, std::nullopt);
  EXPECT_EQ(rows[1].acting_since, at(1'101)) << "when the first command began";
  EXPECT_EQ(rows[1].acted_until, at(2'060));
  EXPECT_EQ(journal->ended("frontend", at(0), at(9'000)).value().size(), 1U);
}

TEST_F(DeploymentQueryTest, KnowsSinceWhenItKnowsAnything) {
  EXPECT_EQ(journal->known_since("").value(), at(1'000));
  EXPECT_EQ(journal->known_since("frontend").value(), at(3'000));
  EXPECT_EQ(journal->known_since("gone").value(), std::nullopt);
}

TEST_F(DeploymentQueryTest, TellsTheRecordsThatCameLater) {
  const auto texts = [this](std::int64_t after, std::size_t limit) {
    std::vector<std::string> kinds;
    const auto rows = journal->history_after(after, limit).value();
    for (const HistoryRow& row : rows) {
      kinds.push_back(std::to_string(row.sequence) + " " + row.record.kind);
    }
    return kinds;
  };
  EXPECT_EQ(journal->last_sequence().value(), 3);
  EXPECT_THAT(texts(0, 2), ElementsAre("1 trigger.tripped", "2 rollback.started"));
  EXPECT_THAT(texts(2, 9), ElementsAre("3 deployment.started"));
  EXPECT_THAT(texts(3, 9), IsEmpty());
}

TEST_F(DeploymentQueryTest, KnowsWhetherSomethingWasRecorded) {
  const auto has = [this](const std::string& service, const std::string& kind, std::int64_t since,
                          const std::string& text) {
    return journal->has_record(service, kind, at(since), text).value();
  };
  EXPECT_TRUE(has("backend", "trigger.tripped", 1'001, "happened"));
  EXPECT_FALSE(has("backend", "trigger.tripped", 1'002, "happened"));
  EXPECT_FALSE(has("frontend", "trigger.tripped", 0, "happened"));
  EXPECT_FALSE(has("backend", "trigger.tripped", 0, "hap%"));
}

}  // namespace
}  // namespace ripcord::store
