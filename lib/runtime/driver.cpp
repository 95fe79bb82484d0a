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

  const bool has_ended = ends_a_deployment(effects);
  if (!effects.empty()) perform_(std::move(effects));
  changed_.notify();
  const auto wake = engine_.wake_at();
  if (wake != wake_at_) {
    wake_at_ = wake;
    rescheduled_.notify();
  }
  if (has_ended) on_end_();
}

boost::asio::awaitable<void> Driver::keep_time() {
  for (;;) {
    if (!wake_at_) {
      (void)co_await rescheduled_.wait();
      continue;
    }
    const Result<void> rescheduled = co_await net::before(clock_, *wake_at_, rescheduled_.wait());
    if (!rescheduled) feed(TimePassed{});
  }
}

boost::asio::awaitable<void> Driver::wait_for_change(std::string service, std::uint64_t revision,
                                                     Instant deadline) {
  while (engine_.revision(service) <= revision && clock_.now() < deadline) {
    (void)co_await net::before(clock_, deadline, changed_.wait());
  }
}

}  // namespace ripcord::runtime
