#include "probe/docker/meter.hpp"

#include <algorithm>
#include <optional>
#include <utility>

namespace ripcord::probe::docker {
namespace {

using Count = std::optional<std::uint64_t>;

/// What has been added since; nothing when one is not known or the counter was set back.
Count growth(Count before, Count now) {
  if (!before || !now || *now < *before) return std::nullopt;
  return *now - *before;
}

/// Adds up, and forgets everything when one part is not known.
class Sum {
 public:
  void add(std::optional<double> part) {
    if (!part) {
      known_ = false;
    } else {
      sum_ += *part;
    }
  }
  [[nodiscard]] std::optional<double> value() const {
    return known_ ? std::optional(sum_) : std::nullopt;
  }

 private:
  double sum_ = 0;
  bool known_ = true;
};

std::optional<double> as_number(Count count) {
  if (!count) return std::nullopt;
  return static_cast<double>(*count);
}

/// What one container adds to the values, from one reading to the next.
class Step {
 public:
  Step(const Metered* before, const Metered& now) : before_(before), now_(now) {
    const bool comparable = before_ != nullptr && before_->started_at == now_.started_at &&
                            before_->usage.by_engine == now_.usage.by_engine;
    if (!comparable) before_ = nullptr;
    const Count passed =
        before_ == nullptr ? std::nullopt : growth(before_->usage.clock_ns, now_.usage.clock_ns);
    if (passed && *passed > 0) seconds_ = static_cast<double>(*passed) / 1e9;
  }

  [[nodiscard]] std::optional<double> cpus() const {
    if (before_ == nullptr || !seconds_) return std::nullopt;
    const Count used = growth(before_->usage.cpu_ns, now_.usage.cpu_ns);
    if (!used) return std::nullopt;
    return static_cast<double>(*used) / 1e9 / *seconds_;
  }

  [[nodiscard]] std::optional<double> rate(Count Usage::* counter) const {
    if (before_ == nullptr || !seconds_) return std::nullopt;
    const auto grown = as_number(growth(before_->usage.*counter, now_.usage.*counter));
    if (!grown) return std::nullopt;
    return *grown / *seconds_;
  }

 private:
  const Metered* before_;
  const Metered& now_;
  std::optional<double> seconds_ = std::nullopt;
};

std::optional<double> memory_ratio(const Usage& usage) {
  if (!usage.memory || usage.memory_limit.value_or(0) == 0) return std::nullopt;
  return static_cast<double>(*usage.memory) / static_cast<double>(*usage.memory_limit);
}

struct Sums {
  Sum cpu, memory, pids, received, sent, read, written;
  std::optional<double> ratio_max = 0;

  void add(const Usage& usage, const Step& step) {
    cpu.add(step.cpus());
    memory.add(as_number(usage.memory));
    pids.add(as_number(usage.pids));
    received.add(step.rate(&Usage::network_received));
    sent.add(step.rate(&Usage::network_sent));
    read.add(step.rate(&Usage::block_read));
    written.add(step.rate(&Usage::block_written));
    const auto ratio = memory_ratio(usage);
    if (ratio_max) ratio_max = ratio ? std::optional(std::max(*ratio_max, *ratio)) : std::nullopt;
  }
};

void append(std::vector<Reading>& readings, Quantity quantity, std::optional<double> value) {
  if (value) readings.push_back({static_cast<std::uint16_t>(quantity), *value});
}

}  // namespace

std::vector<Reading> Meter::take(const std::vector<Metered>& containers) {
  Sums sums;
  std::map<std::string, Metered> now;
  for (const Metered& container : containers) {
    const auto before = last_.find(container.id);
    const Step step(before == last_.end() ? nullptr : &before->second, container);
    sums.add(container.usage, step);
    now.emplace(container.id, container);
  }
  last_ = std::move(now);
  std::vector<Reading> readings;
  if (containers.empty()) return readings;
  append(readings, Quantity::cpu, sums.cpu.value());
  append(readings, Quantity::memory, sums.memory.value());
  append(readings, Quantity::memory_ratio, sums.ratio_max);
  append(readings, Quantity::pids, sums.pids.value());
  append(readings, Quantity::network_receive, sums.received.value());
  append(readings, Quantity::network_transmit, sums.sent.value());
  append(readings, Quantity::block_read, sums.read.value());
  append(readings, Quantity::block_write, sums.written.value());
  return readings;
}

}  // namespace ripcord::probe::docker
