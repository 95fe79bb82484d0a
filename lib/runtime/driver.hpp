#pragma once

#include "engine/engine.hpp"
#include "metrics/metrics.hpp"
#include "model/event.hpp"
#include "net/alarms.hpp"
#include "net/clock.hpp"
#include "net/wakeup.hpp"
#include "runtime/performer.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

namespace ripcord::runtime {

/// Drives the engine: every event goes through feed(), every effect to the performer, and time
/// passes when the engine asks for it.
class Driver {
 public:
  Driver(const boost::asio::any_io_executor& executor, net::Clock& clock, metrics::Metrics& metrics)
      : clock_(clock),
        metrics_(metrics),
        changed_(executor),
        alarm_(clock.alarms(), [this] { pass_time(); }) {}

  /// Where effects go. Before the first feed().
  void perform_with(std::function<void(Effects effects)> perform) { perform_ = std::move(perform); }
  /// Called after an event after which a service may have no open deployment any more.
  void on_deployment_end(std::function<void()> ended) { on_end_ = std::move(ended); }

  void feed(Event event);

  /// Feeds TimePassed whenever the engine wants it, from now on.
  void keep_time();
  void stop_time();

  /// Returns when the service's revision is above `revision`, or at `deadline`.
  boost::asio::awaitable<void> wait_for_change(std::string service, std::uint64_t revision,
                                               Instant deadline);

  /// Returns after the next event, or at `deadline`.
  boost::asio::awaitable<void> wait_for_any_change(Instant deadline);

  [[nodiscard]] engine::Engine& engine() { return engine_; }
  [[nodiscard]] const engine::Engine& engine() const { return engine_; }
  [[nodiscard]] Instant now() const { return clock_.now(); }
  [[nodiscard]] engine::Snapshot snapshot() const { return engine_.snapshot(clock_.now()); }

 private:
  void pass_time();
  /// What moves the engine's wish to later, as nearly every sample does, leaves the alarm alone.
  void set_alarm();

  net::Clock& clock_;
  metrics::Metrics& metrics_;
  engine::Engine engine_;
  std::function<void(Effects effects)> perform_;
  std::function<void()> on_end_;
  net::Wakeup changed_;

  net::Alarm alarm_;
  std::optional<Instant> alarm_at_;  ///< never after what the engine wants, but it may be before
  bool keeps_time_ = false;
};

}  // namespace ripcord::runtime
