#pragma once

#include "act/command.hpp"
#include "act/posix.hpp"
#include "act/record.hpp"
#include "base/result.hpp"

#include <cstddef>
#include <string>
#include <string_view>

namespace ripcord::act {

/// The option that makes ripcord-shim a minder.
inline constexpr std::string_view mind_option = "--mind";

// What a minder is told and what it answers, over the socket that is its standard input: the lines
// of a record, an empty line; the answer goes on with what the command printed, to the end.

/// Whether `command` fits into a record: Fault::too_large when it does not.
[[nodiscard]] Result<void> check_mindable(const StepCommand& command);

/// Pre: check_mindable(command).
[[nodiscard]] std::string format_order(const StepCommand& command);
/// Fault::malformed with what is wrong.
[[nodiscard]] Result<StepCommand> parse_order(std::string_view text);

/// How a command ended that was minded, and the part of its output that was kept.
struct Minded {
  ResultRecord record;
  std::string output;
};

/// What an answer has at most.
inline constexpr std::size_t answer_bytes_max = record_bytes_max + std::size_t{512} * 1024;

[[nodiscard]] std::string format_answer(const Minded& minded);
/// Fault::malformed, as after the death of a minder, whose answer is cut.
[[nodiscard]] Result<Minded> parse_answer(std::string_view text);

/// Runs the command that `leash` tells, once, and answers there. Unlike a keeper (keeper.hpp) it
/// leaves nothing on disk and nothing running: when the command has ended, when its timeout is
/// over, or when the other end of `leash` is closed, whatever is left of its process tree is
/// killed. Returns what the process must exit with.
///
/// Blocks, and takes the process over, as keep() does. Pre: it has one thread and no children.
[[nodiscard]] int mind(Descriptor leash);

}  // namespace ripcord::act
