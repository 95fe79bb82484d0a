#include "base/fnv.hpp"

#include <gtest/gtest.h>

#include <string_view>

namespace ripcord {
namespace {

std::uint64_t fnv(std::string_view text) {
  Fnv hash;
  hash.add(text);
  return hash.value();
}

/// The vectors of the algorithm's authors.
TEST(Fnv, IsThePublishedOne) {
  EXPECT_EQ(fnv(""), 0xcbf29ce484222325U);
  EXPECT_EQ(fnv("a"), 0xaf63dc4c8601ec8cU);
  EXPECT_EQ(fnv("foobar"), 0x85944171f73967e8U);
}

}  // namespace
}  // namespace ripcord
