#pragma once

#include "model/deployment.hpp"

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace ripcord::runtime {

/// What must be seen in no file of the evidence, by deployment: as far as it is known, and for as
/// long as something may still be written. In memory only.
class KnownSecrets {
 public:
  using Texts = std::vector<std::string>;

  /// From now on add() is heard for it. True when it is new here or in another phase than it was:
  /// then there may be others to learn.
  [[nodiscard]] bool note(const Deployment& deployment);

  /// What a look has shown. Nothing happens unless the deployment is noted.
  void add(const std::string& deployment, const Texts& secrets);

  /// Nothing when no look has come to its end yet.
  [[nodiscard]] std::optional<Texts> of(const std::string& deployment) const;

  /// The last word about a deployment.
  void forget(const std::string& deployment) { known_.erase(deployment); }

 private:
  struct Known {
    std::size_t phase = 0;
    std::optional<Texts> secrets = std::nullopt;
  };
  std::map<std::string, Known> known_;
};

}  // namespace ripcord::runtime
