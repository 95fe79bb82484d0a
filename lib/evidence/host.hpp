#pragma once

#include "evidence/exhibit.hpp"

#include <boost/json/object.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace ripcord::evidence {

// How the machine is. The parsers are pure; what is not understood is left out.

/// `{"load_1m", "load_5m", "load_15m", "runnable", "tasks"}` of /proc/loadavg.
[[nodiscard]] boost::json::object parse_loadavg(std::string_view text);
/// `{"total_bytes", "available_bytes", …}` of /proc/meminfo.
[[nodiscard]] boost::json::object parse_meminfo(std::string_view text);
/// `{"some": {"avg10": 0.5, …}, "full": {…}}` of a file of /proc/pressure: percent of the time in
/// which something had to wait.
[[nodiscard]] boost::json::object parse_pressure(std::string_view text);

/// `host.json`: load, CPUs, memory and pressure. `proc` is where /proc is. Blocks for some small
/// reads.
[[nodiscard]] Shown look_at_host(const std::string& proc = "/proc");

/// `disks.json`: how full the file systems are that hold `paths`; the same one once. Blocks: for
/// ever, on a network's file system that is gone.
[[nodiscard]] Shown look_at_disks(const std::vector<std::string>& paths);

}  // namespace ripcord::evidence
