#pragma once

#include "notify/settings.hpp"
#include "runtime/settings.hpp"

#include <string>
#include <vector>

namespace ripcord::runtime {

/// The services of one configuration, who is told of them, and the fingerprint by which its kept
/// copy is found.
struct ServiceSet {
  std::vector<ServiceSettings> services;
  std::string fingerprint;
  std::vector<notify::ReceiverSettings> receivers = {};  ///< who is told
};

/// What find_service() needs; config::load() has them so already.
void sort_by_name(ServiceSet& set);

/// Null when there is none of that name. Pre: sorted by name. O(log n).
[[nodiscard]] const ServiceSettings* find_service(const ServiceSet& set, const std::string& name);

}  // namespace ripcord::runtime
