#pragma once

namespace ripcord::daemon {

/// Sends the log where it belongs: to the journal when standard error is connected to it, to a
/// terminal in colour, else to standard error as plain lines with time and level.
void set_up_logging();

}  // namespace ripcord::daemon
