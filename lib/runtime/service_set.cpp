#include "runtime/service_set.hpp"

#include <algorithm>

namespace ripcord::runtime {
namespace {

const std::string& name_of(const ServiceSettings& settings) {
  return settings.engine.name;
}

}  // namespace

void sort_by_name(ServiceSet& set) {
  if (!std::ranges::is_sorted(set.services, {}, name_of)) {
    std::ranges::sort(set.services, {}, name_of);
  }
}

const ServiceSettings* find_service(const ServiceSet& set, const std::string& name) {
  const auto place = std::ranges::lower_bound(set.services, name, {}, name_of);
  return place == set.services.end() || name_of(*place) != name ? nullptr : &*place;
}

}  // namespace ripcord::runtime
