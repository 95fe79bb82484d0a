// The stream of events through the life and death of a daemon.

#include "tests/integration/cord.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <sstream>
#include <string>
#include <vector>

namespace ripcord::test {
namespace {

using testing::HasSubstr;

struct Event {
  std::int64_t id = 0;
  std::string kind;
};

/// What a real client is told from `last` on, until half a second has passed.
std::vector<Event> events_after(const Cord& cord, std::int64_t last) {
  const Printed printed = run_program(
      {"/usr/bin/curl", "-sN", "-m", "0.5", "--unix-socket", cord.daemon.path("socket"), "-H",
       "Last-Event-ID: " + std::to_string(last), "http://localhost/api/v1/events"});
  std::vector<Event> events;
  std::istringstream lines(printed.out);
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with("id: ")) events.push_back({.id = std::stoll(line.substr(4)), .kind = ""});
    if (!line.starts_with("data: ") || events.empty()) continue;
    const boost::json::value record = boost::json::parse(line.substr(6));
    events.back().kind = std::string(record.at("kind").as_string());
  }
  return events;
}

TEST(Events, GoOnWithoutAGapAfterTheDaemonWasKilled) {
  Cord cord;
  cord.start();
  ASSERT_NE(cord.deploy(), "");
  const std::vector<Event> first = events_after(cord, 0);
  ASSERT_GE(first.size(), 2U);
  EXPECT_EQ(first.front().kind, "deployment.started");
  for (std::size_t i = 1; i < first.size(); ++i) EXPECT_EQ(first[i].id, first[i - 1].id + 1);

  cord.daemon.kill();
  cord.start();
  ASSERT_EQ(cord.daemon.ripcord({"abort", "shop", "--reason", "mine"}).code, 0);
  const std::vector<Event> next = events_after(cord, first.back().id);
  ASSERT_GE(next.size(), 1U);
  EXPECT_EQ(next.front().id, first.back().id + 1);
  EXPECT_TRUE(std::ranges::any_of(
      next, [](const Event& event) { return event.kind == "deployment.aborted"; }));
}

}  // namespace
}  // namespace ripcord::test
