#include "probe/log/log_probe.hpp"
#include "tests/config/vocabulary.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <variant>

namespace ripcord::config {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

const std::string head = "[service.a.probe.p]\ntype = 'log'\n";
const std::string trigger =
    "\n[service.a.trigger.t]\ntype = 'value'\nprobe = 'p'\nvalue = 'lines'\nabove = 5\n";

probe::LogProbeSettings read(const std::string& lines, Vocabulary* words = nullptr) {
  const Configuration configuration = good(head + lines + trigger);
  if (configuration.services.empty()) return {};
  const runtime::ServiceSettings& service = configuration.services[0];
  if (words != nullptr) *words = service.engine.probes.at(0).vocabulary;
  return std::get<probe::LogProbeSettings>(service.probes.at(0));
}

std::vector<std::string> wrong(const std::string& lines) {
  return mistakes_in(head + lines + trigger);
}

TEST(ReadLogProbe, ReadsAFileWithItsPatterns) {
  Vocabulary words;
  const auto log = read(
      "file = '/var/log/app.log'\nlines_max = 500\n[service.a.probe.p.pattern]\nerror = 'ERROR'\n"
      "slow = 'took \\d{4}ms'\n",
      &words);
  EXPECT_EQ(log.file, "/var/log/app.log");
  EXPECT_EQ(log.lines_max, 500U);
  const std::vector<probe::log::Pattern> expected{{"error", "ERROR"}, {"slow", "took \\d{4}ms"}};
  EXPECT_EQ(log.patterns, expected);
  EXPECT_THAT(words.occurrences, ElementsAre("error", "slow"));
  EXPECT_THAT(words.values, ElementsAre("error", "error_total", "slow", "slow_total", "lines",
                                        "lines_total", "dropped_total"));
}

TEST(ReadLogProbe, ReadsAContainer) {
  const auto log = read("compose_project = 'shop'\ncompose_service = 'web'");
  EXPECT_EQ(log.selector.service, "web");
  EXPECT_EQ(log.lines_max, 10'000U);
}

TEST(ReadLogProbe, LooksAsFarBackAsItsTriggersRemember) {
  EXPECT_EQ(read("container = 'web'").look_back, Duration{});
  const std::string counted =
      "container = 'web'\npattern.error = 'ERROR'\n[service.a.trigger.often]\ntype = "
      "'occurrences'\nprobe = 'p'\noccurrence = 'error'\nmore_than = 3\n";
  EXPECT_EQ(read(counted + "within = '5m'\n").look_back, std::chrono::minutes(5));
  EXPECT_EQ(read(counted + "within = '5m'\nmore_than_long = 9\nwithin_long = '1h'\n").look_back,
            std::chrono::hours(1));
}

TEST(ReadLogProbe, NeedsOnePlaceToReadFrom) {
  EXPECT_THAT(wrong(""), ElementsAre(HasSubstr("container: is missing")));
  EXPECT_THAT(wrong("file = '/x'\ncontainer = 'y'"),
              ElementsAre(HasSubstr("container: stands beside file")));
  EXPECT_THAT(wrong("file = 'x'"), ElementsAre(HasSubstr("file: \"x\" is not an absolute path")));
}

TEST(ReadLogProbe, RefusesPatternsThatAreNone) {
  EXPECT_THAT(wrong("file = '/x'\npattern = { Error = 'x' }"),
              ElementsAre(HasSubstr("pattern.Error: \"Error\" is not a name for a pattern")));
  EXPECT_THAT(wrong("file = '/x'\npattern = { lines = 'x' }"),
              ElementsAre(HasSubstr("is not a name for a pattern")));
  EXPECT_THAT(wrong("file = '/x'\npattern = { e = 'a(' }"),
              ElementsAre(HasSubstr("pattern.e: \"a(\" is not a pattern")));
  EXPECT_THAT(wrong("file = '/x'\npattern = { e = '' }"),
              ElementsAre(HasSubstr("pattern.e: is empty")));
}

}  // namespace
}  // namespace ripcord::config
