#include "api/encoding.hpp"

#include <gtest/gtest.h>

namespace ripcord::api {
namespace {

TEST(TakesGzip, WhenItIsNamed) {
  EXPECT_TRUE(takes_gzip("gzip"));
  EXPECT_TRUE(takes_gzip("GZip"));
  EXPECT_TRUE(takes_gzip("x-gzip"));
  EXPECT_TRUE(takes_gzip("deflate, gzip;q=0.5 , br"));
  EXPECT_TRUE(takes_gzip("*"));
}

TEST(TakesGzip, NotWhenItIsNotAskedFor) {
  EXPECT_FALSE(takes_gzip(""));
  EXPECT_FALSE(takes_gzip("identity"));
  EXPECT_FALSE(takes_gzip("gzipped, br"));
}

TEST(TakesGzip, NotWhenItsWeightIsZeroOrNone) {
  EXPECT_FALSE(takes_gzip("gzip;q=0"));
  EXPECT_FALSE(takes_gzip("gzip; q=0.000, identity"));
  EXPECT_FALSE(takes_gzip("gzip;q=0, *")) << "a name says more than the star";
  EXPECT_FALSE(takes_gzip("*;q=0"));
  EXPECT_FALSE(takes_gzip("gzip;q=much"));
  EXPECT_FALSE(takes_gzip("gzip;level=9"));
  EXPECT_FALSE(takes_gzip(";,;q=1,,=;"));
}

}  // namespace
}  // namespace ripcord::api
