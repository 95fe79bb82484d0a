#include "probe/promql/answer.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>

#include <string>
#include <vector>

namespace ripcord::probe::promql {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::StartsWith;

std::string success(const std::string& type, const std::string& result,
                    const std::string& more = "") {
  return fmt::format(R"({{"status":"success","data":{{"resultType":"{}","result":{}}}{}}})", type,
                     result, more);
}

/// A vector of series with these numbers.
std::string vector(const std::vector<std::string>& numbers) {
  std::string list;
  for (const std::string& number : numbers) {
    list += fmt::format(R"({}{{"metric":{{"i":"{}"}},"value":[1700000000.5,"{}"]}})",
                        list.empty() ? "" : ",", list.size(), number);
  }
  return success("vector", "[" + list + "]");
}

std::string wrong(unsigned status, const std::string& body) {
  const auto answer = read_answer(status, body);
  return answer ? "nothing" : answer.error().message;
}

std::string wrong(const std::string& body) {
  return wrong(200, body);
}

/// The numbers of a vector, or why there are none.
std::vector<std::string> numbers(Agg agg, const std::vector<std::string>& of) {
  const auto answer = read_answer(200, vector(of));
  if (!answer) return {answer.error().message};
  const auto numbers = numbers_of(*answer, agg);
  if (!numbers) return {numbers.error().message};
  std::vector<std::string> words;
  for (const double number : *numbers) words.push_back(fmt::format("{:g}", number));
  return words;
}

TEST(PromqlAnswer, CanBeAScalar) {
  const auto answer = read_answer(200, success("scalar", "[1700000000.5,\"1.5\"]"));
  ASSERT_TRUE(answer.has_value());
  EXPECT_TRUE(answer->is_scalar);
  ASSERT_EQ(answer->elements.size(), 1U);
  EXPECT_EQ(answer->elements[0].number, 1.5);
  ASSERT_EQ(answer->times.size(), 1U);
  EXPECT_EQ(to_rfc3339_ms(answer->times[0]), "2023-11-14T22:13:20.500Z");
}

TEST(PromqlAnswer, CanBeAVector) {
  const auto answer = read_answer(
      200, success("vector", R"([{"metric":{"__name__":"up","job":"a"},"value":[1700000000,"1"]},)"
                             R"({"metric":{},"value":[1700000000,"NaN"]}])"));
  ASSERT_TRUE(answer.has_value());
  EXPECT_FALSE(answer->is_scalar);
  ASSERT_EQ(answer->elements.size(), 2U);
  EXPECT_EQ(answer->elements[0].labels, "up{job=\"a\"}");
  EXPECT_EQ(answer->elements[0].number, 1);
  EXPECT_EQ(answer->elements[1].labels, "{}");
  EXPECT_EQ(answer->times.size(), 1U);
}

TEST(PromqlAnswer, ShowsWarningsAndRemarks) {
  const auto answer = read_answer(
      200, success("vector", "[]",
                   R"(,"warnings":["remote \u001b[31mread failed",5],"infos":["no counter"])"));
  ASSERT_TRUE(answer.has_value());
  EXPECT_THAT(answer->notes, ElementsAre("remote  [31mread failed", "", "no counter"));
}

TEST(PromqlAnswer, CanBeARefusal) {
  EXPECT_EQ(wrong(400, R"({"status":"error","errorType":"bad_data","error":"1:3: parse error"})"),
            "the query was refused: 400 bad_data: 1:3: parse error");
  EXPECT_EQ(wrong(422, R"({"status":"error","errorType":"execution","error":"many-to-many"})"),
            "the query was refused: 422 execution: many-to-many");
  EXPECT_EQ(wrong(503, R"({"status":"error","errorType":"timeout","error":"query timed out"})"),
            "the query was refused: 503 timeout: query timed out");
  EXPECT_EQ(wrong(200, R"({"status":"error"})"), "the query was refused: 200 : ");
}

TEST(PromqlAnswer, IsNothingElseThanJson) {
  EXPECT_EQ(wrong(502, "<html>\nBad Gateway"), "status 502 without JSON: \"<html> Bad Gateway\"");
  EXPECT_THAT(wrong("<html>"), StartsWith("status 200 without JSON"));
  EXPECT_THAT(wrong(""), StartsWith("status 200 without JSON"));
  EXPECT_THAT(wrong("[]"), StartsWith("status 200 without JSON"));
  EXPECT_THAT(wrong("{}"), StartsWith("status 200 without JSON"));
  EXPECT_THAT(wrong(std::string(100, '[')), StartsWith("status 200 without JSON"));
  EXPECT_THAT(wrong(500, vector({"1"})), StartsWith("status 500 without JSON"));
}

TEST(PromqlAnswer, IsOneNumberOfEachSeries) {
  EXPECT_THAT(wrong(success("matrix", "[]")), HasSubstr("a range of samples"));
  EXPECT_THAT(wrong(success("string", "[1,\"x\"]")), HasSubstr("its type is \"string\""));
  EXPECT_THAT(wrong(R"({"status":"success"})"), HasSubstr("there is no \"data\""));
  EXPECT_THAT(wrong(success("vector", "{}")), HasSubstr("a vector without a list"));
  EXPECT_THAT(wrong(success("vector", "[5]")), HasSubstr("a series without a number"));
  EXPECT_THAT(wrong(success("vector", R"([{"metric":{},"histogram":[1,{}]}])")),
              HasSubstr("a histogram"));
  for (const std::string point :
       {"5", "[]", "[1]", "[1,2]", "[\"1\",\"2\"]", "[1,\"x\"]", "[1e300,\"1\"]", "[1,\"1\",2]"}) {
    EXPECT_THAT(wrong(success("scalar", point)), HasSubstr("a scalar without a number")) << point;
  }
}

TEST(PromqlAnswer, OfAPartOfTheDataIsNone) {
  EXPECT_EQ(wrong(success("vector", "[]", R"(,"isPartial":true)")),
            "no data: the server could reach only a part of it");
  EXPECT_EQ(wrong(success("vector", "[]", R"(,"isPartial":false)")), "nothing");
}

TEST(PromqlAnswer, IsBounded) {
  EXPECT_THAT(wrong(vector(std::vector<std::string>(10'001, "1"))),
              HasSubstr("the answer has 10001 series, more than 10000"));
}

TEST(PromqlNumbers, OfOneSeriesAreItsNumber) {
  EXPECT_THAT(numbers(Agg::only, {"1.5"}), ElementsAre("1.5"));
  EXPECT_THAT(numbers(Agg::max, {"1.5"}), ElementsAre("1.5"));
  EXPECT_THAT(numbers(Agg::every, {"1.5"}), ElementsAre("1.5", "1.5"));
}

TEST(PromqlNumbers, OfSeveralSeriesNeedToBeToldWhatTheyComeTo) {
  EXPECT_THAT(numbers(Agg::only, {"1", "2"}),
              ElementsAre(AllOf(StartsWith("the answer has 2 series"), HasSubstr("agg = "))));
  EXPECT_THAT(numbers(Agg::max, {"1", "3", "-2"}), ElementsAre("3"));
  EXPECT_THAT(numbers(Agg::min, {"1", "3", "-2"}), ElementsAre("-2"));
  EXPECT_THAT(numbers(Agg::sum, {"1", "3", "-2"}), ElementsAre("2"));
  EXPECT_THAT(numbers(Agg::every, {"1", "3", "-2"}), ElementsAre("-2", "3"));
}

TEST(PromqlNumbers, NothingIsNoData) {
  for (const Agg agg : {Agg::only, Agg::max, Agg::min, Agg::sum, Agg::every}) {
    EXPECT_THAT(numbers(agg, {}), ElementsAre("no data: the answer is empty"));
    EXPECT_THAT(numbers(agg, {"NaN"}), ElementsAre("no data: 1 of 1 series NaN"));
    EXPECT_THAT(numbers(agg, {"+Inf"}), ElementsAre("no data: the number is infinite"));
  }
}

TEST(PromqlNumbers, WithoutOneOfThemThereIsNoSumAndNoEvery) {
  EXPECT_THAT(numbers(Agg::max, {"NaN", "1", "2"}), ElementsAre("2"));
  EXPECT_THAT(numbers(Agg::min, {"1", "NaN"}), ElementsAre("1"));
  EXPECT_THAT(numbers(Agg::sum, {"1", "NaN"}), ElementsAre("no data: 1 of 2 series NaN"));
  EXPECT_THAT(numbers(Agg::every, {"NaN", "1"}), ElementsAre("no data: 1 of 2 series NaN"));
}

}  // namespace
}  // namespace ripcord::probe::promql
