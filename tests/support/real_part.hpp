#pragma once

#include <gtest/gtest.h>

#include <cstdlib>

/// Ends this test unless `there`: `RIPCORD_NEEDS(is_root(), "only root may mount")`.
///
/// On a desk the test is skipped. Where every real part is required (RIPCORD_REQUIRE_REAL_PARTS is
/// set, as .ci/run does) it fails: what is missing must not go unnoticed.
#define RIPCORD_NEEDS(there, why)                                    \
  if (there) {                                                       \
  } else if (std::getenv("RIPCORD_REQUIRE_REAL_PARTS") != nullptr) { \
    FAIL() << (why);                                                 \
  } else                                                             \
    GTEST_SKIP() << (why)
