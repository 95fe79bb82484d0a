#include "base/system_fault.hpp"

#include <gtest/gtest.h>

#include <cerrno>

namespace ripcord {
namespace {

TEST(SystemFault, IsWhatAPersonCouldDoSomethingAbout) {
  EXPECT_EQ(system_fault(ENOENT), Fault::missing);
  EXPECT_EQ(system_fault(ENOTDIR), Fault::missing) << "no such file, by that path";
  EXPECT_EQ(system_fault(EEXIST), Fault::exists);
  EXPECT_EQ(system_fault(EROFS), Fault::denied);
  EXPECT_EQ(system_fault(ENOSPC), Fault::full);
  EXPECT_EQ(system_fault(EMFILE), Fault::full) << "descriptors are a room too";
  EXPECT_EQ(system_fault(EFBIG), Fault::too_large);
  EXPECT_EQ(system_fault(ELOOP), Fault::malformed);
  EXPECT_EQ(system_fault(EIO), Fault::internal);
}

}  // namespace
}  // namespace ripcord
