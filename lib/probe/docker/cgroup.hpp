#pragma once

#include "base/result.hpp"
#include "probe/docker/container.hpp"
#include "probe/docker/usage.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace ripcord::probe::docker {

// What the kernel's files say. Pure but for CgroupReader.

/// Where one controller of a process is: a line of `/proc/PID/cgroup`.
struct CgroupPath {
  std::vector<std::string> controllers;  ///< empty for the unified hierarchy (version 2)
  std::string path;
};
[[nodiscard]] std::vector<CgroupPath> parse_cgroup_paths(std::string_view text);

/// Where a hierarchy is mounted: a line of `/proc/self/mountinfo`.
struct CgroupMount {
  bool unified = false;
  std::vector<std::string> controllers;  ///< of version 1
  std::string root;                      ///< which cgroup is mounted there
  std::string point;
};
[[nodiscard]] std::vector<CgroupMount> parse_cgroup_mounts(std::string_view text);

/// The folder of one controller (`"memory"`), or of the unified hierarchy ("") for a process;
/// nothing when it is not mounted where it can be seen.
[[nodiscard]] std::optional<std::string> cgroup_folder(const std::vector<CgroupPath>& paths,
                                                       const std::vector<CgroupMount>& mounts,
                                                       std::string_view controller);

/// The number behind `key` in lines of `key number`; nothing when there is none.
[[nodiscard]] std::optional<std::uint64_t> number_after(std::string_view text,
                                                        std::string_view key);
/// The bytes of `operation` ("Read", "Write") of all devices, in a file of version 1.
[[nodiscard]] std::uint64_t sum_blkio(std::string_view text, std::string_view operation);
/// The sum of `key=` ("rbytes", "wbytes") over all devices, in `io.stat` of version 2.
[[nodiscard]] std::uint64_t sum_io_stat(std::string_view text, std::string_view key);

struct NetworkBytes {
  std::uint64_t received = 0;
  std::uint64_t sent = 0;

  friend bool operator==(const NetworkBytes&, const NetworkBytes&) = default;
};
/// All interfaces but the loopback, of `/proc/PID/net/dev`.
[[nodiscard]] NetworkBytes parse_net_dev(std::string_view text);

/// Reads the cgroup files of containers. Where the hierarchies are mounted is read once: the list
/// of mounts grows with every container, and these do not change while they can be used.
class CgroupReader {
 public:
  /// `root` is where `/proc` and `/sys` are looked for (empty: the real ones).
  explicit CgroupReader(std::string root = "") : root_(std::move(root)) {}

  /// What a running container has used, in some tens of microseconds; `clock_ns` is the time of
  /// reading. Fault::missing when its files cannot be seen from here: the engine is on another
  /// machine or in another namespace of processes, or the files may not be read.
  [[nodiscard]] Result<Usage> read(const Container& container, std::uint64_t clock_ns);

 private:
  std::string root_;
  std::vector<CgroupMount> mounts_;  ///< empty: to be read
};

/// Whether the container has interfaces of its own, and not those of the machine or of another
/// container, or none.
[[nodiscard]] bool has_own_network(const Container& container);

}  // namespace ripcord::probe::docker
