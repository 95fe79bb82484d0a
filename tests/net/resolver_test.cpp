#include "net/resolver.hpp"

#include "tests/support/loop.hpp"

#include <gmock/gmock.h>

#include <latch>
#include <string>
#include <vector>

namespace ripcord {
namespace {

using testing::AnyOf;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

class ResolverTest : public testing::Test {
 protected:
  /// The addresses of `host` as texts; the failure's message when there is none.
  std::vector<std::string> addresses_of(const std::string& host) {
    const auto found = loop_.wait_for(loop_.resolver.resolve(host));
    if (!found) return {found.error().message};
    std::vector<std::string> texts;
    for (const auto& address : *found) texts.push_back(address.to_string());
    return texts;
  }

  Fault fault_of(const std::string& host) {
    const auto found = loop_.wait_for(loop_.resolver.resolve(host));
    return found ? Fault::internal : found.error().fault;
  }

  /// One thread of `pool` hangs until `open` is.
  void hang(net::BlockingPool& pool, std::latch& open) {
    const std::function<Result<int>()> work = [&open] {
      open.wait();
      return 0;
    };
    loop_.tasks.spawn("hanging lookup",
                      [](net::BlockingPool& borrowed,
                         std::function<Result<int>()> hanging) -> boost::asio::awaitable<void> {
                        (void)co_await borrowed.run<int>(std::move(hanging));
                      }(pool, work));
  }

  test::Loop loop_;
};

TEST_F(ResolverTest, NumericAddressesAreTheirOwn) {
  EXPECT_THAT(addresses_of("192.0.2.7"), ElementsAre("192.0.2.7"));
  EXPECT_THAT(addresses_of("::1"), ElementsAre("::1"));
}

TEST_F(ResolverTest, ANameHasEachOfItsAddressesOnce) {
  const auto addresses = addresses_of("localhost");
  EXPECT_THAT(addresses, Contains(AnyOf("127.0.0.1", "::1")));
  EXPECT_EQ(std::ranges::count(addresses, "127.0.0.1"), 1);
}

TEST_F(ResolverTest, ANameThatCannotExistIsMissing) {
  // A label of more than 63 bytes: the system's resolver refuses it without asking anybody.
  const std::string name = std::string(64, 'a') + ".invalid";
  EXPECT_EQ(fault_of(name), Fault::missing);
  EXPECT_THAT(addresses_of(name).front(), HasSubstr("cannot look up \"aaa"));
  EXPECT_EQ(fault_of(""), Fault::missing);
  EXPECT_EQ(fault_of(std::string("local\0host", 10)), Fault::missing);
}

TEST_F(ResolverTest, IsBusyWhenEveryLookupHangs) {
  std::latch open(1);
  net::BlockingPool pool("lookup", 1, 0);
  net::Resolver resolver(pool);
  hang(pool, open);
  const auto found = loop_.wait_for(resolver.resolve("localhost"));
  EXPECT_EQ(found.error().fault, Fault::busy);
  EXPECT_TRUE(loop_.wait_for(resolver.resolve("127.0.0.1")).has_value());
  open.count_down();
  loop_.run_for(std::chrono::milliseconds(50));
}

boost::asio::awaitable<void> look_up(net::Resolver& resolver, std::vector<bool>& found) {
  const auto addresses = co_await resolver.resolve("localhost");
  found.push_back(addresses.has_value());
}

TEST_F(ResolverTest, LooksANameUpOnceForAllWhoAsk) {
  std::latch open(1);
  net::BlockingPool pool("lookup", 1, 1);
  net::Resolver resolver(pool);
  hang(pool, open);
  std::vector<bool> found;
  for (int i = 0; i < 5; ++i) loop_.tasks.spawn("lookup", look_up(resolver, found));
  loop_.tasks.spawn("left", look_up(resolver, found));
  loop_.run_for(std::chrono::milliseconds(20));
  loop_.tasks.cancel("left");
  EXPECT_THAT(found, IsEmpty()) << "there is room for one in the queue, and it waits there";
  open.count_down();
  EXPECT_TRUE(loop_.wait_for(resolver.resolve("localhost")).has_value());
  loop_.run_for(std::chrono::milliseconds(20));
  EXPECT_THAT(found, ElementsAre(true, true, true, true, true));
}

}  // namespace
}  // namespace ripcord
