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

}  // namespace
}  // namespace ripcord
