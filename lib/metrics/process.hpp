#pragma once

#include "metrics/families.hpp"

#include <prometheus/collectable.h>

#include <filesystem>
#include <vector>

namespace ripcord::metrics {

/// The standard `process_…` series of this process, read from the proc file system at each scrape.
/// A figure that cannot be read is left out, never made up.
class ProcessCollector final : public prometheus::Collectable {
 public:
  explicit ProcessCollector(std::filesystem::path proc = "/proc");

  [[nodiscard]] std::vector<prometheus::MetricFamily> Collect() const override;

 private:
  std::filesystem::path proc_;
};

}  // namespace ripcord::metrics
