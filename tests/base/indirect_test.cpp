#include "base/indirect.hpp"

#include <gtest/gtest.h>

#include <optional>
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

TEST(OptionalIndirect, IsComparedLikeAValue) {
  const OptionalIndirect<std::string> one(std::string("one"));
  OptionalIndirect<std::string> other = one;
  EXPECT_EQ(one, other);
  *other = "two";
  EXPECT_NE(one, other);
  EXPECT_NE(one, OptionalIndirect<std::string>());
  EXPECT_EQ(OptionalIndirect<std::string>(), std::nullopt);
  EXPECT_EQ(one, std::string("one"));
}

TEST(OptionalIndirect, IsFilledAndEmptied) {
  OptionalIndirect<std::string> one = std::nullopt;
  EXPECT_FALSE(one.has_value());
  one.emplace() = "one";
  EXPECT_EQ(one, std::string("one"));
  one = std::nullopt;
  EXPECT_FALSE(one.has_value());
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
