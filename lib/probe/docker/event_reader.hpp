#pragma once

#include "base/result.hpp"
#include "probe/docker/container.hpp"
#include "probe/docker/parse.hpp"

#include <cstdint>
#include <deque>
#include <set>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

namespace ripcord::probe::docker {

/// Reads the engine's stream of events over any number of connections, each event once.
///
/// The engine remembers 256 events: those of the time between two connections are asked for again,
/// with some that were read already (they may come out of order).
class EventReader {
 public:
  /// The path and query to ask for, from where the last connection ended; begins a new stream.
  [[nodiscard]] std::string begin();

  /// The events of containers that `bytes` complete, but for those that say nothing about their
  /// state (what runs inside of them, such as health checks). Faults of ObjectSplitter::take().
  [[nodiscard]] Result<std::vector<ContainerEvent>> take(std::string_view bytes);

 private:
  using Key = std::tuple<std::int64_t, std::string, std::string>;

  [[nodiscard]] bool is_new(const ContainerEvent& event);

  ObjectSplitter splitter_;
  std::int64_t newest_ns_ = 0;
  std::set<Key> seen_;
  std::deque<Key> order_;  ///< of `seen_`, oldest first
};

/// Whether the containers themselves have to be listed again, or only this one inspected.
[[nodiscard]] bool changes_list(const ContainerEvent& event);
[[nodiscard]] bool changes_state(const ContainerEvent& event);

}  // namespace ripcord::probe::docker
