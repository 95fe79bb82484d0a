#include "base/contract.hpp"

#include <cstdio>
#include <cstdlib>

namespace ripcord {

void contract_broken(const char* condition, const char* file, int line) noexcept {
  // The process is about to end: nothing can be done if standard error is gone too.
  (void)std::fprintf(stderr, "%s:%d: contract broken: %s\n", file, line, condition);
  std::abort();
}

}  // namespace ripcord
