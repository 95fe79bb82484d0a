// What people ask a service for.

#include "base/text.hpp"
#include "engine/service.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace ripcord::engine {
namespace {

Answer refusal(Ticket ticket, std::string deployment, std::string why) {
  return {.ticket = ticket,
          .kind = AnswerKind::conflict,
          .deployment = std::move(deployment),
          .message = std::move(why)};
}

/// `"deploying v2 to backend; a rollback would lead to v1"`.
std::string in_words(const Deployment& fresh) {
  std::string text = fmt::format("deploying {} to {}", fresh.version, fresh.service);
  if (fresh.previous_version.empty()) {
    text += "; no verified good version is known to roll back to";
  } else {
    text += fmt::format("; a rollback would lead to {}", fresh.previous_version);
  }
  if (!fresh.irreversible.empty()) {
    text += fmt::format("; it cannot be undone ({}), so a trip only pages", fresh.irreversible);
  }
  if (!fresh.preexisting.empty()) {
    text += fmt::format("; already bad, so without a say until well once: {}",
                        fmt::join(fresh.preexisting, ", "));
  }
  return text;
}

/// `"user_complaints reported, 3 at once: the basket is empty"`.
std::string in_words(const ReportSignal& signal) {
  std::string text = signal.name + " reported";
  if (signal.count != 1) text += fmt::format(", {} at once", signal.count);
  if (!signal.note.empty()) text += ": " + printable(signal.note);
  return text;
}

std::string no_such_signal(const std::string& service, const std::string& signal,
                           const std::vector<std::string>& known) {
  std::string text =
      fmt::format("no trigger of {} counts a signal called {:?}", service, printable(signal, 64));
  const std::string near = nearest(signal.substr(0, 64), known);
  if (!near.empty()) return fmt::format("{}; did you mean {}?", text, near);
  if (known.empty()) return text + ", nor any other";
  return fmt::format("{}; there is {}", text, fmt::join(known, ", "));
}

}  // namespace

void Service::command(Instant now, const Command& command, const Sight& sight, Effects& effects) {
  ++revision_;
  struct Take {
    Service& service;
    Instant now;
    const Command& command;
    const Sight& sight;
    Effects& effects;

    void operator()(const StartDeployment& request) const {
      service.start(now, command, request, effects);
    }
    void operator()(const FinishDeployment& request) const {
      if (service.refuse_another(command.ticket, request.deployment, effects)) return;
      service.tell(now, command, deploy::Finished{.by = command.by}, "baking", effects);
    }
    void operator()(const FailDeployment& request) const {
      if (service.refuse_another(command.ticket, request.deployment, effects)) return;
      service.tell(now, command, deploy::PipelineFailed{.reason = request.reason, .by = command.by},
                   "failed", effects);
    }
    void operator()(const PromoteDeployment&) const {
      service.tell(now, command, deploy::PromoteAsked{.by = command.by}, "promoted", effects);
    }
    void operator()(const HoldDeployment& request) const {
      service.tell(now, command, deploy::HoldAsked{.reason = request.reason, .by = command.by},
                   "held", effects);
    }
    void operator()(const ResumeDeployment&) const {
      service.tell(now, command, deploy::ResumeAsked{.by = command.by}, "resumed", effects);
    }
    void operator()(const RollBackService& request) const {
      service.roll_back(now, command, request, effects);
    }
    void operator()(const AbortDeployment& request) const {
      service.tell(now, command, deploy::AbortAsked{.reason = request.reason, .by = command.by},
                   "aborted", effects);
    }
    void operator()(const ReportSignal& request) const {
      service.take_signal(now, command, request, sight, effects);
    }
  };
  std::visit(Take{*this, now, command, sight, effects}, command.request);
}

void Service::take_signal(Instant now, const Command& command, const ReportSignal& signal,
                          const Sight& sight, Effects& effects) {
  const std::vector<std::string> known = watch_.signals();
  if (std::ranges::find(known, signal.name) == known.end()) {
    effects.emplace_back(Answer{.ticket = command.ticket,
                                .kind = AnswerKind::unknown_signal,
                                .deployment = "",
                                .message = no_such_signal(name_, signal.name, known)});
    return;
  }
  // The deployment that it is reported of: it may end by what follows.
  const std::string id = subject();
  std::string text = in_words(signal);
  const bool is_older = began_before_what_runs(signal);
  if (is_older) text += "; it began before what runs now did, so it counts for nothing";
  effects.emplace_back(Record{.at = now,
                              .service = name_,
                              .deployment = id,
                              .kind = "signal.reported",
                              .text = text,
                              .by = command.by,
                              .severity = Severity::info});
  if (!is_older) {
    std::vector<Watch::Edge> edges;
    watch_.take(now, signal.name,
                Occurrence{.at = now, .kind = 0, .count = signal.count, .note = signal.note},
                edges);
    take_edges(now, edges, sight, effects);
  }
  effects.emplace_back(Answer{.ticket = command.ticket,
                              .kind = is_older ? AnswerKind::preexisting : AnswerKind::accepted,
                              .deployment = id,
                              .message = std::move(text)});
}

bool Service::began_before_what_runs(const ReportSignal& signal) const {
  if (!signal.since) return false;
  if (watch_.epoch() && *signal.since < *watch_.epoch()) return true;
  return open_ && open_->begun_at && *signal.since < *open_->begun_at;
}

std::string Service::why_not_start(const StartDeployment& request) const {
  if (waiting_) {
    return fmt::format("{} of {} is {}; wait for its end or abort it", waiting_->id, name_,
                       ripcord::name(waiting_->phase));
  }
  if (!open_) return "";
  const bool may_give_way = std::holds_alternative<Baking>(open_->phase) &&
                            (request.supersede || (open_->way != Way::driven && !request.driven));
  if (may_give_way) return "";
  return fmt::format("{} of {} is {}; wait for its end or abort it{}", open_->id, name_,
                     ripcord::name(open_->phase),
                     std::holds_alternative<Baking>(open_->phase) ? ", or supersede it" : "");
}

void Service::make_way(Instant now, Deployment& fresh, const std::string& by, Effects& effects) {
  if (open_) {
    drive(now,
          deploy::AbortAsked{.reason = fmt::format("superseded by {}", fresh.version), .by = by},
          effects);
  }
  watch_.mark_preexisting();
  fresh.preexisting = watch_.preexisting();
  // Those of a driven one are as old as its announcement: the daemon may have begun anew since.
  if (fresh.way != Way::driven) fresh.baselines = watch_.baselines();
  watch_.arm(fresh.baselines);
}

void Service::start(Instant now, const Command& command, const StartDeployment& request,
                    Effects& effects) {
  if (std::string why = why_not_start(request); !why.empty()) {
    effects.emplace_back(refusal(command.ticket, open()->id, std::move(why)));
    return;
  }
  Deployment fresh = new_deployment(now, request.version);
  fresh.commit_time = request.commit_time;
  fresh.deadline = now + recipe_.deadline;
  fresh.irreversible = request.irreversible;
  fresh.rework = request.rework;
  fresh.drill = request.drill;
  fresh.confirmations = request.confirmations;
  fresh.overrides = request.overrides;
  if (request.driven) {
    fresh.way = Way::driven;
    fresh.phase = Gating{};
    fresh.preexisting = watch_.in_trouble();
    fresh.baselines = watch_.baselines();
    waiting_ = fresh;
  } else {
    fresh.phase = Deploying{};
    fresh.begun_at = now;
    Before before{.open = open_,
                  .last = last_,
                  .last_begun = last_begun_,
                  .counts = counts_,
                  .preexisting = watch_.preexisting()};
    make_way(now, fresh, command.by, effects);
    before_ = std::move(before);
    open_ = fresh;
  }
  std::string text = in_words(fresh);
  effects.emplace_back(Save{fresh});
  effects.emplace_back(Record{.at = now,
                              .service = name_,
                              .deployment = fresh.id,
                              .kind = "deployment.started",
                              .text = text,
                              .by = command.by,
                              .severity = Severity::info});
  note_overrides(now, fresh, effects);
  if (request.driven) ask_gate(effects);
  effects.emplace_back(Answer{.ticket = command.ticket,
                              .kind = AnswerKind::accepted,
                              .deployment = fresh.id,
                              .message = std::move(text)});
}

void Service::note_overrides(Instant now, const Deployment& fresh, Effects& effects) const {
  for (const GateOverride& over : fresh.overrides) {
    effects.emplace_back(
        Record{.at = now,
               .service = name_,
               .deployment = fresh.id,
               .kind = "gate.overridden",
               .text = fmt::format("whatever gate {} says, it is passed over: {}",
                                   printable(over.gate, 64), printable(over.reason)),
               .by = over.by,
               .severity = Severity::warning});
  }
}

std::string Service::why_not_back_to(const std::string& version) const {
  if (open_) return why_not_back_to(*open_, version);
  const std::string known = lineage_.target(lineage_.current());
  if (version.empty()) {
    if (!known.empty() || waiting_) return "";
    return fmt::format("no good version of {} is known to go back to; name one with --to", name_);
  }
  // What was never deployed from here only seems to run: who wants to go back to it knows better.
  if (version == lineage_.current() && !lineage_.is_assumed()) {
    return fmt::format("{} is what runs", version);
  }
  // Where nothing is known a person's word is all there is.
  if (known.empty() || lineage_.is_good(version)) return "";
  return fmt::format("{} was never verified good on {}", version, name_);
}

std::string Service::why_not_back_to(const Deployment& open, const std::string& version) {
  const std::string& target = open.previous_version;
  if (target.empty()) {
    return fmt::format(
        "deployment {} knows no good version to go back to; abort it, then name one with --to",
        open.id);
  }
  if (version.empty() || version == target) return "";
  return fmt::format("deployment {} leads back to {}, not to {}", open.id, target, version);
}

void Service::roll_back(Instant now, const Command& command, const RollBackService& request,
                        Effects& effects) {
  if (recipe_.rollback.empty()) {
    effects.emplace_back(refusal(command.ticket, open_ ? open_->id : "",
                                 fmt::format("service {} has no rollback step configured", name_)));
    return;
  }
  if (std::string why = why_not_back_to(request.version); !why.empty()) {
    effects.emplace_back(refusal(command.ticket, open_ ? open_->id : "", std::move(why)));
    return;
  }
  Cause cause{.trigger = "",
              .reason = request.reason,
              .by = command.by,
              .at = now,
              .bad_since = std::nullopt};
  if (open() != nullptr) {
    tell(now, command, deploy::RollbackAsked{std::move(cause)}, "rolling back", effects);
    return;
  }
  const bool runs_something_else = request.version == lineage_.current();
  Deployment fresh = new_deployment(now, runs_something_else ? "" : lineage_.current());
  if (!request.version.empty()) fresh.previous_version = request.version;
  fresh.manual_rollback = true;
  fresh.begun_at = now;
  fresh.deadline = now;
  const std::string id = fresh.id;
  take_over(now, deploy::begin_manual_rollback(std::move(fresh), recipe_, std::move(cause), now),
            effects);
  effects.emplace_back(Answer{.ticket = command.ticket,
                              .kind = AnswerKind::accepted,
                              .deployment = id,
                              .message = fmt::format("{} rolling back", name_)});
}

bool Service::refuse_another(Ticket ticket, const std::string& deployment, Effects& effects) const {
  const std::string open = subject();
  if (deployment.empty() || open == deployment) return false;
  effects.emplace_back(refusal(
      ticket, open,
      waiting_ && waiting_->id == deployment
          ? fmt::format("deployment {}: it is {}", deployment, ripcord::name(waiting_->phase))
          : fmt::format("deployment {} is not open; {}", printable(deployment),
                        open.empty() ? "none is" : open + " is")));
  return true;
}

void Service::tell(Instant now, const Command& command, const deploy::MachineEvent& event,
                   const std::string& done, Effects& effects) {
  if (open() == nullptr) {
    effects.emplace_back(
        refusal(command.ticket, "", fmt::format("no deployment of {} is open", name_)));
    return;
  }
  // An abort takes back the newest word, and what bakes goes on.
  const bool is_of_waiting =
      waiting_ && (!open_ || std::holds_alternative<deploy::AbortAsked>(event));
  const std::string id = is_of_waiting ? waiting_->id : open_->id;
  const std::string refused =
      is_of_waiting ? drive_waiting(now, event, effects) : drive(now, event, effects);
  if (!refused.empty()) {
    effects.emplace_back(
        refusal(command.ticket, id, fmt::format("deployment {}: {}", id, refused)));
    return;
  }
  effects.emplace_back(Answer{.ticket = command.ticket,
                              .kind = AnswerKind::accepted,
                              .deployment = id,
                              .message = fmt::format("deployment {}: {}", id, done)});
}

}  // namespace ripcord::engine
