#pragma once

#include <string>

namespace ripcord::runtime {

#ifdef RIPCORD_CRASH_POINTS
/// Kills this process (SIGKILL) when the environment's RIPCORD_CRASH_AT is `name`: the tests end
/// the daemon between any two effects with it. Compiled in only with RIPCORD_CRASH_POINTS.
void crash_point(const std::string& name);
#else
inline void crash_point(const std::string& /*name*/) {}
#endif

}  // namespace ripcord::runtime
