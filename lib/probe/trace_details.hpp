#pragma once

#include "base/time.hpp"
#include "net/http_client.hpp"
#include "net/trace.hpp"
#include "probe/probe.hpp"

#include <vector>

namespace ripcord::probe {

/// Appends how an exchange with `place` went, for people, at `now`: the addresses, the phases, TLS
/// and the certificate.
void append_trace(std::vector<Detail>& details, const net::Place& place, const net::Trace& trace,
                  Instant now);

/// As values are reported: in seconds, and in days.
[[nodiscard]] double in_seconds(Duration duration);
[[nodiscard]] double in_days(Duration duration);

}  // namespace ripcord::probe
