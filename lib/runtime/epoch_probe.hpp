#pragma once

#include "probe/probe.hpp"

#include <functional>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

namespace ripcord::runtime {

/// A probe that hears before each sample in which epoch it is taken.
class EpochProbe final : public probe::Probe {
 public:
  using EpochNow = std::function<std::optional<Instant>()>;

  EpochProbe(std::unique_ptr<probe::Probe> probe, EpochNow epoch_now)
      : probe_(std::move(probe)), epoch_now_(std::move(epoch_now)) {}

  boost::asio::awaitable<Sample> take() override {
    tell_epoch();
    return probe_->take();
  }
  bool begin(Taken taken) override {
    tell_epoch();
    return probe_->begin(std::move(taken));
  }
  void cancel() override { probe_->cancel(); }
  void begin_epoch(Instant epoch) override { probe_->begin_epoch(epoch); }
  [[nodiscard]] bool watches() const override { return probe_->watches(); }
  boost::asio::awaitable<void> watch(probe::Watcher& watcher) override {
    return probe_->watch(watcher);
  }
  [[nodiscard]] std::vector<probe::Detail> details() const override { return probe_->details(); }

 private:
  void tell_epoch() {
    const std::optional<Instant> epoch = epoch_now_();
    if (epoch && epoch != told_) probe_->begin_epoch(*epoch);
    told_ = epoch;
  }

  std::unique_ptr<probe::Probe> probe_;
  EpochNow epoch_now_;
  std::optional<Instant> told_;
};

}  // namespace ripcord::runtime
