#include "base/text.hpp"
#include "tests/etc/promql.hpp"
#include "tests/support/real_part.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <cstdlib>
#include <set>
#include <string>
#include <string_view>
#include <vector>

// The rules of etc/prometheus: what they name is documented, and whoever is woken finds what to do.
namespace ripcord::test {
namespace {

using testing::Contains;
using testing::HasSubstr;
using testing::SizeIs;
using testing::UnorderedElementsAreArray;

const std::string rules_file = "etc/prometheus/ripcord.rules.yml";

/// The rest of every line of `text` that begins with `key`, but for blanks.
std::vector<std::string> after(const std::string& text, std::string_view key) {
  std::vector<std::string> rests;
  for (const std::string_view line : split(text, '\n')) {
    const std::string_view trimmed = trim(line);
    if (trimmed.starts_with(key)) rests.emplace_back(trim(trimmed.substr(key.size())));
  }
  return rests;
}

std::vector<std::string> alerts() {
  return after(read_source(rules_file), "- alert:");
}

/// What follows "## Runbook" in docs/operations.md, until the next heading of its rank.
std::string runbook() {
  const std::string text = read_source("docs/operations.md");
  const std::size_t begin = text.find("\n## Runbook\n");
  if (begin == std::string::npos) return "";
  return text.substr(begin, text.find("\n## ", begin + 1) - begin);
}

std::string anchor_of(std::string alert) {
  std::ranges::transform(alert, alert.begin(),
                         [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return "docs/operations.md#" + alert;
}

TEST(Alerts, HaveEachTheirEntryInTheRunbookAndNothingElseHas) {
  ASSERT_GT(alerts().size(), 10U);
  EXPECT_THAT(after(runbook(), "### "), UnorderedElementsAreArray(alerts()));
}

TEST(Alerts, NameTheirEntryInTheRunbook) {
  const auto named = after(read_source(rules_file), "runbook:");
  ASSERT_THAT(named, SizeIs(alerts().size()));
  for (std::size_t i = 0; i < named.size(); ++i) {
    EXPECT_EQ(named[i], fmt::format("\"{}\"", anchor_of(alerts()[i])));
  }
}

TEST(Alerts, AreEachTriedByACase) {
  const std::string cases = read_source("tests/etc/ripcord.rules.test.yml");
  for (const std::string& alert : alerts()) {
    EXPECT_THAT(cases, HasSubstr("- alertname: " + alert + "\n"));
  }
}

/// The expressions of all rules, those of several lines too.
std::vector<std::string> expressions() {
  std::vector<std::string> found;
  bool inside = false;
  const std::string text = read_source(rules_file);
  for (std::string_view line : split(text, '\n')) {
    line = trim(line);
    constexpr std::array ends{"- ", "for:", "labels:", "annotations:"};
    if (line.starts_with("expr:")) {
      inside = true;
      found.emplace_back(line.substr(5));
    } else if (std::ranges::any_of(ends, [&](const char* end) { return line.starts_with(end); })) {
      inside = false;
    } else if (inside) {
      found.back() += fmt::format("\n{}", line);
    }
  }
  return found;
}

TEST(Rules, NameOnlyMetricsThatAreDocumentedOrRecorded) {
  std::set<std::string> known = documented_metrics();
  known.insert("up");
  for (const std::string& recorded : after(read_source(rules_file), "- record:")) {
    known.insert(recorded);
  }
  ASSERT_GT(expressions().size(), alerts().size());
  for (const std::string& expression : expressions()) {
    const auto selectors = selectors_in(expression);
    EXPECT_FALSE(selectors.empty()) << expression;
    for (const Selector& selector : selectors) {
      EXPECT_THAT(known, Contains(selector.metric)) << expression;
    }
  }
}

/// The exit code of a shell command.
int exit_code_of(const std::string& command) {
  // One thread only; the child is waited for.
  return WEXITSTATUS(std::system(command.c_str()));  // NOLINT(concurrency-mt-unsafe)
}

class Promtool : public testing::Test {
 protected:
  void SetUp() override {
    // NOLINTNEXTLINE(concurrency-mt-unsafe): the macro reads the environment; one thread only
    RIPCORD_NEEDS(exit_code_of("command -v promtool > /dev/null") == 0,
                  "promtool is not installed (Debian package prometheus)");
  }
  static int promtool(const std::string& arguments) {
    return exit_code_of("cd " RIPCORD_SOURCE_DIR " && promtool " + arguments);
  }
};

TEST_F(Promtool, TakesTheScrapeConfigurationAndItsRules) {
  EXPECT_EQ(promtool("check config etc/prometheus/prometheus.yml"), 0);
}

TEST_F(Promtool, FindsThatEveryRuleDoesWhatItsCaseSays) {
  EXPECT_EQ(promtool("test rules tests/etc/ripcord.rules.test.yml"), 0);
}

}  // namespace
}  // namespace ripcord::test
