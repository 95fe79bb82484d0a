#include "base/shared.hpp"

#include <gtest/gtest.h>

#include <string>

namespace ripcord {
namespace {

TEST(Shared, IsTheSameInEveryCopy) {
  const Shared<std::string> one(std::string("one"));
  const Shared<std::string> copy = one;
  EXPECT_EQ(&*copy, &*one);
  EXPECT_EQ(copy->size(), 3U);
}

TEST(Shared, IsComparedByValue) {
  const Shared<std::string> one(std::string("one"));
  EXPECT_EQ(one, Shared<std::string>(std::string("one")));
  EXPECT_NE(one, Shared<std::string>(std::string("two")));
  EXPECT_EQ(Shared<std::string>(), Shared<std::string>(std::string()));
}

}  // namespace
}  // namespace ripcord
