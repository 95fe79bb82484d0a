#pragma once

#include "config/readers.hpp"
#include "config/table_reader.hpp"
#include "evaluate/rules.hpp"

namespace ripcord::config {

// The keys of each kind of trigger. `probe` is the one that the trigger watches, or null when there
// is no such probe: what it would have to know is then not asked.

[[nodiscard]] evaluate::ConsecutiveFailures read_consecutive_failures(TableReader& table,
                                                                      const ReadProbe* probe);
[[nodiscard]] evaluate::Latency read_latency(TableReader& table, const ReadProbe* probe);
[[nodiscard]] evaluate::ErrorRatio read_error_ratio(TableReader& table, const ReadProbe* probe);
[[nodiscard]] evaluate::ConnectionLost read_connection_lost(TableReader& table,
                                                            const ReadProbe* probe);
[[nodiscard]] evaluate::Occurrences read_occurrences(TableReader& table, const ReadProbe* probe);
/// Whether it counts what people report, and no probe.
[[nodiscard]] bool counts_signals(const TableReader& table);
[[nodiscard]] evaluate::Value read_value(TableReader& table, const ReadProbe* probe);
[[nodiscard]] evaluate::Regression read_regression(TableReader& table, const ReadProbe* probe);

}  // namespace ripcord::config
