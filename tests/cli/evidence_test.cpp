#include "ripcord/evidence.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace ripcord::cli {
namespace {

using testing::HasSubstr;

TEST(ReadEvidence, ReadsBackWhatTheDaemonTold) {
  const auto evidence = read_evidence(
      R"({"deployment": "d-1", "directory": "/e/d-1", "state": "partial", "summary": "one\ntwo\n",
          "files": [{"name": "host.json", "bytes": 7}, 3], "later": true})");
  ASSERT_TRUE(evidence);
  EXPECT_EQ(evidence->directory, "/e/d-1");
  EXPECT_EQ(evidence->state, "partial");
  ASSERT_EQ(evidence->files.size(), 1U);
  EXPECT_EQ(evidence->files[0].bytes, 7U);
  EXPECT_EQ(read_evidence("{}").value().files.size(), 0U);
  EXPECT_FALSE(read_evidence("<html>"));
}

TEST(EvidenceView, SaysWhereItIsThenInShortThenItsFiles) {
  const std::string shown = render(
      evidence_view({.deployment = "d-1",
                     .directory = "/e/d-1",
                     .state = "partial",
                     .summary = "Because: it\x1b[31m was bad\n",
                     .files = {{.name = "host.json", .bytes = 7}, {.name = "a", .bytes = 12}}}),
      Surface{});
  EXPECT_EQ(shown,
            "/e/d-1  partial\n\nBecause: it [31m was bad\n\n"
            "host.json  7 bytes\na          12 bytes\n");
}

}  // namespace
}  // namespace ripcord::cli
