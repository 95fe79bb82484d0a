// A history that moves from one host to another.

#include "store/history_file.hpp"

#include "store/sqlite_journal.hpp"
#include "tests/store/vocabulary.hpp"
#include "tests/support/temp_dir.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <memory>
#include <optional>
#include <sstream>
#include <string>

namespace ripcord::store {
namespace {

using namespace ripcord::test;  // NOLINT(google-build-using-namespace)
using testing::ElementsAre;
using testing::HasSubstr;
using testing::StartsWith;

constexpr StepId first_step{StepKind::rollback, 0, 0};

Deployment ended(std::string id, std::int64_t started) {
  Deployment deployment = in_phase(std::move(id), RolledBack{});
  deployment.started_at = at(started);
  deployment.ended_at = at(started + 100);
  return deployment;
}

class HistoryFileTest : public testing::Test {
 protected:
  /// Two deployments of "backend" with all that belongs to them, and a record of none.
  void fill(const std::filesystem::path& file) const {
    const auto journal = opened(file);
    Deployment full = ended("b-1", 1'000);
    full.cause = Cause{"unhealthy", "status 500: \xff\"\n", "ripcord", at(1'055), at(1'050)};
    full.baselines = {
        {"slower", {.count = 3, .mean = 0.1, .quantiles = {0.1, 0.3}, .sample = {0.1, 1.0 / 3}}}};
    Record odd = record_of("b-1", "bytes of a script: \xff\x01");
    RunIntent intent = intent_of("b-1", first_step);
    intent.facts.traffic = 0.1 + 0.2;
    Record of_nobody = record_of("", "the daemon is blind");
    of_nobody.at = at(3'000);
    ASSERT_EQ(outcome(journal->commit(commit_of(full, odd, intent, end_of("b-1", first_step)))),
              "ok");
    ASSERT_EQ(outcome(journal->commit(commit_of(ended("b-2", 2'000), record_of("b-2", "twice"),
                                                record_of("b-2", "twice"), of_nobody))),
              "ok");
  }

  static std::string exported(const std::filesystem::path& file,
                              std::optional<Instant> since = std::nullopt) {
    std::string text;
    const auto count = export_history(file, since, [&](std::string_view line) -> Result<void> {
      text += line;
      return {};
    });
    return count ? text : outcome(count);
  }

  static Result<HistoryCount> import(const std::filesystem::path& file, const std::string& text) {
    std::istringstream in(text);
    return import_history(file, in);
  }

  /// Why `text` is not imported into a journal that stays as it is.
  [[nodiscard]] std::string refused(const std::string& text) const {
    const std::string before = exported(new_file);
    const auto done = import(new_file, text);
    EXPECT_EQ(exported(new_file), before);
    return outcome(done);
  }

  /// `text` with `from` replaced by `to`, once.
  static std::string with(std::string text, const std::string& from, const std::string& to) {
    const std::size_t place = text.find(from);
    EXPECT_NE(place, std::string::npos) << from;
    return place == std::string::npos ? text : text.replace(place, from.size(), to);
  }

  TempDir directory;
  std::filesystem::path old_file = directory.path() / "old.db";
  std::filesystem::path new_file = directory.path() / "new.db";
};

TEST_F(HistoryFileTest, IsTheSameAgainOnceItHasMoved) {
  fill(old_file);
  const std::string history = exported(old_file);
  EXPECT_THAT(history, StartsWith(R"({"format":"ripcord history","schema":)"));
  const auto added = import(new_file, history);
  ASSERT_TRUE(added) << outcome(added);
  EXPECT_EQ(added->deployments, 2U);
  EXPECT_EQ(added->records, 4U);
  EXPECT_EQ(added->runs, 1U);
  EXPECT_EQ(exported(new_file), history);
  EXPECT_EQ(text_of(opened(new_file)->deployment("b-1").value()),
            text_of(opened(old_file)->deployment("b-1").value()));
  EXPECT_EQ(opened(new_file)->runs("b-1").value().front().intent.facts.traffic, 0.1 + 0.2);
}

TEST_F(HistoryFileTest, IsAddedOnce) {
  fill(old_file);
  const std::string history = exported(old_file);
  ASSERT_TRUE(import(new_file, history));
  const auto again = import(new_file, history);
  ASSERT_TRUE(again) << outcome(again);
  EXPECT_EQ(again->deployments + again->records + again->runs, 0U);
  EXPECT_EQ(again->known, 7U);
  EXPECT_EQ(exported(new_file), history);
}

TEST_F(HistoryFileTest, IsContinuedByALaterExport) {
  fill(old_file);
  ASSERT_TRUE(import(new_file, exported(old_file)));
  ASSERT_EQ(outcome(opened(old_file)->commit(commit_of(ended("b-3", 4'000)))), "ok");
  const auto more = import(new_file, exported(old_file));
  ASSERT_TRUE(more) << outcome(more);
  EXPECT_EQ(more->deployments, 1U);
  EXPECT_EQ(exported(new_file), exported(old_file));
}

TEST_F(HistoryFileTest, LeavesOutWhatIsOpenAndNamesIt) {
  fill(old_file);
  const std::string before = exported(old_file);
  ASSERT_EQ(outcome(opened(old_file)->commit(commit_of(begun("b-9"), record_of("b-9", "it begins"),
                                                       intent_of("b-9", first_step)))),
            "ok");
  EXPECT_EQ(exported(old_file), before);
  const auto count =
      export_history(old_file, std::nullopt, [](std::string_view) -> Result<void> { return {}; });
  EXPECT_THAT(count->open, ElementsAre("b-9"));
}

TEST_F(HistoryFileTest, HasWhatStartedSinceThen) {
  fill(old_file);
  const std::string history = exported(old_file, at(2'000));
  EXPECT_THAT(history, testing::Not(HasSubstr("b-1")));
  EXPECT_THAT(history, HasSubstr("the daemon is blind"));
  const auto added = import(new_file, history);
  ASSERT_TRUE(added) << outcome(added);
  EXPECT_EQ(added->deployments, 1U);
  EXPECT_EQ(added->records, 3U);
}

TEST_F(HistoryFileTest, IsReadWhileADaemonWrites) {
  fill(old_file);
  const auto daemon = opened(old_file);
  EXPECT_THAT(exported(old_file), HasSubstr("b-2"));
  EXPECT_EQ(outcome(daemon->commit(commit_of(ended("b-3", 5'000)))), "ok");
}

TEST_F(HistoryFileTest, EndsWithWhatItCannotBeWrittenTo) {
  fill(old_file);
  const auto count = export_history(old_file, std::nullopt, [](std::string_view) -> Result<void> {
    return failure(Fault::closed, "the pipe is gone");
  });
  EXPECT_EQ(outcome(count), "closed: the pipe is gone");
}

TEST_F(HistoryFileTest, NamesTheLineThatIsWrong) {
  fill(old_file);
  const std::string history = exported(old_file);
  (void)opened(new_file);
  EXPECT_THAT(refused(""), HasSubstr("there is nothing to import"));
  EXPECT_THAT(refused("{}\n"), HasSubstr("malformed: line 1: this is no history"));
  EXPECT_THAT(refused(with(history, R"("schema":)", R"("schema":1)")),
              HasSubstr("line 1: it has schema"));
  EXPECT_THAT(refused(with(history, "\n", "\n{\n")), HasSubstr("line 2: it is no JSON object"));
  EXPECT_THAT(refused(with(history, R"({"record")", R"({"recrod")")), HasSubstr("line 4: it is"));
  EXPECT_THAT(refused(with(history, R"("version")", R"("versoin")")),
              HasSubstr(R"(line 2: member "version" is missing)"));
  EXPECT_THAT(refused(with(history, R"("id":)", R"("no":1,"id":)")),
              HasSubstr(R"(line 2: unknown member "no")"));
  EXPECT_THAT(refused(with(history, R"("phase":"rolled_back")", R"("phase":"rolled_bakc")")),
              HasSubstr("line 2: table deployments, row b-1"));
  EXPECT_THAT(refused(with(history, R"("id":"b-1")", R"("id":"../b-1")")),
              HasSubstr("line 2: \"../b-1\" is no id"));
  EXPECT_THAT(refused(with(history, R"("started_at":1000000000)", R"("started_at":"then")")),
              HasSubstr("line 2:"));
  EXPECT_THAT(refused(with(history, R"("severity":"warning")", R"("severity":"loud")")),
              HasSubstr("line 4: table history"));
  EXPECT_THAT(refused(with(history, R"("outcome":"exited")", R"("outcome":"excited")")),
              HasSubstr("line 8: table runs"));
  EXPECT_THAT(
      refused(with(history, R"({"run":{"deployment":"b-1")", R"({"run":{"deployment":"b-7")")),
      HasSubstr("line 8: it is of a deployment that is not here"));
}

TEST_F(HistoryFileTest, IsRefusedWithAnOpenDeployment) {
  fill(old_file);
  (void)opened(new_file);
  EXPECT_THAT(refused(with(exported(old_file), R"("phase":"rolled_back")",
                           R"("phase":"rollback_failed","ended_at":null,"phase":"rolled_back")")),
              HasSubstr("line 2:"));
  EXPECT_THAT(refused(with(exported(old_file), R"("phase":"rolled_back")", R"("phase":"gating")")),
              HasSubstr("line 2: b-1 is open"));
}

TEST_F(HistoryFileTest, IsRefusedWhereItContradicts) {
  fill(old_file);
  const std::string history = exported(old_file);
  ASSERT_TRUE(import(new_file, history));
  EXPECT_THAT(refused(with(history, R"("version":"v2")", R"("version":"v3")")),
              HasSubstr("line 2: it is here already, but differs"));
  EXPECT_THAT(refused(with(history, R"("code":0)", R"("code":1)")),
              HasSubstr("line 8: it is here already, but differs"));
}

TEST_F(HistoryFileTest, NeverComesBeforeWhatIsThere) {
  fill(old_file);
  ASSERT_EQ(outcome(opened(new_file)->commit(commit_of(ended("b-8", 1'500)))), "ok");
  EXPECT_THAT(refused(exported(old_file)), HasSubstr("line 2: b-1 is not here, but newer"));
  EXPECT_EQ(outcome(import(new_file, exported(old_file, at(2'000)))), "ok");
  ASSERT_EQ(outcome(opened(new_file)->commit(commit_of(begun("b-9")))), "ok");
  ASSERT_EQ(outcome(opened(old_file)->commit(commit_of(ended("b-10", 9'000)))), "ok");
  EXPECT_THAT(refused(exported(old_file, at(9'000))),
              HasSubstr("line 2: a deployment of backend is open here"));
}

TEST_F(HistoryFileTest, IsNotMadeOfNothing) {
  EXPECT_THAT(exported(old_file), HasSubstr("missing: there is no journal"));
  put_bytes(old_file, "");
  EXPECT_THAT(exported(old_file), HasSubstr("has schema 0"));
  put_bytes(old_file, std::string(4096, 'x'));
  EXPECT_THAT(exported(old_file), HasSubstr("malformed"));
}

}  // namespace
}  // namespace ripcord::store
