#include "runtime/performer.hpp"

#include "net/before.hpp"
#include "runtime/crash_point.hpp"

#include <boost/asio/post.hpp>
#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <map>
#include <string_view>
#include <utility>

namespace ripcord::runtime {
namespace {

using namespace std::chrono_literals;

/// How often a journal that could not be written is tried again.
constexpr Duration retry_pause = 5s;

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
  while (queue_.empty()) {
    if (!recorder_.has_backlog()) {
      (void)co_await arrived_.wait();
      continue;
    }
    const Result<void> arrived =
        co_await net::before(clock_, clock_.now() + retry_pause, arrived_.wait());
    if (!arrived) (void)co_await recorder_.retry();
  }
}

boost::asio::awaitable<void> Performer::drain(Instant deadline) {
  while ((busy_ || !queue_.empty()) && clock_.now() < deadline) {
    (void)co_await net::before(clock_, deadline, idle_.wait());
  }
}

boost::asio::awaitable<void> Performer::perform(Effects effects) {
  store::Commit commit = commit_of(effects);
  crash_points("before", effects);
  stand_by(effects);
  const Result<void> committed = co_await recorder_.commit(std::move(commit));
  if (committed) crash_points("after", effects);

  const std::string begun = beginning(effects);
  if (!committed && !begun.empty()) {
    take_back(begun, effects, committed.error());
  } else {
    carry_out(effects, committed);
  }
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

std::string Performer::beginning(const Effects& effects) {
  for (const Effect& effect : effects) {
    const auto* record = std::get_if<Record>(&effect);
    if (record != nullptr && record->kind == "deployment.started") return record->deployment;
  }
  return "";
}

void Performer::take_back(const std::string& deployment, const Effects& effects, const Error& why) {
  recorder_.forget_newest();
  hands_.feed(NotRecorded{deployment});
  for (const Effect& effect : effects) {
    if (const auto* answer = std::get_if<Answer>(&effect)) {
      hands_.answer({.ticket = answer->ticket,
                     .kind = AnswerKind::unrecorded,
                     .deployment = "",
                     .message = fmt::format("not started, because the journal cannot be written: "
                                            "{}",
                                            why.message)});
    }
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
  const bool goes_forward = run.step.kind == StepKind::deploy || run.step.kind == StepKind::shift;
  if (goes_forward && !committed) {
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
