// A deployment that waits at its gate.

#include "base/contract.hpp"
#include "engine/service.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace ripcord::engine {
namespace {

const std::string ripcord = "ripcord";

/// Whether another one may go on waiting at its gate, for this one's place: what is being brought
/// about must not be disturbed, and what was rolled back is a person's to think about.
bool leaves_room(const Phase& phase) {
  return std::holds_alternative<Baking>(phase) || std::holds_alternative<Succeeded>(phase) ||
         std::holds_alternative<Failed>(phase) || std::holds_alternative<Aborted>(phase);
}

}  // namespace

void Service::ask_gate(Effects& effects) {
  gate_asked_ = true;
  effects.emplace_back(CheckGate{waiting_->id});
}

void Service::gate_checked(Instant now, const GateChecked& event, Effects& effects) {
  ++revision_;
  if (!waiting_ || waiting_->id != event.deployment) return;
  drive_waiting(now, deploy::GateJudged{.passed = event.passed, .text = event.text}, effects);
}

std::string Service::drive_waiting(Instant now, const deploy::MachineEvent& event,
                                   Effects& effects) {
  deploy::Step step = deploy::step(*waiting_, recipe_, event, now, health());
  if (step.effects.empty()) return std::move(step.refused);
  if (is_open(step.next)) {
    take_place(now, event, effects);
    return "";
  }
  ++revision_;
  effects.emplace_back(Save{step.next});
  std::ranges::move(step.effects, std::back_inserter(effects));
  waiting_.reset();
  keep_ended(std::move(step.next), true);
  // Saved last is what goes on: that is what everything is kept ready for.
  if (open_) effects.emplace_back(Save{*open_});
  return "";
}

void Service::take_place(Instant now, const deploy::MachineEvent& event, Effects& effects) {
  RIPCORD_CONTRACT(!open_ || std::holds_alternative<Baking>(open_->phase));
  Deployment fresh = std::move(*waiting_);
  waiting_.reset();
  // What was bad when it was announced, and since.
  std::vector<std::string> marked = watch_.preexisting();
  marked.insert(marked.end(), fresh.preexisting.begin(), fresh.preexisting.end());
  watch_.restore_preexisting(marked);
  make_way(now, fresh, ripcord, effects);
  // Another version may have been verified good since.
  fresh.previous_version = lineage_.target(fresh.version);
  open_ = std::move(fresh);
  drive(now, event, effects);
}

void Service::let_wait(Instant now, const std::string& id, const Phase& phase, Effects& effects) {
  if (leaves_room(phase)) return;
  drive_waiting(now,
                deploy::GateJudged{.passed = false,
                                   .text = fmt::format("{} is {}: nothing may begin meanwhile", id,
                                                       ripcord::name(phase))},
                effects);
}

}  // namespace ripcord::engine
