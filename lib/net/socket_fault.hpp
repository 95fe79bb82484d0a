#pragma once

#include "base/result.hpp"

#include <boost/system/error_code.hpp>

namespace ripcord::net {

/// What errno says now.
[[nodiscard]] boost::system::error_code last_error();

/// Whether `error` (an errno) says that this process or host has run out of something.
[[nodiscard]] bool is_exhaustion(int error);

/// What a system error of a socket is to a caller: refused, unreachable, timeout and closed are the
/// other side's, everything else is our own.
[[nodiscard]] Fault fault_of(const boost::system::error_code& error);

/// Whether the peer ended the connection: reset it, or closed it before we wrote.
[[nodiscard]] bool is_hang_up(const boost::system::error_code& error);

/// Throws operation_aborted when that is what `error` is: cancellation is no failure.
void throw_if_cancelled(const boost::system::error_code& error);

}  // namespace ripcord::net
