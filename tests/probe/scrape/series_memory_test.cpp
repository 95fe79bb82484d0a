#include "probe/scrape/series_memory.hpp"

#include <gmock/gmock.h>

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace ripcord::probe::scrape {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using Seen = SeriesMemory::Seen;

struct Point {
  std::vector<Label> labels;
  double number;
};

Point a(double number) {
  return {{{"x", "a"}}, number};
}
Point b(double number) {
  return {{{"x", "b"}}, number};
}

/// By how much each series has grown in a scrape of `points`.
std::vector<double> growth(SeriesMemory& memory, const std::vector<Point>& points) {
  memory.begin();
  for (const Point& point : points) (void)memory.see(point.labels, point.number);
  std::vector<double> numbers;
  for (const Change& change : memory.commit()) numbers.push_back(change.growth);
  return numbers;
}

TEST(SeriesMemory, TakesTheFirstScrapeAsTheBase) {
  SeriesMemory memory;
  EXPECT_FALSE(memory.has_base());
  EXPECT_THAT(growth(memory, {a(100), b(5)}), ElementsAre(0, 0));
  EXPECT_TRUE(memory.has_base());
  EXPECT_THAT(growth(memory, {a(103), b(5)}), ElementsAre(3, 0));
}

TEST(SeriesMemory, ACounterThatFellHasGrownFromZero) {
  SeriesMemory memory;
  (void)growth(memory, {a(100), b(100)});
  EXPECT_THAT(growth(memory, {a(7), b(101)}), ElementsAre(7, 1));
  EXPECT_EQ(memory.resets(), 1U);
  EXPECT_THAT(growth(memory, {a(8), b(102)}), ElementsAre(1, 1));
  EXPECT_EQ(memory.resets(), 0U);
}

TEST(SeriesMemory, ANewSeriesHasGrownFromZero) {
  SeriesMemory memory;
  (void)growth(memory, {a(100)});
  EXPECT_THAT(growth(memory, {a(100), b(3)}), ElementsAre(0, 3));
}

TEST(SeriesMemory, ASeriesThatWasAwayGoesOnFromWhereItWas) {
  SeriesMemory memory;
  (void)growth(memory, {a(100), b(50)});
  (void)growth(memory, {a(100)});
  (void)growth(memory, {});
  EXPECT_THAT(growth(memory, {a(101), b(52)}), ElementsAre(1, 2));
}

TEST(SeriesMemory, AScrapeThatIsNotCommittedLeavesNothingBehind) {
  SeriesMemory memory;
  (void)growth(memory, {a(100)});
  memory.begin();
  (void)memory.see(a(0).labels, 500);
  (void)memory.see(b(0).labels, 500);
  EXPECT_THAT(growth(memory, {a(101), b(2)}), ElementsAre(1, 2));
}

TEST(SeriesMemory, KnowsASeriesByItsLabelsInAnyOrder) {
  SeriesMemory memory;
  (void)growth(memory, {{{{"x", "1"}, {"y", "2"}}, 10}});
  EXPECT_THAT(growth(memory, {{{{"y", "2"}, {"x", "1"}, {"z", ""}}, 12}}), ElementsAre(2));
}

TEST(SeriesMemory, NeverTakesOneSeriesForAnother) {
  SeriesMemory memory;
  memory.begin();
  EXPECT_EQ(memory.see(std::vector<Label>{{"x", "1,y=2"}}, 1), Seen::taken);
  EXPECT_EQ(memory.see(std::vector<Label>{{"x", "1"}, {"y", "2"}}, 1), Seen::taken);
  EXPECT_EQ(memory.see(std::vector<Label>{{"x", "1"}}, 1), Seen::taken);
  EXPECT_EQ(memory.see({}, 1), Seen::taken);
  EXPECT_EQ(memory.commit().size(), 4U);
}

TEST(SeriesMemory, TheFirstOfTwoTheSameCounts) {
  SeriesMemory memory;
  memory.begin();
  EXPECT_EQ(memory.see(a(0).labels, 1), Seen::taken);
  EXPECT_EQ(memory.see(a(0).labels, 2), Seen::twice);
  EXPECT_EQ(memory.commit().at(0).number, 1);
}

TEST(SeriesMemory, HasRoomForSoManyAtOnce) {
  SeriesMemory memory(2);
  memory.begin();
  EXPECT_EQ(memory.see(a(0).labels, 1), Seen::taken);
  EXPECT_EQ(memory.see(b(0).labels, 1), Seen::taken);
  EXPECT_EQ(memory.see({}, 1), Seen::too_many);
  EXPECT_EQ(memory.commit().size(), 2U);
}

TEST(SeriesMemory, ForgetsThoseThatHaveBeenAwayTheLongest) {
  SeriesMemory memory(2);
  const auto series = [](const std::string& name, double number) {
    return Point{{{"x", name}}, number};
  };
  (void)growth(memory, {a(100), b(100)});
  (void)growth(memory, {b(101)});
  (void)growth(memory, {b(102), series("c", 1)});
  EXPECT_THAT(growth(memory, {b(103), series("c", 2)}), ElementsAre(1, 1));
  EXPECT_THAT(growth(memory, {a(105), b(104)}), ElementsAre(105, 1)) << "a had been forgotten";
}

TEST(SeriesMemory, TellsTheGroupOfEach) {
  SeriesMemory memory;
  memory.begin();
  (void)memory.see(a(0).labels, 1, 7);
  EXPECT_EQ(memory.commit().at(0).group, 7U);
  EXPECT_THAT(growth(memory, {}), IsEmpty());
}

}  // namespace
}  // namespace ripcord::probe::scrape
