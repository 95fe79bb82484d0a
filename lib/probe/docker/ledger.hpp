#pragma once

#include "base/time.hpp"
#include "model/occurrence.hpp"
#include "probe/docker/container.hpp"

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace ripcord::probe::docker {

/// The kinds of occurrences, in the order of the probe's vocabulary.
enum class Happening : std::uint8_t {
  restart,    ///< the restart policy started it again
  die,        ///< it ended by itself, with an exit code other than 0
  oom,        ///< the kernel killed a process of it for its memory
  unhealthy,  ///< its health check turned unhealthy
  recreated,  ///< another container took its place
};

/// Another container has taken the place of one, from another image.
struct Replaced {
  Container before;
  Container after;
};

/// What happens to the containers of one service, counted once each: a pure state machine over
/// what the engine tells (events) and what it shows (inspected containers), in any order, with any
/// of it missing or told twice.
///
/// - What was there at the first look, and what happened before, counts for nothing.
/// - A container that somebody ends through the engine (stop, kill, restart, remove; an engine that
///   stops) has not died: the engine tells of the signal first. Signals that end nothing do not
///   excuse what comes later.
/// - Restarts are the engine's own count, for each container id. It starts again at 0 when a person
///   starts the container; the restarts before and after that are told apart by the events.
class Ledger {
 public:
  explicit Ledger(Selector selector) : selector_(std::move(selector)) {}

  [[nodiscard]] const Selector& selector() const { return selector_; }

  /// Whether `event` is about one of ours, or about one that may become ours.
  [[nodiscard]] bool concerns(const ContainerEvent& event) const;

  /// Pre: concerns(event), which was not taken before.
  void take(const ContainerEvent& event);
  /// All containers that the selector selects now. Whether that shows a change of which no event
  /// had told.
  bool take_all(std::vector<Container> containers);
  /// One of ours, looked at again. One that is not known yet is left to take_all().
  void take_one(const Container& container);

  [[nodiscard]] bool knows(const std::string& id) const { return records_.contains(id); }
  /// Whether take_all() has been called.
  [[nodiscard]] bool is_known() const { return known_; }
  /// Those that make up the service now.
  [[nodiscard]] std::vector<Container> containers() const;
  /// Which containers were recreated from another image since the last call.
  [[nodiscard]] std::vector<Replaced> drain_replaced();
  /// What has happened since the last call, at `now`.
  [[nodiscard]] std::vector<Occurrence> drain(Instant now);

 private:
  struct Record {
    Container seen;                    ///< when it was last looked at
    std::uint32_t counted = 0;         ///< restarts since it was last started by a person
    std::uint32_t counted_before = 0;  ///< the same at the look before
    Health health = Health::none;
    std::int64_t asked_to_end_ns = 0;  ///< when somebody had it ended; 0: nobody since its start
    bool oom_told = false;             ///< since it was started
    bool started_since_look = false;   ///< by what the engine told
    bool listed = true;                ///< when all were last looked at
    int exit_code = 0;                 ///< the last
  };

  void replaced(const std::string& id_before, const Container& container);
  void look(Record& record, const Container& container, bool is_news);
  void count_restarts(Record& record, const Container& container, bool is_news);
  void started(Record& record, const ContainerEvent& event);
  void died(Record& record, const ContainerEvent& event);
  void turned(Record& record, Health health);
  void report(Happening happening, std::uint32_t count, std::string note);

  Selector selector_;
  bool known_ = false;
  std::map<std::string, Record> records_;     ///< by container id
  std::map<std::string, std::string> slots_;  ///< which id was last current in each slot
  std::vector<Occurrence> happened_;
  std::vector<Replaced> replaced_;
};

}  // namespace ripcord::probe::docker
