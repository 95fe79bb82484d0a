#include "runtime/driver.hpp"

#include "net/before.hpp"

#include <algorithm>
#include <utility>

namespace ripcord::runtime {
namespace {

bool ends_a_deployment(const Effects& effects) {
  return std::ranges::any_of(effects, [](const Effect& effect) {
    const auto* save = std::get_if<Save>(&effect);
    return save != nullptr && !is_open(save->deployment);
  });
}

}  // namespace

void Driver::feed(Event event) {
  const Instant now = clock_.now();
  Effects effects = engine_.step(now, event);
  metrics_.observe_engine_step(clock_.now() - now);
  metrics_.observe(event, effects);

  const bool has_ended = ends_a_deployment(effects);
  if (!effects.empty()) perform_(std::move(effects));
  changed_.notify();
  set_alarm();
  if (has_ended) on_end_();
}

void Driver::keep_time() {
  keeps_time_ = true;
  set_alarm();
}

void Driver::stop_time() {
  keeps_time_ = false;
  alarm_at_.reset();
  alarm_.unset();
}

void Driver::set_alarm() {
  const std::optional<Instant> wake = engine_.wake_at();
  if (!keeps_time_ || !wake || (alarm_at_ && *alarm_at_ <= *wake)) return;
  alarm_at_ = wake;
  alarm_.set(*wake);
}

void Driver::pass_time() {
  alarm_at_.reset();
  const std::optional<Instant> wake = engine_.wake_at();
  if (wake && *wake <= clock_.now()) {
    feed(TimePassed{});
  } else {
    set_alarm();
  }
}

boost::asio::awaitable<void> Driver::wait_for_change(std::string service, std::uint64_t revision,
                                                     Instant deadline) {
  while (engine_.revision(service) <= revision && clock_.now() < deadline) {
    (void)co_await net::before(clock_, deadline, changed_.wait());
  }
}

boost::asio::awaitable<void> Driver::wait_for_any_change(Instant deadline) {
  (void)co_await net::before(clock_, deadline, changed_.wait());
}

}  // namespace ripcord::runtime
