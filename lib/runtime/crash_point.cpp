#include "runtime/crash_point.hpp"

#ifdef RIPCORD_CRASH_POINTS
#include <csignal>
#include <cstdlib>

namespace ripcord::runtime {

void crash_point(const std::string& name) {
  // Only ever set by a test before the process starts, so nobody writes the environment meanwhile.
  const char* wanted = std::getenv("RIPCORD_CRASH_AT");  // NOLINT(concurrency-mt-unsafe)
  if (wanted != nullptr && name == wanted) (void)std::raise(SIGKILL);
}

}  // namespace ripcord::runtime
#endif
