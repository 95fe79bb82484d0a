#pragma once

namespace ripcord {

/// Prints `file:line: contract broken: condition` to standard error and aborts.
[[noreturn]] void contract_broken(const char* condition, const char* file, int line) noexcept;

}  // namespace ripcord

/// Stops the program where a programmer's assumption is false, in every build. Never for what a
/// user, a peer or a file may get wrong: that is an Error.
#define RIPCORD_CONTRACT(condition) \
  ((condition) ? void() : ::ripcord::contract_broken(#condition, __FILE__, __LINE__))
