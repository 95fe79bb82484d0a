#pragma once

#include "act/output.hpp"
#include "act/posix.hpp"
#include "base/result.hpp"
#include "base/time.hpp"

#include <optional>
#include <sys/types.h>
#include <utility>

namespace ripcord::act {

/// What a keeper hears: signals, the deaths of its family, and what the command prints. All
/// waiting of a keeper is in pump().
class Watch {
 public:
  /// How the command ended.
  struct End {
    int status = 0;  ///< as waitpid() reports it
    Duration at{};   ///< monotonic
  };

  /// Blocks TERM, INT and CHLD, to hear of them here, and ignores HUP and PIPE. A TERM that was
  /// sent before, to a process started with it blocked, is heard too.
  [[nodiscard]] static Result<Watch> start();

  /// From now on `command` is waited for, and what comes out of `pipe` goes to `output` (borrowed).
  void follow(pid_t command, Descriptor pipe, OutputKeeper& output);

  /// From now on the end of `leash` (borrowed), or anything that comes from it, asks for a stop.
  void hold(int leash) { leash_ = leash; }

  /// Takes note of what has happened, waiting for it until `until` (monotonic) at the latest.
  void pump(Duration until);

  /// Reads what the pipe holds, without waiting for more.
  void take_rest();

  /// Reaps what has died. False when no child is left, and with it no descendant: a keeper is a
  /// sub-reaper, so that orphans become its children.
  bool reap();

  /// True while somebody may still print.
  [[nodiscard]] bool is_output_open() const { return static_cast<bool>(pipe_); }
  [[nodiscard]] Descriptor release_pipe() { return std::exchange(pipe_, Descriptor()); }

  [[nodiscard]] bool is_stop_asked() const { return stop_asked_; }
  [[nodiscard]] const std::optional<End>& end() const { return end_; }

 private:
  explicit Watch(Descriptor signals) : signals_(std::move(signals)) {}

  void take_signals();
  bool take_output();

  Descriptor signals_;
  Descriptor pipe_;
  OutputKeeper* output_ = nullptr;
  pid_t command_ = 0;
  int leash_ = -1;
  bool stop_asked_ = false;
  std::optional<End> end_;
};

}  // namespace ripcord::act
