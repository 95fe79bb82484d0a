#include "runtime/report_memory.hpp"

namespace ripcord::runtime {

bool ReportMemory::add(const std::string& key) {
  if (!known_.insert(key).second) return false;
  order_.push_back(key);
  if (order_.size() > size_max) {
    known_.erase(order_.front());
    order_.pop_front();
  }
  return true;
}

void ReportMemory::remove(const std::string& key) {
  if (known_.erase(key) > 0) std::erase(order_, key);
}

}  // namespace ripcord::runtime
