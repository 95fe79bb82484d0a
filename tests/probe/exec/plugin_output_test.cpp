#include "probe/exec/plugin_output.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace ripcord::probe {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

PerformanceValue value(const std::string& label, double number) {
  return {.label = label, .number = number};
}

/// The values of performance data; none when any of it is unreadable.
std::vector<PerformanceValue> values(const std::string& performance) {
  PluginOutput output = parse_plugin_output("OK | " + performance);
  EXPECT_EQ(output.unreadable, 0U) << performance;
  return output.performance;
}

std::size_t unreadable(const std::string& performance) {
  return parse_plugin_output("OK | " + performance).unreadable;
}

TEST(PluginOutput, HasOneLineForPeople) {
  EXPECT_EQ(parse_plugin_output("DISK OK - free space: / 3326 MB (56%);").text,
            "DISK OK - free space: / 3326 MB (56%);");
  EXPECT_EQ(parse_plugin_output(" OK \n more\n").text, "OK");
  EXPECT_EQ(parse_plugin_output("OK|time=1s\n").text, "OK");
  EXPECT_EQ(parse_plugin_output("\x1b[31mred\xff").text, " [31mred\xEF\xBF\xBD");
  EXPECT_EQ(parse_plugin_output("").text, "");
}

TEST(PluginOutput, HasPerformanceDataInBothPlaces) {
  const PluginOutput output = parse_plugin_output(
      "DISK OK - free space: / 3326 MB (56%); | /=2643MB;5948;5958;0;5968\n"
      "/ 15272 MB (77%);\n/boot 68 MB (69%);\n/home 69357 MB (27%); | /boot=68MB;88;93;0;98\n"
      "/home=69357MB;253404;253409;0;253414\n/var/log=818MB;970;975;0;980\n");
  EXPECT_EQ(output.text, "DISK OK - free space: / 3326 MB (56%);");
  constexpr double mib = 1024.0 * 1024;
  EXPECT_THAT(output.performance,
              ElementsAre(value("/", 2643 * mib), value("/boot", 68 * mib),
                          value("/home", 69357 * mib), value("/var/log", 818 * mib)));
  EXPECT_EQ(output.unreadable, 0U);
}

TEST(PluginOutput, UnitsBecomeBaseUnits) {
  EXPECT_THAT(
      values("a=1.5s b=250ms c=40us d=2ns"),
      ElementsAre(value("a", 1.5), value("b", 0.25), value("c", 40 * 1e-6), value("d", 2 * 1e-9)));
  EXPECT_THAT(values("a=50% b=7c c=3 d=-2.5"),
              ElementsAre(value("a", 0.5), value("b", 7), value("c", 3), value("d", -2.5)));
  EXPECT_THAT(values("a=2B b=1KB c=1KiB d=1GB e=1TiB"),
              ElementsAre(value("a", 2), value("b", 1024), value("c", 1024), value("d", 1073741824),
                          value("e", 1099511627776)));
  EXPECT_THAT(values("temperature=21.5C"), ElementsAre(value("temperature", 21.5)));
}

TEST(PluginOutput, LabelsMayBeQuoted) {
  EXPECT_THAT(values("'C: used'=1;2;3 'it''s'=2 '='=3 ''''=4"),
              ElementsAre(value("C: used", 1), value("it's", 2), value("=", 3), value("'", 4)));
}

TEST(PluginOutput, LimitsAreLeftAlone) {
  EXPECT_THAT(values("load1=1.390;100.000;200.000;0; load5=1;@1:2;~:3;;;"),
              ElementsAre(value("load1", 1.39), value("load5", 1)));
}

TEST(PluginOutput, UndeterminedValuesAreNotKnown) {
  EXPECT_THAT(values("a=U b=U;1;2 c=1"), ElementsAre(value("c", 1)));
}

TEST(PluginOutput, CountsWhatItCannotRead) {
  EXPECT_EQ(unreadable("words"), 1U);
  EXPECT_EQ(unreadable("=1"), 1U);
  EXPECT_EQ(unreadable("a="), 1U);
  EXPECT_EQ(unreadable("a=x"), 1U);
  EXPECT_EQ(unreadable("a=0,5"), 1U);
  EXPECT_EQ(unreadable("a=nan b=inf c=1e999"), 3U);
  EXPECT_EQ(unreadable("'a=1"), 1U);
  EXPECT_EQ(unreadable("''=1"), 1U);
  EXPECT_EQ(unreadable("'a'b=1"), 1U);
  EXPECT_EQ(unreadable("a b=1"), 1U);
  EXPECT_THAT(parse_plugin_output("OK | a b=1 c=x d=2").performance,
              ElementsAre(value("b", 1), value("d", 2)));
}

TEST(PluginOutput, IsBounded) {
  std::string many = "OK |";
  for (int i = 0; i < 1500; ++i) many += " a" + std::to_string(i) + "=1";
  const PluginOutput output = parse_plugin_output(many);
  EXPECT_THAT(output.performance, SizeIs(performance_values_max));
  EXPECT_EQ(output.unreadable, 500U);
  EXPECT_THAT(parse_plugin_output("||||").performance, IsEmpty());
}

}  // namespace
}  // namespace ripcord::probe
