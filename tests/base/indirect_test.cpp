#include "base/indirect.hpp"

#include <gtest/gtest.h>

#include <string>
#include <utility>

namespace ripcord {
namespace {

TEST(Indirect, IsCopiedLikeAValue) {
  Indirect<std::string> one(std::string("one"));
  Indirect<std::string> copy = one;
  *copy = "two";
  EXPECT_EQ(*one, "one");
  one = copy;
  *copy = "three";
  EXPECT_EQ(*one, "two");
}

TEST(Indirect, IsMovedWithoutACopy) {
  Indirect<std::string> one(std::string("one"));
  const std::string* const place = &*one;
  const Indirect<std::string> moved = std::move(one);
  EXPECT_EQ(&*moved, place);
}

TEST(Indirect, SurvivesBeingAssignedToItself) {
  Indirect<std::string> one(std::string("one"));
  const Indirect<std::string>& same = one;
  one = same;
  EXPECT_EQ(*one, "one");
}

TEST(OptionalIndirect, IsCopiedLikeAValue) {
  OptionalIndirect<std::string> one(std::string("one"));
  OptionalIndirect<std::string> copy = one;
  *copy = "two";
  EXPECT_EQ(*one, "one");
  one = OptionalIndirect<std::string>();
  EXPECT_FALSE(one);
  EXPECT_EQ(one.get(), nullptr);
  copy = one;
  EXPECT_FALSE(copy);
}

TEST(OptionalIndirect, HasNothingOnceItWasMovedFrom) {
  OptionalIndirect<std::string> one(std::string("one"));
  const OptionalIndirect<std::string> moved = std::move(one);
  EXPECT_FALSE(one);  // NOLINT(bugprone-use-after-move): that is what is asserted
  ASSERT_TRUE(moved);
  EXPECT_EQ(moved->size(), 3U);
}

}  // namespace
}  // namespace ripcord
