#pragma once

#include "base/time.hpp"
#include "model/sample.hpp"
#include "net/alarms.hpp"
#include "net/clock.hpp"
#include "net/task_group.hpp"
#include "probe/probe.hpp"

#include <boost/asio/awaitable.hpp>

#include <cstdint>
#include <functional>
#include <string>

namespace ripcord::runtime {

/// What a prober reports with each sample.
struct Beat {
  Duration late{};            ///< after the instant at which the probe was due
  std::uint64_t skipped = 0;  ///< beats left out since the last, because a probe took too long
};

using SampleSink = std::function<void(Sample sample, const Beat& beat)>;

/// Takes a sample at every beat, from start() until stop(): drift-free every `interval`, or
/// `retry_interval` while the last sample was bad. A probe that runs over skips the beats that it
/// missed; it never overlaps itself.
///
/// A sample that ends long after its timeout says that this process was stopped meanwhile (SIGSTOP,
/// a suspended machine): it becomes unknown, for it says nothing about the target.
class Prober {
 public:
  /// Borrows `clock`, `probe` and `tasks`, in which samples are taken under `name`.
  Prober(net::Clock& clock, probe::Probe& probe, ProbeTiming timing, net::TaskGroup& tasks,
         std::string name, SampleSink sink);

  void start(Instant first);
  /// No sample is reported any more. What is under way in `tasks` is theirs to cancel.
  void stop();

  /// Takes one more sample, at once; one that is asked for while a sample is being taken comes
  /// after it. The beats stay as they are.
  void look_now();

 private:
  void look();
  boost::asio::awaitable<void> take();
  void taken(Sample sample);
  void wait();

  net::Clock& clock_;
  probe::Probe& probe_;
  ProbeTiming timing_;
  net::TaskGroup& tasks_;
  std::string name_;
  SampleSink sink_;
  net::Alarm alarm_;

  Instant due_;
  Duration late_{};            ///< of the sample that is being taken
  std::uint64_t skipped_ = 0;  ///< before it
  bool is_running_ = false;
  bool is_taking_ = false;
  bool is_called_ = false;  ///< look_now(), while a sample was being taken
};

}  // namespace ripcord::runtime
