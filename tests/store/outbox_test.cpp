#include "store/sqlite_journal.hpp"
#include "tests/store/vocabulary.hpp"
#include "tests/support/temp_dir.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

namespace ripcord::store {
namespace {

using namespace ripcord::test;  // NOLINT(google-build-using-namespace)
using testing::ElementsAre;
using testing::HasSubstr;

OutboxEntry entry(std::int64_t number, std::string incident) {
  return {.number = number,
          .receiver = "ops",
          .incident = std::move(incident),
          .message = R"({"title":"backend was rolled back"})",
          .queued_at = at(100 + number)};
}

OutboxEntry ended(OutboxEntry entry, OutboxFate fate, Instant when) {
  entry.fate = fate;
  entry.ended_at = when;
  return entry;
}

class OutboxTest : public testing::Test {
 protected:
  std::string commit(std::vector<OutboxEntry> entries) {
    Commit commit;
    commit.outbox = std::move(entries);
    return outcome(journal->commit(commit));
  }
  std::vector<std::int64_t> numbers(Instant since) {
    const std::vector<OutboxEntry> entries = journal->outbox(since).value();
    std::vector<std::int64_t> all;
    for (const OutboxEntry& each : entries) all.push_back(each.number);
    return all;
  }

  TempDir directory;
  std::filesystem::path file = directory.path() / "journal.db";
  std::unique_ptr<Journal> journal = opened(file);
};

TEST_F(OutboxTest, KeepsAnEntryWithAllThatBecameOfIt) {
  OutboxEntry first = entry(1, "a");
  first.opens = true;
  ASSERT_EQ(commit({first}), "ok");
  EXPECT_THAT(journal->outbox(at(0)).value(), ElementsAre(first));
  first.attempts = 3;
  first.not_before = at(500);
  first.trouble = "it answered 503";
  first.thread = "1699.0001";
  ASSERT_EQ(commit({first}), "ok");
  journal.reset();
  journal = opened(file);
  EXPECT_THAT(journal->outbox(at(0)).value(), ElementsAre(first));
}

TEST_F(OutboxTest, GivesWhatWaitsWhatHasJustEndedAndWhatIsOpen) {
  const auto says = [](OutboxEntry entry, bool opens) {
    entry.opens = opens;
    return entry;
  };
  ASSERT_EQ(commit({says(ended(entry(1, "a"), OutboxFate::delivered, at(200)), true),
                    says(ended(entry(2, "a"), OutboxFate::delivered, at(210)), true),
                    ended(entry(3, "b"), OutboxFate::failed, at(220)), entry(4, "a"),
                    ended(entry(5, "c"), OutboxFate::failed, at(900)),
                    // A notice says nothing of the incident, and what is over is no news.
                    ended(entry(6, "a"), OutboxFate::delivered, at(220)),
                    says(ended(entry(7, "d"), OutboxFate::delivered, at(220)), true),
                    says(ended(entry(8, "d"), OutboxFate::delivered, at(230)), false)}),
            "ok");
  EXPECT_THAT(numbers(at(800)), ElementsAre(2, 4, 5));
  ASSERT_EQ(outcome(journal->prune_outbox(at(800))), "ok");
  EXPECT_THAT(numbers(at(0)), ElementsAre(2, 4, 5));
}

TEST_F(OutboxTest, NothingThatHasEndedWaitsAgain) {
  ASSERT_EQ(commit({ended(entry(1, "a"), OutboxFate::delivered, at(200))}), "ok");
  EXPECT_THAT(commit({entry(1, "a")}), HasSubstr("stays as it ended"));
}

TEST_F(OutboxTest, ASilenceCanBeEnded) {
  Silence silence{.number = 1,
                  .service = "backend",
                  .trigger = "errors",
                  .from = at(100),
                  .until = at(3700),
                  .reason = "the disk is being replaced",
                  .by = "uid 1000 (ana)"};
  Commit commit;
  commit.silences = {silence};
  ASSERT_EQ(outcome(journal->commit(commit)), "ok");
  EXPECT_THAT(journal->silences().value(), ElementsAre(silence));
  silence.ended_at = at(200);
  commit.silences = {silence};
  ASSERT_EQ(outcome(journal->commit(commit)), "ok");
  EXPECT_THAT(journal->silences().value(), ElementsAre(silence));
}

}  // namespace
}  // namespace ripcord::store
