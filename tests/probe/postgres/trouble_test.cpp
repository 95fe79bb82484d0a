#include "probe/postgres/trouble.hpp"

#include <gtest/gtest.h>

#include <string>

namespace ripcord::probe::postgres {
namespace {

TEST(Trouble, IsToldByItsSqlState) {
  EXPECT_EQ(state_of("28P01"), State::authentication);
  EXPECT_EQ(state_of("28000"), State::authentication);
  EXPECT_EQ(state_of("57P03"), State::not_accepting);
  EXPECT_EQ(state_of("57P01"), State::ended);
  EXPECT_EQ(state_of("57P02"), State::ended);
  EXPECT_EQ(state_of("57014"), State::timeout);
  EXPECT_EQ(state_of("53300"), State::saturated);
  EXPECT_EQ(state_of("53200"), State::failing);
  EXPECT_EQ(state_of("XX000"), State::failing);
  EXPECT_EQ(state_of("3D000"), State::no_database);
  EXPECT_EQ(state_of("42501"), State::denied);
  EXPECT_EQ(state_of("42P01"), State::query);
  EXPECT_EQ(state_of("22012"), State::query);
  EXPECT_EQ(state_of(""), State::query);
}

TEST(Trouble, ReadsTheSqlStateInTheWordsOfLibpq) {
  const Trouble trouble = parse_trouble(
      "connection to server at \"127.0.0.1\", port 5432 failed: FATAL:  53300: sorry, too many "
      "clients already\nLOCATION:  ProcessStartupPacket, postmaster.c:2435\n");
  EXPECT_EQ(trouble, (Trouble{.state = State::saturated,
                              .sqlstate = "53300",
                              .message = "sorry, too many clients already",
                              .ends_session = true}));
}

TEST(Trouble, TheLastWordOfSeveralAttemptsCounts) {
  const Trouble trouble = parse_trouble(
      "connection to server at \"h\" (::1), port 1 failed: FATAL:  28000: no entry, SSL on\n"
      "LOCATION:  ClientAuthentication, auth.c:506\n"
      "connection to server at \"h\" (::1), port 1 failed: FATAL:  57P03: the database system is "
      "starting up\n");
  EXPECT_EQ(trouble.state, State::not_accepting);
  EXPECT_EQ(trouble.message, "the database system is starting up");
}

TEST(Trouble, WordsInAnotherLanguageStillHaveTheirSqlState) {
  EXPECT_EQ(parse_trouble("FATAL:  57P03: das Datenbanksystem startet").state,
            State::not_accepting);
}

TEST(Trouble, WithoutASqlStateTheSystemsErrorCounts) {
  const auto state = [](const std::string& words) {
    return parse_trouble("connection to server at \"h\", port 1 failed: " + words).state;
  };
  EXPECT_EQ(state("Connection refused\n\tIs the server running?\n"), State::refused);
  EXPECT_EQ(state("No such file or directory\n"), State::refused);
  EXPECT_EQ(state("No route to host\n"), State::unreachable);
  EXPECT_EQ(state("Connection timed out\n"), State::timeout);
  EXPECT_EQ(state("Connection reset by peer\n"), State::closed);
  EXPECT_EQ(state("server closed the connection unexpectedly\n"), State::closed);
  EXPECT_EQ(state("received invalid response to SSL negotiation: H\n"), State::broken);
  EXPECT_EQ(state("SSL error: certificate verify failed\n"), State::broken);
  EXPECT_EQ(state("Too many open files\n"), State::own);
  EXPECT_EQ(state("fe_sendauth: no password supplied\n"), State::own);
}

TEST(Trouble, WhatOnlyLooksLikeASqlStateIsNone) {
  EXPECT_EQ(parse_trouble("FATAL:  sorry: no").sqlstate, "");
  EXPECT_EQ(parse_trouble(":  ").sqlstate, "");
  EXPECT_EQ(parse_trouble(":  53300").sqlstate, "");
  EXPECT_EQ(parse_trouble("").message, "");
}

TEST(Trouble, IsBadOnlyWhenItIsTheServers) {
  const auto outcome = [](State state, bool was_connected = true) {
    return outcome_of({.state = state}, was_connected);
  };
  for (const State state :
       {State::refused, State::unreachable, State::timeout, State::closed, State::not_accepting,
        State::ended, State::saturated, State::failing, State::broken}) {
    EXPECT_EQ(outcome(state), Outcome::bad);
    EXPECT_EQ(outcome(state, false), Outcome::bad);
  }
  for (const State state : {State::authentication, State::denied, State::query, State::own}) {
    EXPECT_EQ(outcome(state), Outcome::unknown);
  }
}

TEST(Trouble, ADatabaseThatWasNeverThereMayBeAMistakeOfOurs) {
  EXPECT_EQ(outcome_of({.state = State::no_database}, false), Outcome::unknown);
  EXPECT_EQ(outcome_of({.state = State::no_database}, true), Outcome::bad);
}

TEST(Trouble, IsDescribedWithItsSqlState) {
  EXPECT_EQ(describe({.state = State::saturated, .sqlstate = "53300", .message = "sorry"}),
            "every connection is taken: sorry (53300)");
  EXPECT_EQ(describe({.state = State::own, .message = "no memory"}), "no memory");
}

}  // namespace
}  // namespace ripcord::probe::postgres
