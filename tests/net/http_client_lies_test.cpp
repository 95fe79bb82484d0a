#include "net/http_client.hpp"
#include "tests/support/bad_behaviour.hpp"
#include "tests/support/bad_peer.hpp"
#include "tests/support/loop.hpp"

#include <gmock/gmock.h>

#include <string>

// Every way in which a peer can break the promise of HTTP has its own reason, within the deadline.
namespace ripcord {
namespace {

using namespace std::chrono_literals;
using test::BadBehaviour;
using testing::HasSubstr;

constexpr Duration patience = 150ms;

class LieTest : public testing::TestWithParam<BadBehaviour> {};

TEST_P(LieTest, HasItsOwnReasonInTimeAndLeaksNothing) {
  const BadBehaviour& lie = GetParam();
  test::Loop loop;
  test::BadPeer peer(loop, {lie.script});
  net::HttpClient client(loop.context.get_executor(), loop.clock, loop.resolver, peer.place(),
                         {.header_bytes = 1024, .body_bytes = 2048});
  const std::size_t descriptors = test::open_descriptors();

  for (int i = 0; i < 3; ++i) {
    const Instant started = loop.clock.now();
    const auto reply = loop.wait_for(client.exchange({}, started + patience));
    ASSERT_FALSE(reply.has_value()) << "status " << reply->status;
    EXPECT_EQ(reply.error().fault, lie.fault) << reply.error().message;
    // How long it waited is told as it was: on a busy machine less than was allowed at first.
    EXPECT_THAT(reply.error().message, HasSubstr(lie.words));
    EXPECT_THAT(reply.error().message, HasSubstr(to_string(peer.place())));
    EXPECT_LT(loop.clock.now() - started, patience + 1s);
  }
  // A peer that drips notices only when it speaks again.
  for (int i = 0; i < 50 && test::open_descriptors() != descriptors; ++i) loop.run_for(10ms);
  EXPECT_EQ(test::open_descriptors(), descriptors);
}

std::string name_of(const testing::TestParamInfo<BadBehaviour>& info) {
  return info.param.name;
}

INSTANTIATE_TEST_SUITE_P(Http, LieTest, testing::ValuesIn(test::bad_over_http()), name_of);

}  // namespace
}  // namespace ripcord
