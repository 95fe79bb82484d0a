#include "runtime/performer.hpp"

#include "net/before.hpp"
#include "runtime/crash_point.hpp"

#include <boost/asio/post.hpp>
#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <map>
#include <set>
#include <string_view>
#include <utility>

namespace ripcord::runtime {
namespace {

using namespace std::chrono_literals;

/// How long a hanging disk may keep back what brings the old version back.
constexpr Duration patience_backward = 5s;
/// The same of a beginning, and of a step forward, which without a record is not made.
constexpr Duration patience_forward = 30s;

spdlog::level::level_enum level(Severity severity) {
  switch (severity) {
    case Severity::info:
      return spdlog::level::info;
    case Severity::warning:
      return spdlog::level::warn;
    case Severity::critical:
      break;
  }
  return spdlog::level::critical;
}

void log(const Record& record) {
  const std::string& of = record.deployment.empty() ? record.service : record.deployment;
  spdlog::log(level(record.severity), "{}{}{}: {} (by {})", of, of.empty() ? "" : " ", record.kind,
              record.text, record.by);
}

/// Names the instants around a commit for the kill tests: `before_commit.PHASE`,
/// `after_commit.PHASE` for each deployment saved, `before_intent.STEP`, `after_intent.STEP` for
/// each run to start.
void crash_points(const std::string& when, const Effects& effects) {
  for (const Effect& effect : effects) {
    if (const auto* save = std::get_if<Save>(&effect)) {
      crash_point(fmt::format("{}_commit.{}", when, name(save->deployment.phase)));
    } else if (const auto* start = std::get_if<StartRun>(&effect)) {
      crash_point(fmt::format("{}_intent.{}", when, to_string(start->step)));
    }
  }
}

bool goes_forward(const StepId& step) {
  return step.kind == StepKind::deploy || step.kind == StepKind::shift;
}

/// The deployment that begins in `effects`; null when there is none.
const Deployment* beginning(const Effects& effects) {
  std::string_view id;
  for (const Effect& effect : effects) {
    const auto* record = std::get_if<Record>(&effect);
    if (record != nullptr && record->kind == "deployment.started") id = record->deployment;
  }
  if (id.empty()) return nullptr;
  for (const Effect& effect : effects) {
    const auto* save = std::get_if<Save>(&effect);
    if (save != nullptr && save->deployment.id == id) return &save->deployment;
  }
  return nullptr;
}

Duration patience_with(const Effects& effects) {
  const bool is_forward = std::ranges::any_of(effects, [](const Effect& effect) {
    const auto* start = std::get_if<StartRun>(&effect);
    return start != nullptr && goes_forward(start->step);
  });
  return is_forward || beginning(effects) != nullptr ? patience_forward : patience_backward;
}

/// The deployment that an effect concerns; empty when it concerns none.
std::string_view deployment_of(const Effect& effect) {
  return std::visit(
      [](const auto& each) -> std::string_view {
        if constexpr (requires { each.deployment.id; }) {
          return each.deployment.id;
        } else {
          return each.deployment;
        }
      },
      effect);
}

/// What a beginning would have done: its own effects, and those on what it has superseded.
std::set<std::string> undone_with(const Deployment& begun, const Effects& effects) {
  std::set<std::string> ids{begun.id};
  for (const Effect& effect : effects) {
    const auto* save = std::get_if<Save>(&effect);
    if (save != nullptr && save->deployment.service == begun.service &&
        std::holds_alternative<Aborted>(save->deployment.phase)) {
      ids.insert(save->deployment.id);
    }
  }
  return ids;
}

/// For a disk that wakes up later and keeps what nobody knows of any more.
store::Commit as_if_aborted(Deployment begun, std::vector<store::OutboxEntry> untold, Instant now,
                            const std::string& why) {
  begun.phase = Aborted{};
  begun.ended_at = now;
  begun.verdict = why;
  store::Commit commit;
  commit.records.push_back({.at = now,
                            .service = begun.service,
                            .deployment = begun.id,
                            .kind = "deployment.aborted",
                            .text = why,
                            .by = "ripcord",
                            .severity = Severity::warning});
  commit.deployments.push_back(std::move(begun));
  for (store::OutboxEntry& entry : untold) {
    entry.fate = store::OutboxFate::failed;
    entry.trouble = why;
    entry.ended_at = now;
  }
  commit.outbox = std::move(untold);
  return commit;
}

}  // namespace

Performer::Performer(const boost::asio::any_io_executor& executor, net::Clock& clock,
                     Recorder& recorder, RunFollower& follower, std::string boot_id, Hands hands)
    : executor_(executor),
      clock_(clock),
      recorder_(recorder),
      follower_(follower),
      boot_id_(std::move(boot_id)),
      hands_(std::move(hands)),
      arrived_(executor),
      idle_(executor) {}

void Performer::enqueue(Effects effects) {
  if (effects.empty()) return;
  queue_.push_back(std::move(effects));
  arrived_.notify();
}

boost::asio::awaitable<void> Performer::run() {
  for (;;) {
    co_await wait_for_work();
    while (!queue_.empty()) {
      Effects effects = std::move(queue_.front());
      queue_.pop_front();
      busy_ = true;
      co_await perform(std::move(effects));
      busy_ = false;
    }
    idle_.notify();
  }
}

boost::asio::awaitable<void> Performer::wait_for_work() {
  while (queue_.empty()) (void)co_await arrived_.wait();
}

boost::asio::awaitable<void> Performer::drain(Instant deadline) {
  while ((busy_ || !queue_.empty()) && clock_.now() < deadline) {
    (void)co_await net::before(clock_, deadline, idle_.wait());
  }
}

boost::asio::awaitable<void> Performer::perform(Effects effects) {
  crash_points("before", effects);
  stand_by(effects);
  store::Commit commit = commit_of(effects);
  commit.outbox = hands_.announce(effects);
  std::vector<store::OutboxEntry> told = commit.outbox;
  const Recorder::Turn turn = recorder_.post(std::move(commit));
  const Result<void> committed =
      co_await recorder_.outcome(turn, clock_.now() + patience_with(effects));
  if (committed) crash_points("after", effects);

  const Deployment* begun = beginning(effects);
  if (committed || begun == nullptr) {
    carry_out(effects, committed);
    hands_.deliver(told);
    co_return;
  }
  Deployment never_was = *begun;
  co_await take_back(std::move(never_was), std::move(effects), turn, std::move(told),
                     committed.error());
}

store::Commit Performer::commit_of(const Effects& effects) const {
  store::Commit commit;
  for (const Effect& effect : effects) {
    if (const auto* save = std::get_if<Save>(&effect)) {
      commit.deployments.push_back(save->deployment);
    } else if (const auto* record = std::get_if<Record>(&effect)) {
      commit.records.push_back(*record);
    } else if (const auto* end = std::get_if<SaveRun>(&effect)) {
      commit.ends.push_back(
          {.deployment = end->deployment, .step = end->step, .result = end->result});
    } else if (const auto* start = std::get_if<StartRun>(&effect)) {
      commit.intents.push_back({.deployment = start->deployment,
                                .step = start->step,
                                .step_name = start->step_name,
                                .idempotent = start->idempotent,
                                .at = clock_.now(),
                                .boot_id = boot_id_,
                                .facts = start->facts});
    }
  }
  return commit;
}

boost::asio::awaitable<void> Performer::take_back(Deployment begun, Effects effects,
                                                  Recorder::Turn turn,
                                                  std::vector<store::OutboxEntry> untold,
                                                  Error why) {
  const bool is_forgotten = recorder_.forget(turn);
  const bool may_be_written = !is_forgotten && why.fault == Fault::timeout;
  if (may_be_written) {
    recorder_.post(as_if_aborted(begun, std::move(untold), clock_.now(),
                                 fmt::format("it could not be recorded in time: {}", why.message)));
  }
  hands_.feed(NotRecorded{begun.id});
  answer_unrecorded(effects, why);
  const std::set<std::string> undone = undone_with(begun, effects);
  std::erase_if(effects, [&undone](const Effect& effect) {
    return std::holds_alternative<Answer>(effect) ||
           undone.contains(std::string(deployment_of(effect)));
  });
  if (effects.empty()) co_return;
  if (may_be_written) {
    carry_out(effects, std::unexpected(std::move(why)));
    store::Commit commit;
    commit.outbox = hands_.announce(effects);
    const std::vector<store::OutboxEntry> told = commit.outbox;
    recorder_.post(std::move(commit));
    hands_.deliver(told);
  } else {
    co_await perform(std::move(effects));
  }
}

void Performer::answer_unrecorded(const Effects& effects, const Error& why) const {
  for (const Effect& effect : effects) {
    const auto* answer = std::get_if<Answer>(&effect);
    if (answer == nullptr) continue;
    hands_.answer({.ticket = answer->ticket,
                   .kind = AnswerKind::unrecorded,
                   .deployment = "",
                   .message = fmt::format("not started, because the journal cannot be written: {}",
                                          why.message)});
  }
}

void Performer::carry_out(Effects& effects, const Result<void>& committed) {
  // The deeds first: a rollback does not wait for a log line.
  for (Effect& effect : effects) {
    if (auto* run = std::get_if<StartRun>(&effect)) {
      start(*run, effects, committed);
    } else if (const auto* gate = std::get_if<CheckGate>(&effect)) {
      hands_.check_gate(gate->deployment);
    } else if (const auto* run_to_stop = std::get_if<StopRun>(&effect)) {
      follower_.stop({.deployment = run_to_stop->deployment, .step = run_to_stop->step});
    }
  }
  for (Effect& effect : effects) {
    if (const auto* record = std::get_if<Record>(&effect)) {
      log(*record);
    } else if (auto* answer = std::get_if<Answer>(&effect)) {
      if (!committed) {
        answer->message += fmt::format(" (not recorded: the journal cannot be written: {})",
                                       committed.error().message);
      }
      hands_.answer(*answer);
    }
  }
  keep_ready(effects);
}

void Performer::keep_ready(const Effects& effects) {
  // As each service is at the end of the step: what bakes and trips in one is launched already.
  std::map<std::string_view, const Deployment*> latest;
  for (const Effect& effect : effects) {
    const auto* save = std::get_if<Save>(&effect);
    if (save != nullptr) latest[save->deployment.service] = &save->deployment;
  }
  for (const auto& [service, deployment] : latest) {
    if (std::holds_alternative<Baking>(deployment->phase)) {
      follower_.stand_by(*deployment, hands_.configuration_file(deployment->configuration));
    } else if (!is_open(*deployment)) {
      follower_.stand_down(deployment->service);
    }
  }
}

void Performer::start(const StartRun& run, const Effects& effects, const Result<void>& committed) {
  if (goes_forward(run.step) && !committed) {
    // Only what brings the old version back may run without a record of it.
    follower_.refuse({.deployment = run.deployment, .step = run.step},
                     fmt::format("the journal cannot be written: {}", committed.error().message));
  } else {
    follower_.begin(order_of(run, effects, committed.has_value()));
  }
}

void Performer::stand_by(const Effects& effects) {
  for (const Effect& effect : effects) {
    const auto* run = std::get_if<StartRun>(&effect);
    if (run == nullptr) continue;
    // Posted, so that it takes place while the journal's thread commits.
    boost::asio::post(executor_,
                      [this, order = order_of(*run, effects, true)] { follower_.stand_by(order); });
    return;
  }
}

act::RunOrder Performer::order_of(const StartRun& start, const Effects& effects,
                                  bool recorded) const {
  std::string fingerprint;
  for (const Effect& effect : effects) {
    const auto* save = std::get_if<Save>(&effect);
    if (save != nullptr && save->deployment.id == start.deployment) {
      fingerprint = save->deployment.configuration;
    }
  }
  return {.id = {.deployment = start.deployment, .step = start.step},
          .facts = start.facts,
          .configuration = hands_.configuration_file(fingerprint),
          .recorded = recorded};
}

}  // namespace ripcord::runtime
