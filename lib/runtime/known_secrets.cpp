#include "runtime/known_secrets.hpp"

#include <algorithm>

namespace ripcord::runtime {

bool KnownSecrets::note(const Deployment& deployment) {
  const std::size_t phase = deployment.phase.index();
  const auto [known, is_new] = known_.try_emplace(deployment.id, Known{.phase = phase});
  const bool is_elsewhere = known->second.phase != phase;
  known->second.phase = phase;
  return is_new || is_elsewhere;
}

void KnownSecrets::add(const std::string& deployment, const Texts& secrets) {
  const auto known = known_.find(deployment);
  if (known == known_.end()) return;
  if (!known->second.secrets) known->second.secrets.emplace();
  Texts& texts = *known->second.secrets;
  for (const std::string& secret : secrets) {
    if (std::ranges::find(texts, secret) == texts.end()) texts.push_back(secret);
  }
}

std::optional<KnownSecrets::Texts> KnownSecrets::of(const std::string& deployment) const {
  const auto known = known_.find(deployment);
  return known == known_.end() ? std::nullopt : known->second.secrets;
}

}  // namespace ripcord::runtime
