#include "tests/tidy/exceptions.hpp"
#include "tests/tidy/repository.hpp"
#include "tests/tidy/rules.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

namespace ripcord::tidy {
namespace {

const Repository& repository() {
  static const Repository read = read_repository(RIPCORD_ROOT, RIPCORD_FLOORS);
  return read;
}

std::string in_lines(const Findings& findings) {
  std::string lines;
  for (const Finding& finding : findings) lines += "\n  " + to_string(finding);
  return lines;
}

class HouseRule : public testing::TestWithParam<Rule> {};

TEST_P(HouseRule, IsKept) {
  const Rule& rule = GetParam();
  const Findings broken = without(exceptions(), rule.name, rule.check(repository()));
  EXPECT_TRUE(broken.empty()) << "(rule " << rule.name << ")" << in_lines(broken);
}

INSTANTIATE_TEST_SUITE_P(Tidy, HouseRule, testing::ValuesIn(rules()),
                         [](const auto& parameter) { return std::string(parameter.param.name); });

TEST(Tidy, EveryExceptionIsStillNeededAndSaysWhy) {
  for (const Exception& exception : exceptions()) {
    const auto rule = std::ranges::find(rules(), exception.rule, &Rule::name);
    ASSERT_NE(rule, rules().end()) << "there is no rule " << exception.rule;
    EXPECT_FALSE(exception.what.empty() || exception.reason.empty()) << exception.file;
    EXPECT_FALSE(is_stale(exception, rule->check(repository())))
        << exception.file << " keeps " << exception.rule << " now: take its exception out";
  }
}

TEST(Tidy, SeesTheRepository) {
  EXPECT_TRUE(repository().paths.contains("lib/base/result.hpp"));
  EXPECT_TRUE(repository().floors.contains("base"));
  EXPECT_GT(repository().files.size(), 50U);
}

}  // namespace

}  // namespace ripcord::tidy
