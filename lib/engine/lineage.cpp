#include "engine/lineage.hpp"

#include <algorithm>

namespace ripcord::engine {
namespace {

/// Either version may be running then.
bool was_given_up_amid_rollback(const Deployment& deployment) {
  return std::holds_alternative<Aborted>(deployment.phase) && deployment.cause;
}

}  // namespace

void Lineage::set_first(std::string first) {
  if (first == first_) return;
  first_ = std::move(first);
  first_is_bad_ = false;
}

void Lineage::ended(const Deployment& deployment) {
  if (!deployment.begun_at) return;  // it never touched the service
  if (std::holds_alternative<Succeeded>(deployment.phase)) {
    current_ = deployment.version;
    current_is_known_ = true;
    add_good(deployment.version);
  } else if (std::holds_alternative<RolledBack>(deployment.phase)) {
    add_bad(deployment.version);
    current_ = deployment.previous_version;
    current_is_known_ = !current_.empty();
    if (!deployment.previous_version.empty()) add_good(deployment.previous_version);
  } else if (std::holds_alternative<RollbackFailed>(deployment.phase)) {
    add_bad(deployment.version);
    current_.clear();
    current_is_known_ = false;
  } else if (deployment.deployed_at && !was_given_up_amid_rollback(deployment)) {
    current_ = deployment.version;
    current_is_known_ = true;
  } else {
    // A pipeline that failed or was aborted half-way: either version may be running.
    current_.clear();
    current_is_known_ = false;
  }
}

const std::string& Lineage::current() const {
  return current_.empty() && current_is_known_ ? first_ : current_;
}

std::string Lineage::last_good() const {
  return target("");
}

std::string Lineage::target(const std::string& version) const {
  for (auto good = good_.rbegin(); good != good_.rend(); ++good) {
    if (*good != version) return *good;
  }
  return first_is_bad_ || first_ == version ? "" : first_;
}

bool Lineage::is_good(const std::string& version) const {
  return std::ranges::find(good_, version) != good_.end() ||
         (version == first_ && !version.empty() && !first_is_bad_);
}

void Lineage::add_bad(const std::string& version) {
  std::erase(good_, version);
  if (version == first_) first_is_bad_ = true;
}

void Lineage::add_good(const std::string& version) {
  std::erase(good_, version);
  good_.push_back(version);
  if (version == first_) first_is_bad_ = false;
}

}  // namespace ripcord::engine
