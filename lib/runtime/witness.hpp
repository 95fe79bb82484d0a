#pragma once

#include "model/run.hpp"

#include <boost/asio/awaitable.hpp>

#include <string>

namespace ripcord::runtime {

/// Looks at everything before a rollback touches it.
class Witness {
 public:
  virtual ~Witness() = default;

  /// Captures the evidence of a deployment whose rollback is on the record and about to begin;
  /// once, however often it is called. Returns within the time that is configured for it, whatever
  /// hangs or fails, and never says no.
  virtual boost::asio::awaitable<void> capture(RunFacts facts) = 0;

  /// The directory with the evidence of a deployment; empty when there is none.
  [[nodiscard]] virtual std::string directory(const std::string& deployment) const = 0;
};

}  // namespace ripcord::runtime
