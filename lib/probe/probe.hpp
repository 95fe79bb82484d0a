#pragma once

#include "model/sample.hpp"

#include <boost/asio/awaitable.hpp>

namespace ripcord::probe {

/// Takes one sample of one target at a time.
class Probe {
 public:
  virtual ~Probe() = default;

  /// Ends within the probe's timeout. Never throws for the target's sake: a dead target is a
  /// sample, not an exception. Cancellation is the only thing that escapes.
  virtual boost::asio::awaitable<Sample> take() = 0;
};

}  // namespace ripcord::probe
