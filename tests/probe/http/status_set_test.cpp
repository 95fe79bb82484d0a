#include "probe/http/http_probe.hpp"

#include <gmock/gmock.h>

#include <string>
#include <string_view>
#include <vector>

namespace ripcord {
namespace {

using probe::StatusSet;
using testing::ElementsAre;
using testing::HasSubstr;

/// Those of `statuses` that the set written as `text` contains.
std::vector<unsigned> picked(std::string_view text, std::vector<unsigned> statuses) {
  const StatusSet set = StatusSet::parse(text).value();
  std::erase_if(statuses, [&set](unsigned status) { return !set.contains(status); });
  return statuses;
}

bool is_refused(std::string_view text) {
  const auto set = StatusSet::parse(text);
  return !set && set.error().fault == Fault::malformed;
}

TEST(StatusSet, HoldsOneStatus) {
  EXPECT_THAT(picked("204", {200, 203, 204, 205}), ElementsAre(204U));
}

TEST(StatusSet, HoldsARangeWithBothItsEnds) {
  EXPECT_THAT(picked("200-299", {199, 200, 250, 299, 300}), ElementsAre(200U, 250U, 299U));
}

TEST(StatusSet, HoldsAWholeClass) {
  EXPECT_THAT(picked("4xx", {399, 400, 499, 500}), ElementsAre(400U, 499U));
  EXPECT_THAT(picked("5XX", {499, 500, 599}), ElementsAre(500U, 599U));
}

TEST(StatusSet, HoldsSeveralOfThem) {
  EXPECT_THAT(picked("200, 301 - 302 ,5xx", {200, 201, 301, 302, 303, 503}),
              ElementsAre(200U, 301U, 302U, 503U));
}

TEST(StatusSet, IsWrittenAsItWasRead) {
  EXPECT_EQ(StatusSet::parse(" 2xx,404 ")->text(), "2xx,404");
  EXPECT_EQ(StatusSet().text(), "200-299");
  EXPECT_EQ(StatusSet(), StatusSet::parse("200-299").value());
}

TEST(StatusSet, RefusesWhatIsNoStatus) {
  for (const char* text : {"", ",", "200,", "20", "99", "600", "6xx", "0xx", "2x", "xx", "abc",
                           "-200", "200-", "299-200", "200-299-300", "+200", "200.0", "2 00"}) {
    EXPECT_TRUE(is_refused(text)) << text;
  }
}

TEST(StatusSet, SaysWhatIsWrongAndWhatWouldBeRight) {
  const std::string message = StatusSet::parse("200,ok\x1b[31m").error().message;
  EXPECT_THAT(message, HasSubstr("\"ok [31m\" is not a set of HTTP statuses"));
  EXPECT_THAT(message, HasSubstr("write \"200\", \"200-299\" or \"2xx\""));
}

}  // namespace
}  // namespace ripcord
