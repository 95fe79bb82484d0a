#include "net/socket_fault.hpp"

#include <boost/asio/error.hpp>
#include <boost/system/system_error.hpp>

#include <cerrno>

namespace asio = boost::asio;

namespace ripcord::net {

boost::system::error_code last_error() {
  return {errno, boost::system::system_category()};
}

bool is_exhaustion(int error) {
  // EADDRNOTAVAIL: no local port is free (or no local address of that family).
  return error == EMFILE || error == ENFILE || error == ENOMEM || error == ENOBUFS ||
         error == ENOSPC || error == EADDRNOTAVAIL;
}

Fault fault_of(const boost::system::error_code& error) {
  if (error.category() != boost::system::system_category()) return Fault::internal;
  if (is_exhaustion(error.value())) return Fault::full;
  if (is_hang_up(error)) return Fault::closed;
  switch (error.value()) {
    case ECONNREFUSED:
      return Fault::refused;
    case EHOSTUNREACH:
    case EHOSTDOWN:
    case ENETUNREACH:
    case ENETDOWN:
      return Fault::unreachable;
    case ETIMEDOUT:
      return Fault::timeout;
    case EACCES:
    case EPERM:
    case EROFS:
      return Fault::denied;
    case EADDRINUSE:
      return Fault::busy;
    case ENOENT:
    case ENOTDIR:
      return Fault::missing;
    default:
      return Fault::internal;
  }
}

bool is_hang_up(const boost::system::error_code& error) {
  return error == asio::error::connection_reset || error == asio::error::broken_pipe ||
         error == asio::error::connection_aborted || error == asio::error::not_connected;
}

void throw_if_cancelled(const boost::system::error_code& error) {
  if (error == asio::error::operation_aborted) throw boost::system::system_error(error);
}

}  // namespace ripcord::net
