#include "tests/tidy/exceptions.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace ripcord::tidy {
namespace {

const Findings too_long{{"lib/net/a.cpp", 0, "too long"}, {"lib/net/b.cpp", 0, "too long"}};
const Exception for_a{"lib/net/a.cpp", "file_length", "too long", "a table"};

TEST(Exceptions, CoverOneFileAndOneRule) {
  const Findings rest = without({for_a}, "file_length", too_long);
  ASSERT_EQ(rest.size(), 1U);
  EXPECT_EQ(rest[0].file, "lib/net/b.cpp");
  EXPECT_EQ(without({for_a}, "line_width", too_long).size(), 2U);
}

TEST(Exceptions, CoverOneWayAlone) {
  const Findings words{{"lib/net/a.cpp", 1, "shared_ptr is not written here"},
                       {"lib/net/a.cpp", 2, "detached is not written here"}};
  const Exception shared{"lib/net/a.cpp", "banned_words", "shared_ptr", "two owners"};
  const Findings rest = without({shared}, "banned_words", words);
  ASSERT_EQ(rest.size(), 1U);
  EXPECT_EQ(rest[0].line, 2U);
  EXPECT_TRUE(is_stale(shared, rest));
}

TEST(Exceptions, AreStaleOnceTheirFileKeepsTheRule) {
  EXPECT_FALSE(is_stale(for_a, too_long));
  EXPECT_TRUE(is_stale(for_a, {too_long[1]}));
}

}  // namespace
}  // namespace ripcord::tidy
