#pragma once

#include "engine/engine.hpp"
#include "tests/simulation/chance.hpp"
#include "tests/simulation/ledger.hpp"

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace ripcord::simulation {

/// What a version does to its service.
enum class Nature : std::uint8_t { good, bad, flapping, slow };

/// One or two services, the people who deploy them, the scripts that roll them back and the daemon
/// that watches over it, in virtual time. The daemon is killed at any instant: before a commit,
/// after it, and between any two of its deeds. What is committed and what runs survives; nothing
/// else does.
///
/// The same seed always gives the same world.
class World {
 public:
  explicit World(std::uint64_t seed);

  /// Lets time go by. Ends early when a law is broken.
  void live(Duration duration);
  /// No more kills, and nobody begins anything: what is open must end by itself.
  void calm_down();

  /// The law that was broken, with the last things that happened; empty while all is well.
  [[nodiscard]] std::string broken() const;
  /// A fingerprint of everything that ever happened.
  [[nodiscard]] std::uint64_t trace() const { return trace_; }
  /// How often what happened.
  [[nodiscard]] const std::map<std::string, int>& tally() const { return tally_; }

 private:
  struct Place {
    engine::ServiceSettings settings;
    ServiceId id{};
    std::map<std::string, Nature> natures;
    std::string running;  ///< version
    Instant running_since;
    std::vector<std::deque<Sample>> known;  ///< by probe: what this daemon was told, oldest first
    std::vector<bool> was_bad;              ///< by probe
    std::uint32_t releases = 0;
  };
  struct Run {
    StartRun start;
    RunResult result;
    bool helps = false;
    bool is_over = false;
  };

  void at(Instant when, std::function<void()> deed) { agenda_.emplace(when, std::move(deed)); }
  void note(const std::string& what);
  void count(const std::string& what) { ++tally_[what]; }
  void require(bool holds, const std::string& law);

  // The daemon.
  void begin();
  void kill();
  void reboot();
  void feed(const Event& event);
  void take(const Effects& effects);
  void perform(const Effect& effect);
  void plan_wake();
  void judge(const Effects& effects);
  void judge_trip(const Deployment& deployment);
  void judge_success(const Deployment& deployment);
  void judge_open();

  // Probes.
  void probe(std::size_t place, std::uint32_t index);
  void report(std::size_t place, std::uint32_t index, const Sample& sample);
  [[nodiscard]] Sample look(const Place& place, const ProbeTiming& timing);
  void answer(Sample& sample, const ProbeTiming& timing, Nature nature);

  // Scripts.
  [[nodiscard]] Duration time_for(const StartRun& start);
  void run(const StartRun& start);
  void stop(const StopRun& stop);
  void end(const RunKey& key);
  void resume(const RunKey& key, const StartRun& start);
  void tell(const RunKey& key);

  // People.
  void visit(std::size_t place);
  void release(std::size_t place, const std::string& version);
  void put_in_place(std::size_t place, const std::string& version);
  void say(std::size_t place, const Request& request, int tries);
  [[nodiscard]] std::string some_version(Place& place);

  [[nodiscard]] Place& place_of(std::string_view service);

  Chance chance_;
  std::vector<Place> places_;
  Ledger ledger_;
  Instant now_;
  std::multimap<Instant, std::function<void()>> agenda_;
  std::map<RunKey, Run> runs_;

  std::optional<engine::Engine> engine_;  ///< nothing while the daemon is dead
  std::uint64_t life_ = 0;                ///< grows with each daemon
  std::optional<Instant> wake_;
  std::set<RunKey> followed_;
  bool is_starting_ = false;
  bool is_calm_ = false;

  std::uint64_t trace_ = 14'695'981'039'346'656'037U;
  std::deque<std::string> lately_;
  std::map<std::string, int> tally_;
  std::string broken_;
};

}  // namespace ripcord::simulation
