#pragma once

#include "engine/engine.hpp"
#include "tests/simulation/chance.hpp"
#include "tests/simulation/ledger.hpp"
#include "tests/simulation/services.hpp"

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <optional>
#include <ostream>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace ripcord::simulation {

/// One or two services, the people who deploy them, the scripts that deploy and roll them back and
/// the daemon that watches over it, in virtual time.
///
/// In a storm the daemon is killed at any instant: before a commit, after it, and between any two
/// of its deeds; the machine goes down; the disk fills up. What is committed and what runs
/// survives; nothing else does. The same seed and weather always give the same world.
class World {
 public:
  /// Writes what happens to `trace`, a line each, unless it is null.
  explicit World(std::uint64_t seed, Weather weather = Weather::stormy,
                 std::ostream* trace = nullptr);

  /// Lets time go by. Ends early when a law is broken.
  void live(Duration duration);
  /// No more storms, and nobody begins anything: what is open must end by itself.
  void calm_down();

  /// The law that was broken, with the last things that happened; empty while all is well.
  [[nodiscard]] std::string broken() const;
  /// A fingerprint of everything that ever happened.
  [[nodiscard]] std::uint64_t trace() const { return fingerprint_; }
  /// How often what happened: every kind of record, every end, and more.
  [[nodiscard]] const std::map<std::string, int>& tally() const { return tally_; }

 private:
  struct Place {
    engine::ServiceSettings settings;
    ServiceId id{};
    std::map<std::string, Nature> natures;
    std::string running;  ///< version
    Instant running_since;
    // By probe: what this daemon was told, oldest first; at most a dozen.
    std::vector<std::deque<Sample>> known;
    std::vector<std::deque<Instant>> happened;
    std::vector<bool> was_bad;  ///< by probe
    std::uint32_t releases = 0;
  };
  struct Run {
    StartRun start;
    RunResult result;
    bool helps = false;
    bool is_over = false;
  };

  void at(Instant when, std::function<void()> deed) { agenda_.emplace(when, std::move(deed)); }
  /// Only if the daemon is still the same then.
  void in_this_life(Instant when, std::function<void()> deed);
  void note(const std::string& what);
  void count(const std::string& what) { ++tally_[what]; }
  void require(bool holds, const std::string& law);
  /// One in `n`, and only in a storm that has not calmed down.
  [[nodiscard]] bool strikes(std::uint64_t n) {
    return weather_ == Weather::stormy && !is_calm_ && chance_.one_in(n);
  }

  // The daemon.
  void begin();
  void find_unrecorded_runs();
  void kill();
  void reboot();
  void reload(std::size_t place);
  void fill_disk(Duration duration);
  void feed(const Event& event);
  void take(const Effects& effects);
  [[nodiscard]] bool commit(const Effects& effects);
  void perform(const Effect& effect, bool is_recorded);
  void plan_wake();

  // What the engine may want.
  void judge(const Effects& effects);
  void judge_trip(const Deployment& deployment);
  void judge_rollback(const Record& record);
  void note_refusal(const Deployment& deployment);
  void judge_evidence(const Deployment& before, const Place& place,
                      const engine::TriggerSettings& trigger);
  void judge_bound(const Deployment& deployment);
  void judge_success(const Deployment& deployment);
  void judge_open();
  void judge_findings();

  // Probes.
  void probe(std::size_t place, std::uint32_t index);
  void report(std::size_t place, std::uint32_t index, const Sample& sample);
  void crash(std::size_t place);
  [[nodiscard]] Sample look(const Place& place, const ProbeTiming& timing);
  void answer(Sample& sample, const Place& place, const ProbeTiming& timing);
  [[nodiscard]] Nature nature_of(const Place& place) const;

  // Scripts.
  [[nodiscard]] Duration time_for(const StartRun& start);
  void run(const StartRun& start);
  void stop(const StopRun& stop);
  void end(const RunKey& key);
  void resume(const RunKey& key, const StartRun& start);
  void tell(const RunKey& key);
  void check_gate(const std::string& deployment);

  // People.
  void visit(std::size_t place);
  void meddle(std::size_t place);
  void release(std::size_t place);
  void announce(std::size_t place, const std::string& version);
  void slip_in(std::size_t place, const std::string& version);
  void put_in_place(Place& place, const std::string& version);
  void say(std::size_t place, const Request& request, int tries);
  [[nodiscard]] std::string some_version(Place& place);

  [[nodiscard]] Place& place_of(std::string_view service);

  Chance chance_;
  Weather weather_;
  std::ostream* trace_;
  std::vector<Place> places_;
  Ledger ledger_;
  Instant now_;
  std::multimap<Instant, std::function<void()>> agenda_;
  std::map<RunKey, Run> runs_;

  std::optional<engine::Engine> engine_;      ///< nothing while the daemon is dead
  std::map<std::string, Deployment> latest_;  ///< as this daemon saved them last
  std::deque<Effects> backlog_;               ///< what could not be committed
  Instant full_until_;                        ///< the journal's disk
  std::uint64_t life_ = 0;                    ///< grows with each daemon
  std::optional<Instant> wake_;
  std::set<RunKey> followed_;
  bool is_starting_ = false;
  bool is_calm_ = false;

  std::uint64_t fingerprint_ = 14'695'981'039'346'656'037U;
  std::deque<std::string> lately_;
  std::map<std::string, int> tally_;
  std::string broken_;
};

}  // namespace ripcord::simulation
