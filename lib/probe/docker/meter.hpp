#pragma once

#include "model/sample.hpp"
#include "probe/docker/container.hpp"
#include "probe/docker/usage.hpp"

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace ripcord::probe::docker {

/// The values of a docker probe, in the order of its vocabulary. All containers of the service
/// together, but for `memory_ratio`: that of the one which is nearest to its limit.
enum class Quantity : std::uint8_t {
  running,           ///< containers
  cpu,               ///< CPUs in use: 1.5 is one and a half
  memory,            ///< bytes, without the cache that can go
  memory_ratio,      ///< share of the limit, or of the machine's memory where there is none
  pids,              ///< processes and threads
  network_receive,   ///< bytes per second
  network_transmit,  ///< bytes per second
  block_read,        ///< bytes per second
  block_write,       ///< bytes per second
};

/// One running container's use, and which run of it that is.
struct Metered {
  std::string id;
  Instant started_at;
  Usage usage;
};

/// Turns what containers have used into values. A value that one of them lacks is left out: half a
/// sum is no sum. Rates need a reading before, of the same run of each.
class Meter {
 public:
  [[nodiscard]] std::vector<Reading> take(const std::vector<Metered>& containers);

 private:
  std::map<std::string, Metered> last_;
};

}  // namespace ripcord::probe::docker
