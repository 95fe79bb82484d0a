#include "evidence/capture.hpp"

#include "tests/support/temp_dir.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <string>
#include <utility>

namespace ripcord::evidence {
namespace {

using namespace std::chrono_literals;
using testing::AllOf;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

class CaptureTest : public testing::Test {
 protected:
  CaptureTest() { EXPECT_TRUE(archive_.claim("d")); }

  Capture write(Collected collected) {
    Capture capture{.began_at = Instant(std::chrono::seconds(1'700'000'000)),
                    .took = 34ms,
                    .asked = {},
                    .not_written = {}};
    write_capture(archive_, "d", std::move(collected), capture);
    return capture;
  }
  std::string read(const std::string& file) { return archive_.read("d", file).value_or(""); }

  test::TempDir dir_;
  Archive archive_{dir_.path() / "evidence"};
};

TEST_F(CaptureTest, WritesEveryExhibitWithoutTheSecretsOfAny) {
  const Capture capture =
      write({.exhibits = {{.file = "logs/a.txt", .content = "login with hunter22\n"},
                          {.file = "looks/a.json", .content = {{"text", "hunter22"}, {"n", 1}}}},
             .secrets = {"hunter22"},
             .asked = {{.source = "probe a", .took = 3ms, .missing = {}}}});
  EXPECT_THAT(capture.gaps(), IsEmpty());
  EXPECT_EQ(read("logs/a.txt"), "login with ***\n");
  EXPECT_THAT(read("looks/a.json"), AllOf(HasSubstr("***"), Not(HasSubstr("hunter22"))));
  EXPECT_THAT(read("capture.json"), HasSubstr("\"state\": \"captured\""));
  EXPECT_THAT(read("summary.txt"), HasSubstr("within 0.034s"));
}

TEST_F(CaptureTest, WritesWhatIsMissingWithoutTheSecretsEither) {
  (void)write({.exhibits = {},
               .secrets = {"hunter22"},
               .asked = {{.source = "probe a", .took = 3ms, .missing = {"no hunter22 here"}}}});
  EXPECT_THAT(read("capture.json"), AllOf(HasSubstr("no *** here"), Not(HasSubstr("hunter22"))));
  EXPECT_THAT(read("summary.txt"), Not(HasSubstr("hunter22")));
}

TEST_F(CaptureTest, PutsWhatComesLaterWithoutTheSecretsToo) {
  std::filesystem::create_directory(archive_.directory("d") + "/runs.json");
  const Result<void> put = put_all(archive_, "d",
                                   {{.file = "runs.json", .content = 1},
                                    {.file = "runs/rollback.1.txt", .content = "it is hunter22"}},
                                   {"hunter22"});
  ASSERT_FALSE(put);
  EXPECT_THAT(put.error().message, HasSubstr("runs.json"));
  EXPECT_EQ(read("runs/rollback.1.txt"), "it is ***");
}

TEST_F(CaptureTest, TellsWhatIsMissing) {
  const Capture capture =
      write({.exhibits = {},
             .secrets = {},
             .asked = {{.source = "probe db", .took = 2s, .missing = {"no answer within 2s"}}}});
  EXPECT_THAT(capture.gaps(), ElementsAre("probe db: no answer within 2s"));
  EXPECT_THAT(read("capture.json"), HasSubstr("probe db: no answer within 2s"));
  EXPECT_THAT(read("summary.txt"), HasSubstr("probe db: no answer within 2s"));
}

TEST_F(CaptureTest, NotesAFileThatCannotBeWrittenAndWritesTheOthers) {
  std::filesystem::create_directory(archive_.directory("d") + "/host.json");
  const Capture capture = write(
      {.exhibits = {{.file = "host.json", .content = 1}, {.file = "disks.json", .content = 2}},
       .secrets = {},
       .asked = {}});
  EXPECT_THAT(capture.gaps(), ElementsAre(HasSubstr("host.json")));
  EXPECT_EQ(read("disks.json"), "2\n");
}

TEST_F(CaptureTest, PutsNothingElsewhere) {
  (void)write({.exhibits = {{.file = "../outside.txt", .content = "x"},
                            {.file = "/tmp/outside.txt", .content = "x"}},
               .secrets = {},
               .asked = {}});
  EXPECT_FALSE(std::filesystem::exists(dir_.path() / "evidence" / "outside.txt"));
}

TEST_F(CaptureTest, IsPartialUntilItHasEndedAndCompleteInTheEnd) {
  EXPECT_EQ(state_of(archive_, "d"), "partial");
  ASSERT_TRUE(archive_.put("d", beginning_exhibit(Instant{})));
  EXPECT_EQ(state_of(archive_, "d"), "partial");
  ASSERT_TRUE(render(archive_, "d"));
  EXPECT_THAT(read("summary.txt"), HasSubstr("PARTIAL"));
  EXPECT_THAT(read("index.html"), HasSubstr("This evidence is partial"));
  (void)write({});
  EXPECT_EQ(state_of(archive_, "d"), "captured");
  ASSERT_TRUE(archive_.put("d", ending_exhibit(Instant{})));
  ASSERT_TRUE(render(archive_, "d"));
  EXPECT_EQ(state_of(archive_, "d"), "complete");
  EXPECT_THAT(read("index.html"), Not(HasSubstr("This evidence is partial")));
}

}  // namespace
}  // namespace ripcord::evidence
