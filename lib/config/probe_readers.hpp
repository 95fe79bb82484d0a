#pragma once

#include "config/mistakes.hpp"
#include "config/readers.hpp"
#include "config/table_reader.hpp"
#include "model/sample.hpp"
#include "probe/docker/api.hpp"
#include "probe/docker/container.hpp"

#include <string_view>

namespace ripcord::config {

// What reads `[service.NAME.probe.NAME]`, each kind in a file of its own.

/// The keys that every kind has: `interval`, `retry_interval`, `timeout`, `stale_after`.
[[nodiscard]] ProbeTiming read_timing(TableReader& table);

/// Whether `text` may be a value's name, or a part of one: 1 to 64 of `a-z 0-9 _`.
[[nodiscard]] bool is_value_name(std::string_view text);

/// `container`, or `compose_project` and `compose_service`.
[[nodiscard]] probe::docker::Selector read_containers(TableReader& table);
/// `host` of the Docker engine, and the keys of TLS.
[[nodiscard]] probe::docker::EngineAddress read_engine(TableReader& table);

[[nodiscard]] ReadProbe read_docker_probe(const NamedTable& from, Mistakes& mistakes);
[[nodiscard]] ReadProbe read_exec_probe(const NamedTable& from, Mistakes& mistakes);
[[nodiscard]] ReadProbe read_http_probe(const NamedTable& from, Mistakes& mistakes);
[[nodiscard]] ReadProbe read_log_probe(const NamedTable& from, Mistakes& mistakes);
[[nodiscard]] ReadProbe read_postgres_probe(const NamedTable& from, Mistakes& mistakes);
[[nodiscard]] ReadProbe read_promql_probe(const NamedTable& from, Mistakes& mistakes);
[[nodiscard]] ReadProbe read_scrape_probe(const NamedTable& from, Mistakes& mistakes);
[[nodiscard]] ReadProbe read_tcp_probe(const NamedTable& from, Mistakes& mistakes);

}  // namespace ripcord::config
