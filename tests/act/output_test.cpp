#include "act/output.hpp"

#include "tests/support/temp_dir.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cerrno>
#include <fcntl.h>
#include <fstream>
#include <iterator>
#include <string>

namespace ripcord::act {
namespace {

constexpr std::size_t kib = 1024;

/// Numbered lines of 16 bytes, so that every place in the text is different.
std::string lines(std::size_t bytes) {
  std::string text;
  for (std::size_t i = 0; text.size() < bytes; ++i) {
    const std::string number = std::to_string(i);
    text += std::string(15 - number.size(), '0') + number + "\n";
  }
  text.resize(bytes);
  return text;
}

class OutputTest : public testing::Test {
 protected:
  [[nodiscard]] std::string kept() const {
    std::ifstream file(path_);
    return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
  }
  void add(const std::string& text, std::size_t piece) {
    for (std::size_t i = 0; i < text.size(); i += piece) output_.add(text.substr(i, piece));
  }

  test::TempDir dir_;
  std::string path_ = dir_.path() / "output";
  OutputKeeper output_{
      Descriptor(::open(path_.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600))};
};

TEST_F(OutputTest, TheHeadIsThereAtOnce) {
  output_.add("hello\n");
  EXPECT_EQ(kept(), "hello\n");
}

TEST_F(OutputTest, NothingIsLeftOutUpToTheCap) {
  const std::string text = lines(256 * kib);
  add(text, 1000);
  EXPECT_EQ(kept(), text.substr(0, 192 * kib));
  output_.finish();
  EXPECT_EQ(kept(), text);
  EXPECT_EQ(output_.count().bytes, 256 * kib);
  EXPECT_EQ(output_.count().left_out, 0U);
}

TEST_F(OutputTest, TheMiddleOfAFloodIsLeftOutAndCounted) {
  const std::string text = lines(1000 * kib + 7);
  for (const std::size_t piece : {std::size_t{1}, std::size_t{977}, 65 * kib, 1001 * kib}) {
    std::ofstream(path_, std::ios::trunc).close();
    output_ = OutputKeeper(Descriptor(::open(path_.c_str(), O_WRONLY | O_APPEND | O_CLOEXEC)));
    add(text, piece);
    output_.finish();
    const std::string left_out = std::to_string(744 * kib + 7);
    EXPECT_EQ(kept(), text.substr(0, 192 * kib) + "\n[… " + left_out + " bytes left out …]\n" +
                          text.substr(text.size() - 64 * kib));
    EXPECT_EQ(output_.count().left_out, 744 * kib + 7);
  }
}

TEST(OutputKeeperOnAFullDisk, CountsWhatItCouldNotKeep) {
  OutputKeeper output(Descriptor(::open("/dev/full", O_WRONLY | O_CLOEXEC)));
  output.add("12345");
  EXPECT_EQ(output.error(), ENOSPC);
  output.finish();
  EXPECT_EQ(output.count().bytes, 5U);
  EXPECT_EQ(output.count().left_out, 5U);
}

TEST(OutputKeeperWithoutAFile, CountsEverythingAsLeftOut) {
  OutputKeeper output{Descriptor()};
  output.add(lines(300 * kib));
  output.finish();
  EXPECT_EQ(output.count().left_out, 300 * kib);
  EXPECT_EQ(output.error(), 0);
}

}  // namespace
}  // namespace ripcord::act
