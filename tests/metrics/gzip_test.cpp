#include "metrics/gzip.hpp"

#include "metrics/metrics.hpp"
#include "tests/metrics/snapshots.hpp"

#include <gtest/gtest.h>

#include <string>
#include <zlib.h>

namespace ripcord::metrics {
namespace {

/// What is in a gzip file; "damaged" when it is none.
std::string unzipped(std::string compressed) {
  z_stream stream{};
  EXPECT_EQ(inflateInit2(&stream, 15 + 16), Z_OK);
  std::string text(1UL << 24, '\0');
  stream.next_in = reinterpret_cast<Bytef*>(compressed.data());
  stream.avail_in = static_cast<uInt>(compressed.size());
  stream.next_out = reinterpret_cast<Bytef*>(text.data());
  stream.avail_out = static_cast<uInt>(text.size());
  const int ended = inflate(&stream, Z_FINISH);
  text.resize(stream.total_out);
  inflateEnd(&stream);
  return ended == Z_STREAM_END && stream.avail_in == 0 ? text : "damaged";
}

TEST(Gzip, IsUndoneByZlib) {
  const std::string scrape = Metrics("1").render(test::busy_snapshot(), {});
  EXPECT_EQ(unzipped(gzip(scrape)), scrape);
  EXPECT_LT(gzip(scrape).size(), scrape.size() / 4);
}

TEST(Gzip, TakesNothingAndWhatCannotBeShrunk) {
  EXPECT_EQ(unzipped(gzip("")), "");
  std::string noise;
  for (unsigned i = 0, state = 1; i < 100'000; ++i) {
    state = state * 1'664'525 + 1'013'904'223;
    noise += static_cast<char>(state >> 24);
  }
  EXPECT_EQ(unzipped(gzip(noise)), noise);
}

}  // namespace
}  // namespace ripcord::metrics
