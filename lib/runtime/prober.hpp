#pragma once

#include "base/time.hpp"
#include "model/sample.hpp"
#include "net/clock.hpp"
#include "net/wakeup.hpp"
#include "probe/probe.hpp"

#include <boost/asio/any_io_executor.hpp>
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

/// Calls a prober before its beat. Of one executor only.
class EarlyCall {
 public:
  explicit EarlyCall(const boost::asio::any_io_executor& executor) : made_(executor) {}

  /// One that is made while a sample is being taken stands until the next.
  void make();
  /// Returns at `due`, or as soon as a call has been made, which is then used up.
  boost::asio::awaitable<void> wait_until(net::Clock& clock, Instant due);

 private:
  bool stands_ = false;
  net::Wakeup made_;
};

/// Takes a sample at every beat, for ever (until cancelled): the first at `first`, then drift-free
/// every `interval`, or `retry_interval` while the last sample was bad. A probe that runs over
/// skips the beats that it missed; it never overlaps itself. With an `early_call` it takes one more
/// sample whenever it is called, and keeps its beats.
///
/// A sample that ends long after its timeout says that this process was stopped meanwhile (SIGSTOP,
/// a suspended machine): it becomes unknown, for it says nothing about the target. Borrows
/// everything.
boost::asio::awaitable<void> run_prober(net::Clock& clock, probe::Probe& probe, ProbeTiming timing,
                                        Instant first, SampleSink sink,
                                        EarlyCall* early_call = nullptr);

}  // namespace ripcord::runtime
