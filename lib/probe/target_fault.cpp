#include "probe/target_fault.hpp"

namespace ripcord::probe {

bool is_targets(Fault fault) {
  switch (fault) {
    case Fault::refused:
    case Fault::unreachable:
    case Fault::timeout:
    case Fault::closed:
    case Fault::malformed:
    case Fault::too_large:
      return true;
    default:
      return false;
  }
}

}  // namespace ripcord::probe
