#pragma once

#include "config/mistakes.hpp"
#include "config/readers.hpp"
#include "config/table_reader.hpp"
#include "model/sample.hpp"

namespace ripcord::config {

// What reads `[service.NAME.probe.NAME]`, each kind in a file of its own.

/// The keys that every kind has: `interval`, `retry_interval`, `timeout`, `stale_after`.
[[nodiscard]] ProbeTiming read_timing(TableReader& table);

[[nodiscard]] ReadProbe read_http_probe(const NamedTable& from, Mistakes& mistakes);
[[nodiscard]] ReadProbe read_tcp_probe(const NamedTable& from, Mistakes& mistakes);
[[nodiscard]] ReadProbe read_promql_probe(const NamedTable& from, Mistakes& mistakes);
[[nodiscard]] ReadProbe read_scrape_probe(const NamedTable& from, Mistakes& mistakes);

}  // namespace ripcord::config
