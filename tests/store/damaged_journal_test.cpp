#include "store/sqlite_journal.hpp"
#include "tests/store/vocabulary.hpp"
#include "tests/support/temp_dir.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <random>
#include <string>

namespace ripcord::store {
namespace {

using namespace ripcord::test;  // NOLINT(google-build-using-namespace)
using testing::AllOf;
using testing::HasSubstr;
using testing::StartsWith;

class DamagedJournalTest : public testing::Test {
 protected:
  /// The bytes of a sound journal with some rows in each table, all moved out of its log.
  [[nodiscard]] std::string sound() const {
    const std::filesystem::path model = directory.path() / "sound.db";
    {
      const auto journal = opened(model);
      for (int number = 0; number < 40; ++number) {
        const std::string id = fmt::format("backend-{}", number);
        EXPECT_EQ(outcome(journal->commit(commit_of(begun(id), record_of(id, std::string(200, 'x')),
                                                    intent_of(id, {}), end_of(id, {})))),
                  "ok");
      }
    }
    return bytes_of(model);
  }

  /// Opens what has these bytes, and reads and writes all of it if that succeeds. A file that is
  /// refused must be left as it is, to the byte.
  [[nodiscard]] std::string use(const std::string& bytes) const {
    for (const char* part : {"", "-wal", "-shm"}) std::filesystem::remove(file.native() + part);
    put_bytes(file, bytes);
    auto journal = open_journal(file);
    if (!journal) {
      EXPECT_TRUE(bytes_of(file) == bytes) << outcome(journal);
      EXPECT_THAT(outcome(journal), HasSubstr(file.native()));
      return outcome(journal);
    }
    static_cast<void>((*journal)->all_deployments());
    static_cast<void>((*journal)->deployments({}));
    static_cast<void>((*journal)->history("backend-1"));
    static_cast<void>((*journal)->runs("backend-1"));
    static_cast<void>((*journal)->commit(commit_of(begun("late"), record_of("late", "text"),
                                                   intent_of("late", {}), end_of("late", {}))));
    return "ok";
  }

  /// The open journal as a crash would leave it.
  [[nodiscard]] std::filesystem::path copy_with_log() const {
    std::filesystem::path copy = directory.path() / "copy.db";
    std::filesystem::copy_file(file, copy);
    std::filesystem::copy_file(file.native() + "-wal", copy.native() + "-wal");
    return copy;
  }

  TempDir directory;
  std::filesystem::path file = directory.path() / "journal.db";
};

TEST_F(DamagedJournalTest, GarbageIsRefused) {
  for (const std::size_t size : {1UL, 2UL, 15UL, 100UL, 511UL, 512UL, 4096UL, 50'000UL}) {
    EXPECT_THAT(use(std::string(size, 'g')),
                AllOf(StartsWith("malformed: "), HasSubstr("not a database"), HasSubstr("move it")))
        << size;
  }
}

TEST_F(DamagedJournalTest, ATruncatedFileIsRefused) {
  const std::string bytes = sound();
  ASSERT_EQ(use(bytes), "ok");
  for (std::size_t pages = 1; pages < bytes.size() / 4096; ++pages) {
    EXPECT_THAT(use(bytes.substr(0, pages * 4096)), StartsWith("malformed: ")) << pages;
  }
  for (const std::size_t size : {50UL, 700UL, 4097UL}) {
    EXPECT_THAT(use(bytes.substr(0, size)), StartsWith("malformed: ")) << size;
  }
}

TEST_F(DamagedJournalTest, ZeroedPagesAreRefused) {
  const std::string bytes = sound();
  for (std::size_t page = 0; page < bytes.size() / 4096; ++page) {
    std::string damaged = bytes;
    damaged.replace(page * 4096, 4096, std::string(4096, '\0'));
    EXPECT_THAT(use(damaged), StartsWith("malformed: ")) << page;
  }
}

TEST_F(DamagedJournalTest, FlippedBytesNeverCrashIt) {
  const std::string bytes = sound();
  const auto seed = std::random_device()();
  RecordProperty("seed", fmt::format("{}", seed));
  SCOPED_TRACE(fmt::format("seed {}", seed));
  std::mt19937 random(seed);
  std::size_t refused = 0;
  for (std::size_t round = 0; round < 300; ++round) {
    std::string damaged = bytes;
    // Half of them where it hurts: in the file's header and the schema.
    const std::size_t range = round % 2 == 0 ? 4096 : bytes.size();
    for (std::size_t flip = 0; flip <= round % 3; ++flip) {
      damaged.at(random() % range) = static_cast<char>(random() % 256);
    }
    refused += use(damaged) == "ok" ? 0U : 1U;
  }
  EXPECT_GT(refused, 0U);
}

TEST_F(DamagedJournalTest, EveryByteOfTheHeaderMayBeWrong) {
  const std::string bytes = sound();
  for (std::size_t place = 0; place < 100; ++place) {
    std::string damaged = bytes;
    damaged.at(place) = static_cast<char>(damaged.at(place) ^ 0x7f);
    static_cast<void>(use(damaged));
  }
  std::string unnamed = bytes;
  unnamed.at(0) = 'X';
  EXPECT_THAT(use(unnamed), HasSubstr("file is not a database"));
}

TEST_F(DamagedJournalTest, WhatIsOnlyInTheLogIsRead) {
  const auto journal = opened(file);
  ASSERT_EQ(outcome(journal->commit(commit_of(begun("a")))), "ok");
  EXPECT_EQ(opened(copy_with_log())->all_deployments().value().size(), 1U);
}

TEST_F(DamagedJournalTest, ARefusedFileKeepsItsLog) {
  const auto journal = opened(file);
  edit(file, "PRAGMA user_version = 7");
  const std::filesystem::path copy = copy_with_log();
  EXPECT_THAT(outcome(open_journal(copy)), HasSubstr("has schema 7"));
  EXPECT_TRUE(bytes_of(copy) == bytes_of(file));
  EXPECT_TRUE(bytes_of(copy.native() + "-wal") == bytes_of(file.native() + "-wal"));
}

TEST_F(DamagedJournalTest, AnOrphanedLogIsNotThrownAway) {
  put_bytes(file.native() + "-wal", "all that was ever written");
  EXPECT_THAT(outcome(open_journal(file)), HasSubstr("is missing or empty, but"));
  EXPECT_FALSE(std::filesystem::exists(file));
  EXPECT_EQ(bytes_of(file.native() + "-wal"), "all that was ever written");
}

TEST_F(DamagedJournalTest, ADirectoryOrNoDirectoryIsRefused) {
  std::filesystem::create_directory(file);
  EXPECT_THAT(outcome(open_journal(file)), HasSubstr("is not a regular file"));
  EXPECT_THAT(outcome(open_journal(directory.path() / "none" / "journal.db")),
              AllOf(StartsWith("missing: cannot create "), HasSubstr("No such file")));
}

}  // namespace
}  // namespace ripcord::store
