#include "base/contract.hpp"

#include <gtest/gtest.h>

namespace ripcord {
namespace {

int one() {
  return 1;
}

TEST(Contract, LetsATrueConditionPass) {
  int evaluations = 0;
  RIPCORD_CONTRACT(++evaluations == 1);
  EXPECT_EQ(evaluations, 1) << "evaluated exactly once, in every build";
}

TEST(ContractDeathTest, NamesThePlaceAndTheConditionAndAborts) {
  EXPECT_EXIT(RIPCORD_CONTRACT(one() == 2), testing::KilledBySignal(SIGABRT),
              "contract_test\\.cpp:[0-9]+: contract broken: one\\(\\) == 2");
}

}  // namespace
}  // namespace ripcord
