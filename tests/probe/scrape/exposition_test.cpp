#include "probe/scrape/exposition.hpp"

#include <gmock/gmock.h>

#include <cmath>
#include <string>
#include <string_view>
#include <vector>

namespace ripcord::probe::scrape {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

/// Writes down what it is told: `name{label="value"} number kind @time`.
class Notes : public ExpositionSink {
 public:
  void declared(const Family& family) override { families.emplace_back(family.name); }
  void sampled(const SeriesSample& sample) override {
    constexpr std::string_view kinds = "?cg";
    std::string line = to_string(sample) + " " + std::to_string(sample.number);
    line = line.substr(0, line.find_last_not_of('0') + 1) + " ";
    line += kinds[static_cast<std::size_t>(sample.kind)];
    if (sample.at) line += " @" + to_rfc3339_ms(*sample.at);
    lines.push_back(line);
  }

  std::vector<std::string> families;
  std::vector<std::string> lines;
};

/// What is read in `text` when it comes in pieces of `piece` bytes.
std::vector<std::string> read(std::string_view text, Format format = Format::text,
                              std::size_t piece = 1000) {
  Notes notes;
  ExpositionParser parser(format, notes);
  for (std::size_t at = 0; at < text.size(); at += piece) {
    const auto fed = parser.feed(text.substr(at, piece));
    if (!fed) return {fed.error().message};
  }
  const auto finished = parser.finish(true);
  if (!finished) return {finished.error().message};
  EXPECT_EQ(parser.series(), notes.lines.size());
  return notes.lines;
}

std::string only(std::string_view line, Format format = Format::text) {
  const auto lines = read(std::string(line) + "\n", format);
  return lines.size() == 1 ? lines[0] : "not one line";
}

TEST(Exposition, HandsOnEachSeriesWithItsLabelsAndItsNumber) {
  EXPECT_THAT(read("up 1\nrequests_total{code=\"200\",method=\"GET\"} 1027\n"),
              ElementsAre("up 1. ?", "requests_total{code=\"200\",method=\"GET\"} 1027. ?"));
}

TEST(Exposition, CanComeInPiecesOfAnySize) {
  const std::string text =
      "# TYPE a counter\na{b=\"c\\\"d\",e=\"f\"} 1.5 1700000000123\n\n# HELP x y\na 2\n";
  const auto whole = read(text);
  EXPECT_EQ(whole.size(), 2U);
  for (std::size_t piece = 1; piece < text.size(); ++piece) {
    EXPECT_EQ(read(text, Format::text, piece), whole) << piece;
  }
}

TEST(Exposition, TakesBlanksWherePrometheusDoes) {
  EXPECT_EQ(only("  a \t { b = \"c\" , d =\"e\" , } 1 \t"), "a{b=\"c\",d=\"e\"} 1. ?");
  EXPECT_EQ(only("a{}1"), "a 1. ?");
  EXPECT_THAT(read("\n  \n# a remark\n#\n#TYPE a nonsense\n"), IsEmpty());
}

TEST(Exposition, ReadsEveryNumberThatPrometheusReads) {
  EXPECT_EQ(only("a 1e3"), "a 1000. ?");
  EXPECT_EQ(only("a +5"), "a 5. ?");
  EXPECT_EQ(only("a -.5"), "a -0.5 ?");
  EXPECT_EQ(only("a +Inf"), "a inf ?");
  EXPECT_EQ(only("a -inf"), "a -inf ?");
  EXPECT_EQ(only("a NaN"), "a nan ?");
}

TEST(Exposition, RefusesWhatIsNoNumber) {
  for (const std::string text :
       {"1,5", "0x1p-2", "1_000", "++1", "+-1", "nan(1)", "1e999", "1\r"}) {
    EXPECT_THAT(only("a " + text), HasSubstr("line 1: the value \"")) << text;
  }
}

TEST(Exposition, UndoesEscapesAndLeavesThoseAloneThatAreNone) {
  std::string value;
  class One : public ExpositionSink {
   public:
    explicit One(std::string& value) : value_(value) {}
    void declared(const Family& /*family*/) override {}
    void sampled(const SeriesSample& sample) override {
      for (const Label& label : sample.labels) value_ += "[" + std::string(label.value) + "]";
    }

   private:
    std::string& value_;
  };
  One one(value);
  ExpositionParser parser(Format::text, one);
  EXPECT_TRUE(parser.feed(R"(a{b="x\\y\"z\nq",c="\d\t",e="",f="é"} 1)"
                          "\n"));
  EXPECT_EQ(value, "[x\\y\"z\nq][\\d\\t][][é]");
}

TEST(Exposition, KnowsWhatASeriesIsByTheTypeOfItsFamily) {
  EXPECT_THAT(read("# TYPE a counter\na 1\n# TYPE b gauge\nb 1\n# TYPE c untyped\nc 1\n"),
              ElementsAre("a 1. c", "b 1. g", "c 1. ?"));
  EXPECT_THAT(read("# TYPE h histogram\nh_bucket{le=\"1\"} 1\nh_sum 1\nh_count 1\nh_other 1\n"),
              ElementsAre("h_bucket{le=\"1\"} 1. c", "h_sum 1. c", "h_count 1. c", "h_other 1. ?"));
  EXPECT_THAT(read("# TYPE s summary\ns{quantile=\"0.5\"} 1\ns_sum 1\ns_count 1\n"),
              ElementsAre("s{quantile=\"0.5\"} 1. g", "s_sum 1. c", "s_count 1. c"));
}

TEST(Exposition, AppliesATypeToNothingElse) {
  EXPECT_THAT(read("# TYPE a counter\nab 1\nx 1\na 1\n"),
              ElementsAre("ab 1. ?", "x 1. ?", "a 1. c"));
}

TEST(Exposition, TellsOfFamiliesWithoutASeries) {
  Notes notes;
  ExpositionParser parser(Format::text, notes);
  EXPECT_TRUE(parser.feed("# HELP errors_total All.\n# TYPE errors_total counter\n"));
  EXPECT_THAT(notes.families, ElementsAre("errors_total"));
}

TEST(Exposition, HasTimestampsInMilliseconds) {
  EXPECT_EQ(only("a 1 1700000000123"), "a 1. ? @2023-11-14T22:13:20.123Z");
  EXPECT_EQ(only("a 1 -5"), "a 1. ? @1969-12-31T23:59:59.995Z");
  EXPECT_EQ(only("a 1 1.5"), "line 1: the timestamp \"1.5\" is not a time");
  EXPECT_EQ(only("a 1 99999999999999999"),
            "line 1: the timestamp \"99999999999999999\" is not a time");
}

TEST(OpenMetrics, IsReadToItsEnd) {
  const std::string text =
      "# TYPE a counter\n# UNIT a seconds\na_total{b=\"c\"} 17 1700000000.5 # {trace=\"x # \\\" "
      "y\"} "
      "0.67 1700000000\na_created 1700000000\na_total 1 # {} 1\n# EOF\n";
  EXPECT_THAT(read(text, Format::openmetrics),
              ElementsAre("a_total{b=\"c\"} 17. c @2023-11-14T22:13:20.500Z",
                          "a_created 1700000000. g", "a_total 1. c"));
}

TEST(OpenMetrics, WithoutItsEndWasCutOff) {
  EXPECT_THAT(read("a 1\n", Format::openmetrics),
              ElementsAre("the exposition was cut off: no \"# EOF\" after 1 line"));
  EXPECT_THAT(read("a 1\n# EOF\na 2\n", Format::openmetrics),
              ElementsAre("line 3: there is more after \"# EOF\""));
  EXPECT_THAT(read("# EOF", Format::openmetrics), IsEmpty());
}

TEST(OpenMetrics, RefusesTimesThatAreNone) {
  EXPECT_EQ(only("a 1 NaN", Format::openmetrics), "line 1: the timestamp \"NaN\" is not a time");
  EXPECT_EQ(only("a 1 # {b=\"c} 1", Format::openmetrics), "line 1: the exemplar has no end");
}

TEST(Exposition, SaysWhichLineIsWrongAndHow) {
  EXPECT_EQ(only("<!DOCTYPE html>"), "line 1: \"<!DOCTYPE html>\" begins no sample");
  EXPECT_THAT(read("a 1\nb\n"), ElementsAre("line 2: \"b\" has no value"));
  EXPECT_EQ(only("a-b 1"), "line 1: \"-b\" is not the name of a metric");
  EXPECT_EQ(only("a 1 2 3"), "line 1: \"3\" follows the sample");
  EXPECT_EQ(only("a 1 # {} 1"), "line 1: \"# {} 1\" follows the sample");
  EXPECT_EQ(only("a{b=\"c\" 1"), "line 1: the labels have no end");
  EXPECT_EQ(only("a{b=\"c\","), "line 1: the labels have no end");
  EXPECT_EQ(only("a{b=\"c"), "line 1: the value of the label \"b\" has no end");
  EXPECT_EQ(only("a{b=\"c\\"), "line 1: the value of the label \"b\" has no end");
  EXPECT_EQ(only("a{b=\"c\\\"} 1"), "line 1: the value of the label \"b\" has no end");
  EXPECT_EQ(only("a{b=c} 1"), "line 1: the value of the label \"b\" is not in quotes");
  EXPECT_EQ(only("a{b} 1"), "line 1: no \"=\" after the label \"b\"");
  EXPECT_EQ(only("a{1=\"c\"} 1"), "line 1: \"1=\"c\"} 1\" is not a label");
  EXPECT_EQ(only("a{b=\"c\",b=\"d\"} 1"), "line 1: the label \"b\" is there twice");
  EXPECT_EQ(only("# TYPE a thing"), "line 1: \"thing\" is no type of a metric");
  EXPECT_EQ(only("# TYPE 5 gauge"), "line 1: \"5\" is not the name of a metric");
}

TEST(Exposition, MessagesShowNothingThatATerminalWouldObey) {
  EXPECT_EQ(only("\x1b[31mred"), "line 1: \" [31mred\" begins no sample");
}

TEST(Exposition, WithoutTheLastLineEndIsTakenOnlyIfItIsKnownToBeWhole) {
  Notes notes;
  ExpositionParser cut(Format::text, notes);
  EXPECT_TRUE(cut.feed("a 1\nb 12"));
  EXPECT_EQ(cut.finish(false).error().message,
            "line 2: the exposition ends in the middle of a line");
  EXPECT_THAT(read("a 1\nb 12"), ElementsAre("a 1. ?", "b 12. ?"));
  EXPECT_THAT(read("a 1\nb{"), ElementsAre("line 2: the labels have no end"));
  EXPECT_THAT(read(""), IsEmpty());
}

TEST(Exposition, IsBoundedInEveryDirection) {
  Notes notes;
  const ExpositionLimits limits{.line_bytes = 20, .labels = 2, .series = 3};
  const auto fault_of = [&](std::string_view text) {
    ExpositionParser parser(Format::text, notes, limits);
    const auto fed = parser.feed(text);
    return fed ? "" : (fed.error().fault == Fault::too_large ? fed.error().message : "other");
  };
  EXPECT_EQ(fault_of("a 1\n" + std::string(21, 'a')), "line 2: is longer than 20 bytes");
  EXPECT_EQ(fault_of("a 1\n" + std::string(18, 'a') + " 1\n"), "");
  EXPECT_EQ(fault_of("a{b=\"\",c=\"\",d=\"\"} 1\n"), "line 1: more than 2 labels");
  EXPECT_EQ(fault_of("a 1\na 1\na 1\na 1\n"), "line 4: there are more than 3 series");
}

TEST(Exposition, ALineOfManyPiecesIsBoundedToo) {
  Notes notes;
  ExpositionParser parser(Format::text, notes, {.line_bytes = 100, .labels = 2, .series = 3});
  Result<void> fed;
  int pieces = 0;
  while (fed) {
    fed = parser.feed("aaaaaaaaaa");
    ++pieces;
  }
  EXPECT_EQ(pieces, 11);
}

}  // namespace
}  // namespace ripcord::probe::scrape
