#include "api/bodies.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <string_view>

namespace ripcord::api {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

const std::string ana = "uid 1000 (ana)";

StartDeployment start(std::string_view body) {
  return read_start(body, ana).value();
}

/// What is said about a result that must be a mistake.
template <class T>
std::string mistake(const Result<T>& result) {
  EXPECT_FALSE(result);
  if (result) return "";
  EXPECT_EQ(result.error().fault, Fault::malformed);
  return result.error().message;
}

std::string start_mistake(std::string_view members) {
  return mistake(read_start(R"({"version":"v2","driven":true,)" + std::string(members) + "}", ana));
}

TEST(StartBody, IsAnAnnouncementUnlessTold) {
  const StartDeployment read = start(R"({"version":"v2"})");
  EXPECT_EQ(read.version, "v2");
  EXPECT_FALSE(read.driven || read.supersede || read.rework || read.drill);
  EXPECT_EQ(read.irreversible, "");
  EXPECT_THAT(read.confirmations, IsEmpty());
  EXPECT_THAT(read.overrides, IsEmpty());
}

TEST(StartBody, ReadsEverythingThatCanBeSaid) {
  const StartDeployment read =
      start(R"({"version":"v2","driven":true,"supersede":true,"rework":true,"drill":true,
                "irreversible":"a column\nis dropped","confirmations":["a","b c"],
                "overrides":[{"gate":"hours","reason":"an outage"}]})");
  EXPECT_TRUE(read.driven && read.supersede && read.rework && read.drill);
  EXPECT_EQ(read.irreversible, "a column is dropped");
  EXPECT_THAT(read.confirmations, ElementsAre(Confirmation{.item = "a", .by = ana},
                                              Confirmation{.item = "b c", .by = ana}));
  EXPECT_THAT(read.overrides,
              ElementsAre(GateOverride{.gate = "hours", .by = ana, .reason = "an outage"}));
}

TEST(StartBody, CannotSayWhoIsSpeaking) {
  EXPECT_THAT(start_mistake(R"("by":"uid 0")"), HasSubstr("unknown member \"by\""));
  EXPECT_THAT(start_mistake(R"("overrides":[{"gate":"g","reason":"r","by":"uid 0"}])"),
              HasSubstr("unknown member \"by\""));
}

TEST(StartBody, TakesFlagsOnlyAsFlags) {
  EXPECT_EQ(mistake(read_start(R"({"version":"v2","driven":1})", ana)),
            "member \"driven\" must be true or false");
  EXPECT_EQ(start_mistake(R"("drill":"true")"), "member \"drill\" must be true or false");
  EXPECT_EQ(start_mistake(R"("supersede":null)"), "member \"supersede\" must be true or false");
  EXPECT_EQ(start_mistake(R"("rework":0)"), "member \"rework\" must be true or false");
}

TEST(StartBody, WantsToKnowWhyItIsIrreversible) {
  EXPECT_EQ(start_mistake(R"("irreversible":"")"), "member \"irreversible\" must say something");
  EXPECT_EQ(start_mistake(R"("irreversible":true)"), "member \"irreversible\" must be a text");
}

TEST(StartBody, BoundsTheWordsToTheGate) {
  const auto list = [](int length, const std::string& element) {
    std::string text = element;
    for (int i = 1; i < length; ++i) text += "," + element;
    return "[" + text + "]";
  };
  EXPECT_EQ(start(R"({"version":"v2","driven":true,"confirmations":)" + list(100, "\"a\"") + "}")
                .confirmations.size(),
            100U);
  EXPECT_THAT(start_mistake("\"confirmations\":" + list(101, "\"a\"")), HasSubstr("at most 100"));
  EXPECT_THAT(start_mistake("\"overrides\":" + list(101, R"({"gate":"g","reason":"r"})")),
              HasSubstr("at most 100"));
  EXPECT_THAT(start_mistake("\"confirmations\":[\"" + std::string(201, 'x') + "\"]"),
              HasSubstr("1 to 200 printable characters"));
  EXPECT_THAT(start_mistake("\"confirmations\":[\"a\\u001b\"]"), HasSubstr("printable"));
  EXPECT_THAT(start_mistake("\"confirmations\":[5]"), HasSubstr("printable"));
  EXPECT_EQ(start_mistake("\"confirmations\":\"a\""), "member \"confirmations\" must be a list");
}

TEST(StartBody, WantsAGateAndAReasonOfEachOverride) {
  EXPECT_EQ(start_mistake("\"overrides\":[5]"), "member \"overrides[0]\" must be an object");
  EXPECT_EQ(start_mistake(R"("overrides":[{"gate":"g","reason":"r"},{"gate":"h"}])"),
            "member \"overrides[1].reason\" is missing");
  EXPECT_EQ(start_mistake(R"("overrides":[{"reason":"r"}])"),
            "member \"overrides[0].gate\" is missing");
  EXPECT_EQ(start_mistake(R"("overrides":[{"gate":"g","reason":" "}])"),
            "member \"overrides[0].reason\" must say something");
}

TEST(StartBody, HasNoGateToSpeakToWhenItIsAnnounced) {
  EXPECT_THAT(mistake(read_start(R"({"version":"v2","confirmations":["a"]})", ana)),
              HasSubstr("only a driven deployment has a gate"));
  EXPECT_THAT(mistake(read_start(R"({"version":"v2","overrides":[]})", ana)),
              HasSubstr("only a driven deployment has a gate"));
}

TEST(GateBody, NeedsNothing) {
  EXPECT_EQ(read_gate("", ana).value().version, "");
  EXPECT_EQ(read_gate("{}", ana).value().version, "");
  const deploy::GateRequest request =
      read_gate(R"({"version":"v2","confirmations":["a"],"overrides":[{"gate":"g","reason":"r"}]})",
                ana)
          .value();
  EXPECT_EQ(request.version, "v2");
  EXPECT_THAT(request.confirmations, ElementsAre(Confirmation{.item = "a", .by = ana}));
  EXPECT_THAT(request.overrides, ElementsAre(GateOverride{.gate = "g", .by = ana, .reason = "r"}));
}

TEST(GateBody, IsReadAsThatOfADeployment) {
  EXPECT_THAT(mistake(read_gate(R"({"version":""})", ana)), HasSubstr("1 to 200"));
  EXPECT_THAT(mistake(read_gate(R"({"driven":true})", ana)), HasSubstr("unknown member"));
  EXPECT_EQ(mistake(read_gate(R"({"overrides":[{"gate":"g"}]})", ana)),
            "member \"overrides[0].reason\" is missing");
}

TEST(FinishBody, MayNameTheDeployment) {
  EXPECT_EQ(read_finish("").value().deployment, "");
  EXPECT_EQ(read_finish("{}").value().deployment, "");
  EXPECT_EQ(read_finish(R"({"deployment":"backend-1"})").value().deployment, "backend-1");
  EXPECT_EQ(mistake(read_finish(R"({"deployment":5})")), "member \"deployment\" must be a text");
}

TEST(FailBody, HasAReasonAndMayNameTheDeployment) {
  const FailDeployment fail = read_fail(R"({"reason":"no disk","deployment":"backend-1"})").value();
  EXPECT_EQ(fail.reason, "no disk");
  EXPECT_EQ(fail.deployment, "backend-1");
  EXPECT_EQ(mistake(read_fail(R"({"deployment":"backend-1"})")), "member \"reason\" is missing");
}

TEST(RollbackBody, MayNameAVersion) {
  EXPECT_EQ(read_rollback(R"({"reason":"bad data"})").value().version, "");
  EXPECT_EQ(read_rollback(R"({"reason":"bad data","version":"v1"})").value().version, "v1");
  EXPECT_THAT(mistake(read_rollback(R"({"reason":"bad data","version":""})")),
              HasSubstr("1 to 200 printable characters"));
  EXPECT_EQ(mistake(read_rollback(R"({"version":"v1"})")), "member \"reason\" is missing");
}

TEST(SignalBody, IsOneWithoutANoteUnlessTold) {
  const ReportSignal one = read_signal(R"({"name":"user_complaints"})").value();
  EXPECT_EQ(one.name, "user_complaints");
  EXPECT_EQ(one.count, 1U);
  EXPECT_EQ(one.note, "");
  const ReportSignal many =
      read_signal(R"({"name":"x","count":1000000,"note":"the\nbasket"})").value();
  EXPECT_EQ(many.count, 1'000'000U);
  EXPECT_EQ(many.note, "the basket");
}

TEST(SignalBody, IsBounded) {
  EXPECT_EQ(mistake(read_signal("{}")), "member \"name\" is missing");
  EXPECT_EQ(mistake(read_signal(R"({"name":"a b"})")),
            "member \"name\" must be the name of a signal");
  for (const char* count : {"0", "1000001", "-1", "1.5", "\"1\"", "null", "1e99"}) {
    EXPECT_EQ(mistake(read_signal(std::string(R"({"name":"x","count":)") + count + "}")),
              "member \"count\" must be a whole number from 1 to 1000000");
  }
  EXPECT_EQ(mistake(read_signal(R"({"name":"x","note":""})")),
            "member \"note\" must say something");
}

}  // namespace
}  // namespace ripcord::api
