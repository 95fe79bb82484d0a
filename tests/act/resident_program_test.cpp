#include "act/resident_program.hpp"

#include "tests/support/temp_dir.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <string>
#include <utility>

namespace ripcord::act {
namespace {

using testing::HasSubstr;

TEST(ResidentProgramTest, HoldsWhatAProgramLoads) {
  Result<ResidentProgram> program = ResidentProgram::lock("/proc/self/exe");
  ASSERT_TRUE(program) << program.error().message;
  const std::size_t bytes = program->bytes();
  EXPECT_GT(bytes, 0);

  ResidentProgram moved(std::move(*program));
  EXPECT_EQ(moved.bytes(), bytes);
  moved = ResidentProgram();
  EXPECT_EQ(moved.bytes(), 0);
}

TEST(ResidentProgramTest, SaysWhatIsNoProgram) {
  const test::TempDir directory;
  const std::string path = directory.path() / "script";
  std::ofstream(path) << "#!/bin/sh\nexit 0\n";
  const Result<ResidentProgram> script = ResidentProgram::lock(path);
  ASSERT_FALSE(script);
  EXPECT_EQ(script.error().fault, Fault::malformed);

  // As long as its header promises, and not a byte more.
  std::ofstream(path) << std::string("\x7f") + "ELF" + std::string(200, '\xff');
  EXPECT_TRUE(ResidentProgram::lock(path)) << "segments that lie outside are nothing to hold";

  const Result<ResidentProgram> missing = ResidentProgram::lock(directory.path() / "none");
  ASSERT_FALSE(missing);
  EXPECT_THAT(missing.error().message, HasSubstr("No such file"));

  std::ofstream(path, std::ios::trunc).flush();
  EXPECT_FALSE(ResidentProgram::lock(path)) << "an empty file cannot be mapped";
}

}  // namespace
}  // namespace ripcord::act
