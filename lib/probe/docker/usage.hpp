#pragma once

#include <cstdint>
#include <optional>

namespace ripcord::probe::docker {

/// What one container has used up to an instant, by the engine or by its cgroup files.
struct Usage {
  std::uint64_t cpu_ns = 0;    ///< of all its processes, since it was started
  std::uint64_t clock_ns = 0;  ///< when, on the time line of the source
  bool by_engine = false;      ///< the source: its time line is another than that of the files
  std::optional<std::uint64_t> memory = std::nullopt;  ///< bytes, without the cache that can go
  std::optional<std::uint64_t> memory_limit = std::nullopt;  ///< bytes
  std::optional<std::uint64_t> pids = std::nullopt;
  std::optional<std::uint64_t> network_received = std::nullopt;  ///< bytes, since it was started
  std::optional<std::uint64_t> network_sent = std::nullopt;
  std::optional<std::uint64_t> block_read = std::nullopt;  ///< bytes, since it was started
  std::optional<std::uint64_t> block_written = std::nullopt;

  friend bool operator==(const Usage&, const Usage&) = default;
};

}  // namespace ripcord::probe::docker
