#pragma once

#include "base/time.hpp"
#include "model/sample.hpp"
#include "net/clock.hpp"
#include "probe/probe.hpp"

#include <boost/asio/awaitable.hpp>

#include <cstdint>
#include <functional>

namespace ripcord::runtime {

/// What a prober reports with each sample.
struct Beat {
  Duration late{};            ///< after the instant at which the probe was due
  std::uint64_t skipped = 0;  ///< beats left out since the last, because a probe took too long
};

using SampleSink = std::function<void(Sample sample, const Beat& beat)>;

/// Takes a sample at every beat, for ever (until cancelled): the first at `first`, then drift-free
/// every `interval`, or `retry_interval` while the last sample was bad. A probe that runs over
/// skips the beats that it missed; it never overlaps itself.
///
/// A sample that ends long after its timeout says that this process was stopped meanwhile (SIGSTOP,
/// a suspended machine): it becomes unknown, for it says nothing about the target. Borrows
/// everything.
boost::asio::awaitable<void> run_prober(net::Clock& clock, probe::Probe& probe, ProbeTiming timing,
                                        Instant first, SampleSink sink);

}  // namespace ripcord::runtime
