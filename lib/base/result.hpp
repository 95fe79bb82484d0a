#pragma once

#include <expected>
#include <string>
#include <utility>

namespace ripcord {

/// What went wrong, as far as some caller acts on it.
enum class Fault {
  malformed,    ///< the input is not what it must be
  timeout,      ///< it took too long
  refused,      ///< the other side said no
  unreachable,  ///< no way there: no route, no such host, no such socket
  closed,       ///< the other side hung up early
  too_large,    ///< beyond a stated limit
  missing,      ///< it does not exist
  exists,       ///< it exists already
  denied,       ///< not permitted
  busy,         ///< somebody else holds it; may work later
  full,         ///< no space, no descriptors, no memory
  internal,     ///< anything else; nobody can act on it
};

/// An expected failure, with a message for an administrator: what was attempted, on what, what
/// happened and, where it is known, what to do.
struct Error {
  Fault fault = Fault::internal;
  std::string message;
};

/// Either a T or an Error. Exceptions are for bugs and for cancelled coroutines only (ADR 0003).
template <class T>
using Result = std::expected<T, Error>;

/// `return failure(Fault::missing, "…");` from a function that returns any Result.
[[nodiscard]] inline std::unexpected<Error> failure(Fault fault, std::string message) {
  return std::unexpected(Error{fault, std::move(message)});
}

}  // namespace ripcord
