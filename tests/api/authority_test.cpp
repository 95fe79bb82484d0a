#include "api/authority.hpp"

#include "tests/api/ask.hpp"
#include "tests/api/fake_backend.hpp"
#include "tests/support/manual_clock.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdint>
#include <optional>
#include <vector>

namespace ripcord::api {
namespace {

using testing::HasSubstr;

constexpr std::uint32_t nobody = 4'000'000'001;  // no such user anywhere

net::Peer peer(std::uint32_t uid, std::uint32_t gid = nobody,
               std::vector<std::uint32_t> groups = {}) {
  return {.uid = uid, .gid = gid, .groups = std::move(groups)};
}

constexpr Authority open_to_group{.daemon_uid = 999, .group = 50};
constexpr Authority closed{.daemon_uid = 999, .group = std::nullopt};

TEST(Authority, IsGivenToRootAndTheDaemonItself) {
  for (const Authority& authority : {open_to_group, closed}) {
    EXPECT_TRUE(is_authorised(authority, peer(0)));
    EXPECT_TRUE(is_authorised(authority, peer(999)));
    EXPECT_FALSE(is_authorised(authority, peer(1000)));
    EXPECT_FALSE(is_authorised(authority, std::nullopt));
  }
}

TEST(Authority, IsGivenToTheMembersOfTheGroup) {
  EXPECT_TRUE(is_authorised(open_to_group, peer(1000, 50)));
  EXPECT_TRUE(is_authorised(open_to_group, peer(1000, 100, {7, 50})));
  EXPECT_FALSE(is_authorised(open_to_group, peer(1000, 51, {7, 49})));
  EXPECT_FALSE(is_authorised(closed, peer(1000, 50, {50})));
}

TEST(Authority, IsNotGivenToTheGroupOfRootByItself) {
  EXPECT_FALSE(is_authorised(closed, peer(1000, 0, {0})));
}

TEST(Authority, NamesAPeerByUidAndName) {
  EXPECT_EQ(name_of(peer(0)), "uid 0 (root)");
  EXPECT_EQ(name_of(peer(nobody)), "uid 4000000001");
}

TEST(Authority, SaysWhichGroupToJoin) {
  const Authority roots_group{.daemon_uid = 999, .group = 0};
  EXPECT_EQ(
      explain_refusal(roots_group, peer(nobody)),
      "uid 4000000001 may not use ripcord: become a member of group root and log in again, or "
      "ask as root");
  EXPECT_THAT(explain_refusal(closed, peer(nobody)), HasSubstr("set api.group"));
  EXPECT_THAT(explain_refusal(closed, std::nullopt), HasSubstr("cannot be told"));
}

TEST(Authority, IsAskedForBeforeAnythingElse) {
  boost::asio::io_context context(1);
  test::ManualClock clock(context);
  test::FakeBackend backend(clock);
  ControlApi api(backend, closed);
  for (const char* target : {"/api/v1/status", "/nothing/here", "\xff"}) {
    net::IncomingRequest incoming;
    incoming.request.target = target;
    incoming.peer = peer(1000);
    EXPECT_EQ(test::run(api.handle(incoming)).status, 403);
    incoming.peer.reset();
    EXPECT_EQ(test::run(api.handle(incoming)).status, 403);
  }
}

}  // namespace
}  // namespace ripcord::api
