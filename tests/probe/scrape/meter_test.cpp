#include "probe/scrape/meter.hpp"

#include <gmock/gmock.h>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace ripcord::probe::scrape {
namespace {

using namespace std::chrono_literals;
using testing::Eq;
using testing::Optional;

constexpr Instant noon{12h};

Selector selector(std::string_view text) {
  return Selector::parse(text).value();
}

/// Lets a meter see a scrape as the probe does.
class Feeder : public ExpositionSink {
 public:
  Feeder(Meter& meter, Instant now) : meter_(meter), now_(now) {}
  void declared(const Family& family) override { meter_.declared(family); }
  void sampled(const SeriesSample& sample) override { meter_.sampled(sample, now_); }

 private:
  Meter& meter_;
  Instant now_;
};

void scrape(Meter& meter, const std::string& text, Instant now = noon) {
  Feeder feeder(meter, now);
  ExpositionParser parser(Format::text, feeder);
  meter.begin();
  EXPECT_TRUE(parser.feed(text));
  meter.commit(now);
}

std::optional<double> total(CounterMeter& meter, const std::string& text) {
  scrape(meter, text);
  return meter.total();
}

TEST(CounterMeter, BeginsWithTheSumAndGrowsByWhatEachSeriesGrows) {
  CounterMeter meter(selector("r_total"));
  EXPECT_EQ(total(meter, "r_total{w=\"1\"} 100\nr_total{w=\"2\"} 50\nother 7\n"), 150);
  EXPECT_EQ(total(meter, "r_total{w=\"1\"} 110\nr_total{w=\"2\"} 51\n"), 161);
  EXPECT_EQ(meter.told(), "2 of 2 series: 161 (+11)");
}

TEST(CounterMeter, NeverFallsWhicheverSeriesIsSetBack) {
  CounterMeter meter(selector("r_total"));
  (void)total(meter, "r_total{w=\"1\"} 100\nr_total{w=\"2\"} 50\n");
  EXPECT_EQ(total(meter, "r_total{w=\"1\"} 3\nr_total{w=\"2\"} 60\n"), 163);
  EXPECT_EQ(meter.told(), "2 of 2 series: 163 (+13), 1 set back");
  EXPECT_EQ(total(meter, "r_total{w=\"1\"} 0\nr_total{w=\"2\"} 0\n"), 163);
}

TEST(CounterMeter, PicksBySelector) {
  CounterMeter meter(selector("r_total{code=~\"5..\"}"));
  EXPECT_EQ(total(meter, "r_total{code=\"200\"} 100\nr_total{code=\"503\"} 5\n"), 5);
}

TEST(CounterMeter, IsZeroWhereTheMetricIsThereAndSuchASeriesIsNotYet) {
  CounterMeter meter(selector("r_total{code=~\"5..\"}"));
  EXPECT_EQ(total(meter, "r_total{code=\"200\"} 100\n"), 0);
  EXPECT_EQ(meter.told(), "none of 1 series of r_total: 0");
  EXPECT_EQ(total(meter, "r_total{code=\"200\"} 100\nr_total{code=\"500\"} 1\n"), 1);
  EXPECT_EQ(total(meter, "r_total{code=\"200\"} 3\n"), 1) << "what was counted stays";
}

TEST(CounterMeter, IsZeroWhereTheMetricIsOnlyDeclared) {
  CounterMeter meter(selector("e_total{code=~\"5..\"}"));
  EXPECT_EQ(total(meter, "# TYPE e_total counter\nr_total 5\n"), 0);
  EXPECT_EQ(meter.told(), "no series of e_total yet: 0");
}

TEST(CounterMeter, IsNotKnownWhereTheSelectorMayBeMisspelt) {
  CounterMeter meter(selector("r_total{status=~\"5..\"}"));
  EXPECT_EQ(total(meter, "r_total{code=\"500\"} 100\n"), std::nullopt);
  EXPECT_EQ(meter.told(), "no series of r_total has such labels: not known");
  EXPECT_EQ(total(meter, "up 1\n"), std::nullopt);
  EXPECT_EQ(meter.told(), "there is no r_total: not known");
}

TEST(CounterMeter, LeavesOutWhatIsNoCount) {
  CounterMeter meter(selector("r_total"));
  EXPECT_EQ(total(meter, "r_total{w=\"1\"} NaN\nr_total{w=\"2\"} +Inf\nr_total{w=\"3\"} -1\n"),
            std::nullopt);
  EXPECT_EQ(meter.told(), "3 of 3 series, 2 without a finite number: not known");
  EXPECT_EQ(total(meter, "r_total{w=\"1\"} 5\nr_total{w=\"1\"} 9\n"), 5);
  EXPECT_EQ(meter.told(), "2 of 2 series, 1 there twice: 5");
}

TEST(CounterMeter, LeavesOutWhatIsOutOfDate) {
  CounterMeter meter(selector("r_total"));
  const auto milliseconds = [](Instant at) { return std::to_string(at.time_since_epoch() / 1ms); };
  EXPECT_EQ(total(meter, "r_total 5 " + milliseconds(noon - 5min) + "\n"), 5);
  EXPECT_EQ(total(meter, "r_total 6 " + milliseconds(noon - 5min - 1ms) + "\n"), std::nullopt);
  EXPECT_EQ(meter.told(), "1 of 1 series, 1 older than 5m: not known");
}

TEST(CounterMeter, IsNotKnownWhenThereAreTooManySeries) {
  CounterMeter meter(selector("r_total"));
  std::string text;
  for (int i = 0; i < 10'001; ++i) text += "r_total{x=\"" + std::to_string(i) + "\"} 1\n";
  EXPECT_EQ(total(meter, text), std::nullopt);
  EXPECT_EQ(meter.told(), "10001 of 10001 series, 1 too many: none is used: not known");
}

ValueMeter value_meter(std::string_view text, ReadAs read_as = ReadAs::by_type,
                       Agg agg = Agg::sum) {
  return {selector(text), read_as, agg, 15s};
}

std::optional<double> value(ValueMeter& meter, const std::string& text, Instant now = noon) {
  scrape(meter, text, now);
  return meter.value();
}

TEST(ValueMeter, IsTheValueOfAGauge) {
  ValueMeter meter = value_meter("g");
  EXPECT_EQ(value(meter, "# TYPE g gauge\ng -2.5\n"), -2.5);
  EXPECT_EQ(meter.told(), "1 of 1 series: -2.5");
  EXPECT_EQ(value(meter, "g 3\n"), 3);
}

TEST(ValueMeter, CombinesSeveral) {
  const std::string text = "g{x=\"1\"} 1\ng{x=\"2\"} 7\ng{x=\"3\"} 4\ng{x=\"4\"} NaN\n";
  ValueMeter sum = value_meter("g");
  ValueMeter max = value_meter("g", ReadAs::by_type, Agg::max);
  ValueMeter min = value_meter("g", ReadAs::by_type, Agg::min);
  EXPECT_EQ(value(sum, text), 12);
  EXPECT_EQ(value(max, text), 7);
  EXPECT_EQ(value(min, text), 1);
}

TEST(ValueMeter, IsTheGrowthOfACounterPerSecond) {
  ValueMeter meter = value_meter("c");
  EXPECT_EQ(value(meter, "# TYPE c counter\nc 100\n"), std::nullopt);
  EXPECT_EQ(meter.told(), "1 of 1 series: a rate needs another scrape");
  EXPECT_EQ(value(meter, "# TYPE c counter\nc 110\n", noon + 5s), 2);
  EXPECT_EQ(meter.told(), "1 of 1 series: 2/s");
  EXPECT_EQ(value(meter, "# TYPE c counter\nc 10\n", noon + 10s), 2) << "it was set back";
}

TEST(ValueMeter, HasNoRateOverALongGap) {
  ValueMeter meter = value_meter("c_total");
  (void)value(meter, "c_total 100\n");
  EXPECT_EQ(value(meter, "c_total 200\n", noon + 16s), std::nullopt);
  EXPECT_EQ(value(meter, "c_total 215\n", noon + 31s), 1);
}

TEST(ValueMeter, ByNameOnlyTotalsAreCounters) {
  ValueMeter total = value_meter("c_total");
  EXPECT_EQ(value(total, "c_total 100\n"), std::nullopt);
  ValueMeter count = value_meter("queue_count");
  EXPECT_EQ(value(count, "queue_count 100\n"), 100);
}

TEST(ValueMeter, CanBeToldWhatItIs) {
  ValueMeter gauge = value_meter("c_total", ReadAs::value);
  EXPECT_EQ(value(gauge, "# TYPE c_total counter\nc_total 100\n"), 100);
  ValueMeter rate = value_meter("g", ReadAs::rate);
  (void)value(rate, "# TYPE g gauge\ng 100\n");
  EXPECT_EQ(value(rate, "# TYPE g gauge\ng 105\n", noon + 5s), 1);
}

TEST(ValueMeter, ARateOfNothingYetIsZeroAndAValueOfNothingIsNone) {
  ValueMeter rate = value_meter("c_total{code=\"500\"}");
  (void)value(rate, "c_total{code=\"200\"} 1\n");
  EXPECT_EQ(value(rate, "c_total{code=\"200\"} 1\n", noon + 5s), 0);
  EXPECT_EQ(value(rate, "x 1\n", noon + 10s), std::nullopt);
  ValueMeter gauge = value_meter("g{a=\"b\"}");
  EXPECT_EQ(value(gauge, "g{a=\"c\"} 1\n"), std::nullopt);
  ValueMeter max = value_meter("c_total{code=\"500\"}", ReadAs::rate, Agg::max);
  (void)value(max, "c_total{code=\"200\"} 1\n");
  EXPECT_EQ(value(max, "c_total{code=\"200\"} 1\n", noon + 5s), std::nullopt);
}

TEST(ValueMeter, IsNeverInfinite) {
  ValueMeter meter = value_meter("g");
  EXPECT_EQ(value(meter, "g{x=\"1\"} 1.7e308\ng{x=\"2\"} 1.7e308\n"), std::nullopt);
}

/// A histogram with so many observations in (0, 0.1], (0.1, 0.5] and above.
std::string histogram(int fast, int slow, int slower, const std::string& labels = "") {
  const auto bucket = [&](const std::string& bound, int count) {
    return "h_bucket{" + labels + "le=\"" + bound + "\"} " + std::to_string(count) + "\n";
  };
  return "# TYPE h histogram\n" + bucket("0.1", fast) + bucket("0.5", fast + slow) +
         bucket("+Inf", fast + slow + slower) + "h_sum 1\nh_count 1\n";
}

TEST(HistogramMeter, HasTheQuantileOfWhatWasObservedInTheWindow) {
  HistogramMeter meter(selector("h"), {60s});
  scrape(meter, histogram(1000, 0, 0));
  EXPECT_EQ(meter.quantile(0.5, 0), std::nullopt) << "the first scrape is the base";
  scrape(meter, histogram(1000, 10, 0), noon + 5s);
  EXPECT_THAT(meter.quantile(0.5, 0), Optional(testing::DoubleEq(0.3)));
  EXPECT_EQ(meter.told(), "3 of 3 series, 3 bounds, 10 observations since the last scrape");
  scrape(meter, histogram(1010, 10, 0), noon + 10s);
  EXPECT_THAT(meter.quantile(0.5, 0), Optional(testing::DoubleEq(0.1)));
}

TEST(HistogramMeter, HasOneWindowForEachLength) {
  HistogramMeter meter(selector("h_bucket"), {10s, 60s});
  scrape(meter, histogram(0, 0, 0));
  scrape(meter, histogram(0, 0, 10), noon + 5s);
  for (int i = 2; i <= 5; ++i) scrape(meter, histogram(i, 0, 10), noon + i * 5s);
  EXPECT_THAT(meter.quantile(0.5, 0), Optional(testing::DoubleEq(0.05)));
  EXPECT_THAT(meter.quantile(0.5, 1), Optional(Eq(0.5)));
}

TEST(HistogramMeter, AddsUpTheBucketsOfAllSeriesAndMindsEachRestart) {
  HistogramMeter meter(selector("h"), {60s});
  scrape(meter, histogram(100, 0, 0, "w=\"1\",") + histogram(500, 0, 0, "w=\"2\","));
  scrape(meter, histogram(0, 4, 0, "w=\"1\",") + histogram(504, 0, 0, "w=\"2\","), noon + 5s);
  EXPECT_THAT(meter.quantile(0.5, 0), Optional(testing::DoubleEq(0.1)));
  EXPECT_THAT(meter.quantile(1, 0), Optional(testing::DoubleEq(0.5)));
}

TEST(HistogramMeter, KnowsNothingFromTooFewObservations) {
  HistogramMeter meter(selector("h"), {60s});
  scrape(meter, histogram(0, 0, 0));
  scrape(meter, histogram(9, 0, 0), noon + 5s);
  EXPECT_TRUE(meter.quantile(0.5, 0, 9).has_value());
  EXPECT_FALSE(meter.quantile(0.5, 0, 10).has_value());
}

TEST(HistogramMeter, PicksBySelector) {
  HistogramMeter meter(selector("h{w=\"2\"}"), {60s});
  scrape(meter, histogram(0, 0, 0, "w=\"1\",") + histogram(0, 0, 0, "w=\"2\","));
  scrape(meter, histogram(9, 0, 0, "w=\"1\",") + histogram(0, 1, 0, "w=\"2\","), noon + 5s);
  EXPECT_THAT(meter.quantile(1, 0), Optional(Eq(0.5)));
}

TEST(HistogramMeter, KnowsNothingWithoutTrafficOrWithoutTheHistogram) {
  HistogramMeter meter(selector("h"), {60s});
  scrape(meter, histogram(5, 0, 0));
  scrape(meter, histogram(5, 0, 0), noon + 5s);
  EXPECT_EQ(meter.quantile(0.5, 0), std::nullopt);
  scrape(meter, histogram(9, 0, 0), noon + 10s);
  EXPECT_TRUE(meter.quantile(0.5, 0).has_value());
  scrape(meter, "up 1\n", noon + 15s);
  EXPECT_EQ(meter.quantile(0.5, 0), std::nullopt);
  EXPECT_THAT(meter.told(), testing::StartsWith("there is no h_bucket"));
}

TEST(HistogramMeter, SaysWhatIsWrongWithBuckets) {
  HistogramMeter meter(selector("h"), {60s});
  scrape(meter, "h_bucket 1\nh_bucket{le=\"x\"} 1\nh_bucket{le=\"1\"} 1\n");
  EXPECT_EQ(meter.told(),
            "3 of 3 series, 1 bounds, 2 without a bound, none is +Inf, 0 observations since the "
            "last scrape");
}

}  // namespace
}  // namespace ripcord::probe::scrape
