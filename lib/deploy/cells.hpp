#pragma once

#include "deploy/machine.hpp"
#include "deploy/transitions.hpp"

#include <cstdint>

// The cells of the table in docs/deployment.md: one function for each row of phases, one overload
// in it for each event that means something there.
namespace ripcord::deploy {

/// When, and with what in hand, something happens to a deployment.
struct Moment {
  Transition& to;
  const Recipe& recipe;
  Instant now;
  const Health& health;

  [[nodiscard]] bool is_past_deadline() const { return now >= to.deployment().deadline; }
};

void happen(const Gating& phase, const MachineEvent& event, const Moment& moment);
void happen(const Deploying& phase, const MachineEvent& event, const Moment& moment);
void happen(const Shifting& phase, const MachineEvent& event, const Moment& moment);
void happen(const Baking& phase, const MachineEvent& event, const Moment& moment);
void happen(const RollingBack& phase, const MachineEvent& event, const Moment& moment);
void happen(const Verifying& phase, const MachineEvent& event, const Moment& moment);

// What a phase has no cell for: a person is told no, everything else changes nothing.
void pass_over(const Finished& event, const Moment& moment);
void pass_over(const PipelineFailed& event, const Moment& moment);
void pass_over(const PromoteAsked& event, const Moment& moment);
void pass_over(const HoldAsked& event, const Moment& moment);
void pass_over(const ResumeAsked& event, const Moment& moment);
void pass_over(const RollbackAsked& event, const Moment& moment);
void pass_over(const AbortAsked& event, const Moment& moment);
template <class AnyEvent>
void pass_over(const AnyEvent& /*event*/, const Moment& /*moment*/) {}

/// Whether a lost run is started again: only of an idempotent step, and only once.
[[nodiscard]] bool may_repeat(const RecipeStep& step, std::uint32_t attempt,
                              const RunResult& result);

/// `"ripcord"`: who does what nobody asked for.
[[nodiscard]] const std::string& ripcord_itself();

}  // namespace ripcord::deploy
