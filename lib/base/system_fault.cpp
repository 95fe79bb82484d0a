#include "base/system_fault.hpp"

#include <cerrno>

namespace ripcord {

Fault system_fault(int error_number) {
  switch (error_number) {
    case ENOENT:
    case ENOTDIR:
    case ESRCH:
      return Fault::missing;
    case EEXIST:
    case ENOTEMPTY:
      return Fault::exists;
    case EACCES:
    case EPERM:
    case EROFS:
      return Fault::denied;
    case ENOSPC:
    case EDQUOT:
    case EMFILE:
    case ENFILE:
    case ENOMEM:
    case EAGAIN:
      return Fault::full;
    case EFBIG:
      return Fault::too_large;
    case EISDIR:
    case ELOOP:
    case ENAMETOOLONG:
      return Fault::malformed;
    default:
      return Fault::internal;
  }
}

}  // namespace ripcord
