#include "ripcord/dora.hpp"

#include "tests/api/stories.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace ripcord::cli {
namespace {

using testing::HasSubstr;

constexpr const char* reply = R"({
  "service": null, "since": "2026-08-24T19:00:00.000Z", "until": "2026-11-22T19:00:00.000Z",
  "before_since": "2026-05-26T19:00:00.000Z", "weeks": 12, "aborted": 0, "metrics": [
  {"name": "deployment_frequency", "target": "1–2 a week", "unit": "per_week", "current": 2,
   "samples": 24, "standing": "met", "before": 1, "samples_before": 13, "trend": "better"},
  {"name": "change_failure_rate", "target": "< 15 %", "unit": "ratio", "current": 0.25,
   "samples": 24, "standing": "missed", "before": null, "samples_before": 0, "trend": "no_data"},
  {"name": "recovery_time", "target": "< 15m", "unit": "seconds", "current": null,
   "samples": 1, "standing": "missed", "before": null, "samples_before": 0, "trend": "no_data"},
  {"name": "recovery_act", "target": null, "unit": "seconds", "current": 63,
   "samples": 6, "standing": "no_data", "before": 63, "samples_before": 2, "trend": "same"},
  {"name": "lead_time", "target": "< 1d", "unit": "seconds", "current": null,
   "samples": 0, "standing": "no_data", "before": null, "samples_before": 0, "trend": "no_data"}
]})";

std::string shown(std::string_view body) {
  return render(dora_view(read_dora(body).value()), Surface{});
}

TEST(DoraView, IsATable) {
  EXPECT_EQ(shown(reply),
            "2026-08-24 to 2026-11-22, the time before it from 2026-05-26 on\n"
            "FIGURE                TARGET      CURRENT   SAMPLES  TREND\n"
            "deployment frequency  1–2 a week  2 a week  24       better, was 1 a week of 13\n"
            "change failure rate   < 15 %      25.0 %    24       no data\n"
            "recovery time         < 15m       never     1        no data\n"
            "  act                 -           1m 3s     6        same, was 1m 3s of 2\n"
            "lead time             < 1d        no data   0        no data\n");
}

TEST(DoraView, SaysThatThereIsNoHistoryYet) {
  EXPECT_EQ(shown(R"({"since": "2026-11-22T19:00:00.000Z", "until": "2026-11-22T19:00:00.000Z"})"),
            "there has been no deployment yet\n");
}

TEST(DoraCsv, LeavesEmptyWhatIsNotKnown) {
  EXPECT_EQ(dora_csv(read_dora(reply).value()),
            "figure,target,unit,current,samples,standing,before,samples_before,trend\n"
            "deployment_frequency,1–2 a week,per_week,2,24,met,1,13,better\n"
            "change_failure_rate,< 15 %,ratio,0.25,24,missed,,0,no_data\n"
            "recovery_time,< 15m,seconds,,1,missed,,0,no_data\n"
            "recovery_act,,seconds,63,6,no_data,63,2,same\n"
            "lead_time,< 1d,seconds,,0,no_data,,0,no_data\n");
}

TEST(DoraView, WantsAnObject) {
  EXPECT_FALSE(read_dora("[]"));
}

}  // namespace
}  // namespace ripcord::cli
