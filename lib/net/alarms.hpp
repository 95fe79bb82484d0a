#pragma once

#include "base/time.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <vector>

namespace ripcord::net {

class Alarm;

/// The alarms of one clock, which says when it is time. Setting and unsetting one costs O(log n) at
/// the most and no allocation in the steady state: each exchange of each probe has one.
class Alarms {
 public:
  Alarms() = default;
  Alarms(const Alarms&) = delete;
  Alarms& operator=(const Alarms&) = delete;
  virtual ~Alarms() = default;

  /// The earliest that is set.
  [[nodiscard]] std::optional<Instant> next();
  /// Rings what is due at `now`, in order of time and then of setting, but `most` at the most; an
  /// alarm that is set meanwhile has its turn as well. Returns how many rang.
  std::size_t ring(Instant now, std::size_t most);

 private:
  friend class Alarm;

  struct Entry {
    Instant when;
    std::uint64_t order = 0;
    std::uint32_t slot = 0;
  };
  /// The order of the heap; a type, so that it is inlined.
  struct IsLater {
    bool operator()(const Entry& a, const Entry& b) const {
      return a.when != b.when ? a.when > b.when : a.order > b.order;
    }
  };

  std::uint32_t add(Alarm& alarm, Instant when);
  void forget(std::uint32_t slot);
  void drop_earliest();
  void drop_forgotten();
  /// next() has become earlier.
  virtual void on_sooner() = 0;
  /// No alarm is set any more.
  virtual void on_none() = 0;

  std::vector<Entry> heap_;  ///< the earliest first; forgotten ones stay until their time
  std::vector<Alarm*> slots_;
  std::vector<std::uint32_t> free_;
  std::size_t forgotten_ = 0;
  std::uint64_t order_ = 0;
};

/// Calls `ring` once for each time that it is set for; set anew, unset or destroyed it forgets the
/// time before. On the clock's executor, and never from within set(). Of one thread only.
class Alarm {
 public:
  /// Borrows `alarms`.
  Alarm(Alarms& alarms, std::function<void()> ring) : alarms_(alarms), ring_(std::move(ring)) {}
  ~Alarm() { unset(); }
  Alarm(const Alarm&) = delete;
  Alarm& operator=(const Alarm&) = delete;

  void set(Instant when);
  void unset();

 private:
  friend class Alarms;

  Alarms& alarms_;
  std::function<void()> ring_;
  std::optional<std::uint32_t> slot_;  ///< nothing while it is not set
};

}  // namespace ripcord::net
