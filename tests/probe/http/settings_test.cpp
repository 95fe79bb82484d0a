#include "probe/http/http_probe.hpp"

#include <gmock/gmock.h>

#include <chrono>
#include <string>

namespace ripcord {
namespace {

using namespace std::chrono_literals;
using probe::HttpProbeSettings;
using testing::HasSubstr;

TEST(Pattern, IsWhateverRe2Takes) {
  EXPECT_TRUE(probe::check_pattern("").has_value());
  EXPECT_TRUE(probe::check_pattern("\"status\":\\s*\"(ok|up)\"").has_value());
}

TEST(Pattern, IsRefusedInRe2sOwnWords) {
  const auto checked = probe::check_pattern("a(b");
  EXPECT_EQ(checked.error().fault, Fault::malformed);
  EXPECT_THAT(checked.error().message, HasSubstr("\"a(b\" is not a pattern: missing )"));
}

TEST(Pattern, CannotAskForMoreMemoryThanThereIs) {
  EXPECT_FALSE(probe::check_pattern("((a{100}){100}){100}").has_value());
  EXPECT_FALSE(probe::check_pattern("(\\w{500}){30}").has_value());
}

TEST(ProbeRequest, MustBeSendable) {
  HttpProbeSettings settings;
  EXPECT_TRUE(probe::check_request(settings).has_value());
  settings.http.headers = {{"X", "a\r\nY: b"}};
  EXPECT_EQ(probe::check_request(settings).error().fault, Fault::malformed);
}

TEST(ProbeSettings, AreEqualWhenEverythingIs) {
  HttpProbeSettings one;
  one.http.place.host = "a";
  one.http.headers = {{"X", "y"}};
  HttpProbeSettings other = one;
  EXPECT_EQ(one, other);
  other.http.headers[0].value = "z";
  EXPECT_NE(one, other);
  other = one;
  other.timeout = 3s;
  EXPECT_NE(one, other);
  other = one;
  other.http.place.port = 81;
  EXPECT_NE(one, other);
  other = one;
  other.body_matches = "ok";
  EXPECT_NE(one, other);
}

}  // namespace
}  // namespace ripcord
