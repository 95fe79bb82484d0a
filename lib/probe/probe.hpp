#pragma once

#include "base/result.hpp"
#include "base/time.hpp"
#include "model/occurrence.hpp"
#include "model/sample.hpp"

#include <boost/asio/awaitable.hpp>

#include <functional>
#include <string>
#include <vector>

namespace ripcord::probe {

struct Exhibits;

/// What a service consists of has become another version of it.
struct Replacement {
  std::string before;
  std::string after;
  Instant at;  ///< when that was done
};

/// Whom a probe tells what it sees between its samples. On the probe's executor.
class Watcher {
 public:
  virtual ~Watcher() = default;

  virtual void occurred(Occurrence occurrence) = 0;
  /// The service was put in place anew, by whomever: what it ran before and runs now.
  virtual void replaced(Replacement replacement) = 0;
  /// Has a sample taken at once instead of at the next beat: something has changed.
  virtual void look_now() = 0;
};

/// One line of what a probe saw: `{"tls.expires", "2026-12-24T00:00:00Z (31d)"}`. Printable.
struct Detail {
  std::string name;
  std::string text;
};

/// Takes one sample of one target at a time.
class Probe {
 public:
  virtual ~Probe() = default;

  /// Ends within the probe's timeout. Never throws for the target's sake: a dead target is a
  /// sample, not an exception. Cancellation is the only thing that escapes.
  virtual boost::asio::awaitable<Sample> take() = 0;

  using Taken = std::function<void(Sample sample)>;

  /// take() without a coroutine, for a kind that is taken so often that one would cost more than
  /// the rest: `taken` is called with the sample, never from within begin(). False: this probe
  /// cannot, and nothing was begun.
  virtual bool begin(Taken /*taken*/) { return false; }
  /// Ends what begin() began, if it is still under way: its `taken` is not called.
  virtual void cancel() {}

  /// What was seen before `epoch`, which may still come, tells of another version: what is computed
  /// over a while begins anew there. Called before a take(), whenever it is another than before.
  virtual void begin_epoch(Instant /*epoch*/) {}

  /// Whether this kind sees anything between its samples.
  [[nodiscard]] virtual bool watches() const { return false; }
  /// Watches what happens between the samples, beside take(), until cancelled. Like take() it
  /// throws for nothing but cancellation: a target that goes away is followed again once it is
  /// back. Pre: watches(). Borrows `watcher`.
  virtual boost::asio::awaitable<void> watch(Watcher& watcher);

  /// What the last take() saw, for a person, in the order in which it was seen. Secrets are masked.
  [[nodiscard]] virtual std::vector<Detail> details() const { return {}; }

  /// What can be shown of the target as it is now, for the evidence of a rollback; for most kinds
  /// nothing beyond their samples. Ends soon after `deadline` at the latest; what was not answered
  /// by then is missing. For a probe of its own, that nobody takes or watches.
  virtual boost::asio::awaitable<Result<Exhibits>> exhibits(Instant deadline);
};

}  // namespace ripcord::probe
