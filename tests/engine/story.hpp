#pragma once

#include "engine/engine.hpp"
#include "model/effect.hpp"
#include "model/event.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace ripcord::test {

inline const Instant evening = Instant{} + std::chrono::hours(19);

/// A service with one probe each 5 s, a trigger `unhealthy` after three failures, a settle of 10 s,
/// a bake of one minute, two rollback steps, a verification script, and `v1` to go back to at
/// first.
[[nodiscard]] engine::ServiceSettings service(const std::string& name = "backend");

/// What a pipeline says at its start.
[[nodiscard]] StartDeployment announce(const std::string& version);
/// What a person says who wants ripcord to do it.
[[nodiscard]] StartDeployment drive(const std::string& version);

constexpr StepId rollback_1{.kind = StepKind::rollback, .index = 0, .attempt = 0};
constexpr StepId rollback_2{.kind = StepKind::rollback, .index = 1, .attempt = 0};
constexpr StepId verify{.kind = StepKind::verify, .index = 0, .attempt = 0};

/// Tells an engine what happens to one service, as time goes by, and keeps what it asks for.
///
/// Each step is checked for what must always hold: a command has exactly one answer and nothing
/// else has one; what is started or stopped, and every change of a deployment, is saved in the same
/// step, before.
class Story {
 public:
  explicit Story(engine::ServiceSettings settings = service());

  // What people say. Each returns the answer.
  Answer start(const std::string& version);
  Answer finish();
  Answer fail();
  Answer rollback();
  Answer abort();
  Answer command(const std::string& to, Request request);

  // What happens. Samples are 5 s apart, the first one 5 s from now.
  void good(int samples = 1);
  void bad(int samples = 1);
  void unknown(int samples = 1);
  void sample(Outcome outcome, Instant taken_at, std::uint32_t probe = 0);
  void step_ends(StepId step, int code = 0);
  void step_ends(StepId step, RunOutcome outcome);
  void step_found(StepId step);
  void not_recorded(const std::string& id);
  /// Time goes by; the engine is woken whenever it wants to be.
  void wait(Duration duration);
  const Effects& happen(const Event& event);

  /// The daemon is killed and begins again with what was saved.
  void restart();

  // Whole ways.
  /// Deploys `version`, and it is good.
  void deploy_good(const std::string& version);
  /// Deploys `version`; it is bad, and rolled back.
  void deploy_bad(const std::string& version);
  /// From the rollback's first step to the verified end.
  void finish_rollback();

  [[nodiscard]] std::string phase() const { return std::string(name(deployment().phase)); }
  /// The open deployment, else the last one.
  [[nodiscard]] const Deployment& deployment() const { return rows.back(); }
  [[nodiscard]] engine::ServiceSnapshot seen() const;
  [[nodiscard]] bool is_open() const { return engine.has_open_deployment(settings.name); }

  /// What was asked for since the last call, in words: "save PHASE", "KIND" of a record, "start
  /// STEP", "stop STEP", "ended STEP" and "answer".
  std::vector<std::string> asked();
  /// The text of the last record of this kind.
  [[nodiscard]] std::string told(std::string_view kind) const;

  engine::ServiceSettings settings;
  engine::Engine engine;
  Instant now = evening;
  std::vector<Deployment> rows;  ///< as the journal has them, oldest first
  std::vector<Record> records;
  std::vector<StartRun> started;
  Effects last;  ///< of the last step

 private:
  void keep(const Effects& effects);
  void check(const Event& event, const Effects& effects) const;

  std::vector<std::string> asked_;
  std::uint64_t ticket_ = 0;
};

}  // namespace ripcord::test
