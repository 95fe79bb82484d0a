#include "evaluate/connection_lost.hpp"

#include "tests/evaluate/samples.hpp"

#include <gtest/gtest.h>

#include <optional>
#include <string>

namespace ripcord::evaluate {
namespace {

using namespace std::chrono_literals;
using test::every_5s;
using test::no_data;
using test::pass;
using test::pending;
using test::tripped;

/// Trips after `hold`. Takes one sample every 5 s: connection `l`ost, `g`ood, `s`aturated (bad, but
/// no loss), `u`nknown, ` ` for none.
class Judged {
 public:
  explicit Judged(const std::string& letters, Duration hold = 0s)
      : judge({.hold = hold}, every_5s) {
    for (const char letter : letters) {
      now += 5s;
      if (letter == 'g') judge.take(test::answered(now, 0s));
      if (letter == 's') judge.take(test::answered(now, 0s, Outcome::bad));
      if (letter == 'u') judge.take(test::unknown(now));
      if (letter != 'l') continue;
      Sample lost = test::refused(now);
      lost.connection_lost = true;
      judge.take(lost);
    }
  }

  [[nodiscard]] Finding finding() const { return judge.finding(now); }
  [[nodiscard]] std::string reason() const { return judge.reason(now); }

  ConnectionLostJudge judge;
  Instant now = Instant{} + 1h;
};

TEST(ConnectionLost, TripsAtOnceAndRecoversWithOneGoodSample) {
  EXPECT_EQ(Judged("g").finding(), pass);
  EXPECT_EQ(Judged("gl").finding(), tripped);
  EXPECT_EQ(Judged("gllll").finding(), tripped);
  EXPECT_EQ(Judged("gllg").finding(), pass);
}

TEST(ConnectionLost, TripsWhenTheLossLastsForLongEnough) {
  EXPECT_EQ(Judged("gl", 10s).finding(), pending(0));
  EXPECT_EQ(Judged("gll", 10s).finding(), pending(0.5));
  EXPECT_EQ(Judged("glll", 10s).finding(), tripped);
  EXPECT_EQ(Judged("gllgll", 10s).finding(), pending(0.5));
}

TEST(ConnectionLost, HasNoDataBeforeAnythingIsKnown) {
  EXPECT_EQ(Judged("").finding(), no_data);
  EXPECT_EQ(Judged("uuu").finding(), no_data);
}

TEST(ConnectionLost, NeitherBeginsNorEndsWithABadSampleThatIsNoLoss) {
  EXPECT_EQ(Judged("gs").finding(), pass);
  EXPECT_EQ(Judged("gls").finding(), tripped);
  EXPECT_EQ(Judged("glsssssssssssssss").finding(), tripped) << "however long";
  EXPECT_EQ(Judged("gllssssssssl", 10s).finding(), pending(0.5)) << "but its time stands still";
  EXPECT_EQ(Judged("gllssssssssll", 10s).finding(), tripped);
}

TEST(ConnectionLost, NeverPassesOnBadSamplesAlone) {
  EXPECT_EQ(Judged("ssss").finding(), no_data);
  EXPECT_EQ(Judged("gsssss").finding(), no_data) << "the last good one is 25 s old";
}

TEST(ConnectionLost, NeitherAdvancesNorResetsOnUnknownSamples) {
  EXPECT_EQ(Judged("glu").finding(), tripped);
  EXPECT_EQ(Judged("gllu", 10s).finding(), pending(0.5));
  EXPECT_EQ(Judged("gllul", 10s).finding(), pending(0.5));
  EXPECT_EQ(Judged("gluuuuu").finding(), no_data) << "25 s of unknown samples";
  EXPECT_EQ(Judged("glluuul", 10s).finding(), pending(0)) << "too long a gap";
}

TEST(ConnectionLost, ForgetsEverything) {
  Judged judged("gl");
  judged.judge.clear();
  EXPECT_EQ(judged.finding(), no_data);
  EXPECT_EQ(judged.judge.bad_since(), std::nullopt);
}

TEST(ConnectionLost, SaysWhy) {
  EXPECT_EQ(Judged("").reason(), "no known connection");
  EXPECT_EQ(Judged("ss").reason(), "no known connection");
  EXPECT_EQ(Judged("g").reason(), "connected");
  EXPECT_EQ(Judged("gls").reason(), "connection lost: connection refused");
  EXPECT_EQ(Judged("gll", 30s).reason(), "connection lost for 5s of 30s: connection refused");
}

TEST(ConnectionLost, KnowsWhenItBeganAndHowLongItTakesToTrip) {
  const Judged judged("gll", 30s);
  EXPECT_EQ(judged.judge.bad_since(), judged.now - 5s);
  EXPECT_EQ(judged.judge.time_to_trip(judged.now), 25s);
  const Judged saturated("glls", 30s);
  EXPECT_EQ(saturated.judge.time_to_trip(saturated.now), 30s) << "the next 5 s do not count";
  EXPECT_EQ(Judged("g").judge.time_to_trip(judged.now), std::nullopt);
  EXPECT_EQ(Judged("gl").judge.time_to_trip(Instant{} + 1h + 10s), 0s);
}

}  // namespace
}  // namespace ripcord::evaluate
