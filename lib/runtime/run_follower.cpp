#include "runtime/run_follower.hpp"

#include "runtime/crash_point.hpp"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <exception>
#include <utility>

namespace ripcord::runtime {
namespace {

using namespace std::chrono_literals;

/// A machine that is out of processes or memory for a moment must not cost the rollback.
constexpr int launches_max = 5;
constexpr Duration launch_pause = 1s;

std::string key(const act::RunId& id) {
  return fmt::format("{}/{}", id.deployment, to_string(id.step));
}

}  // namespace

void RunFollower::stand_by(const Deployment& deployment, std::string configuration) {
  act::RunOrder order;
  order.id = {.deployment = deployment.id, .step = {.kind = StepKind::rollback}};
  order.facts.service = deployment.service;
  order.configuration = std::move(configuration);
  runner_.stand_by(order);
}

void RunFollower::begin(act::RunOrder order) {
  if (!captures_before(order)) {
    begin_now(std::move(order));
  } else if (waiting_.insert(key(order.id)).second) {
    std::string name = "evidence before " + key(order.id);
    tasks_.spawn(std::move(name), capture_and_begin(std::move(order)));
  }
}

bool RunFollower::captures_before(const act::RunOrder& order) const {
  const StepId first{.kind = StepKind::rollback, .index = 0, .attempt = 0};
  return witness_ != nullptr && order.id.step == first;
}

boost::asio::awaitable<void> RunFollower::capture_and_begin(act::RunOrder order) {
  std::exception_ptr thrown;
  try {
    co_await witness_->capture(order.facts);
  } catch (const std::exception&) {
    // The daemon stops, or has a bug: neither is a reason to leave the service as it is.
    thrown = std::current_exception();
  }
  if (waiting_.erase(key(order.id)) > 0) begin_now(std::move(order));
  if (thrown) std::rethrow_exception(thrown);
}

std::string RunFollower::evidence_for(const act::RunId& id) const {
  const bool goes_back = id.step.kind == StepKind::rollback || id.step.kind == StepKind::verify;
  return witness_ != nullptr && goes_back ? witness_->directory(id.deployment) : std::string();
}

void RunFollower::stop(const act::RunId& id) {
  if (waiting_.erase(key(id)) > 0) {
    refuse(id, "it was stopped before it began");
  } else {
    runner_.stop(id);
  }
}

void RunFollower::begin_now(act::RunOrder order) {
  order.evidence = evidence_for(order.id);
  const Result<void> claimed = runner_.claim(order);
  if (!claimed && claimed.error().fault == Fault::exists) {
    resume(std::move(order), true);
    return;
  }
  if (!claimed) {
    end(order.id, RunOutcome::refused, claimed.error().message);
    return;
  }
  crash_point("after_claim." + to_string(order.id.step));
  launch(std::move(order));
}

void RunFollower::resume(act::RunOrder order, bool same_boot) {
  switch (runner_.inspect(order.id)) {
    case act::RunState::absent:
      if (same_boot) {
        begin(std::move(order));
      } else {
        end(order.id, RunOutcome::lost,
            "the machine restarted before it was certain that the step had begun");
      }
      return;
    case act::RunState::claimed:
      order.evidence = evidence_for(order.id);
      launch(std::move(order));
      return;
    case act::RunState::running:
    case act::RunState::ended:
    case act::RunState::lost:
      follow(order.id);
      return;
  }
}

void RunFollower::launch(act::RunOrder order) {
  const Result<void> launched = runner_.launch(order);
  if (launched) {
    crash_point("after_launch." + to_string(order.id.step));
    follow(order.id);
  } else if (launched.error().fault == Fault::full) {
    spdlog::critical("{}: cannot be started yet: {}", key(order.id), launched.error().message);
    waiting_.insert(key(order.id));
    std::string name = "launch " + key(order.id);
    tasks_.spawn(std::move(name), launch_again(std::move(order)));
  } else {
    end(order.id, RunOutcome::refused, launched.error().message);
  }
}

void RunFollower::follow(act::RunId id) {
  if (!active_.insert(key(id)).second) return;
  std::string name = "run " + key(id);
  tasks_.spawn(std::move(name), wait_for_end(std::move(id)));
}

void RunFollower::end(const act::RunId& id, RunOutcome outcome, std::string message) {
  feed_(RunEnded{.deployment = id.deployment,
                 .step = id.step,
                 .result = {.outcome = outcome,
                            .code = 0,
                            .started_at = std::nullopt,
                            .ended_at = clock_.now(),
                            .message = std::move(message)}});
}

boost::asio::awaitable<void> RunFollower::launch_again(act::RunOrder order) {
  Result<void> launched = failure(Fault::full, "");
  for (int i = 1; i < launches_max && !launched; ++i) {
    co_await clock_.sleep_until(clock_.now() + launch_pause);
    if (!waiting_.contains(key(order.id))) co_return;  // it was stopped meanwhile
    launched = runner_.launch(order);
  }
  waiting_.erase(key(order.id));
  if (launched) {
    follow(order.id);
  } else {
    end(order.id, RunOutcome::refused, launched.error().message);
  }
}

boost::asio::awaitable<void> RunFollower::wait_for_end(act::RunId id) {
  RunResult result = co_await runner_.ended(id);
  active_.erase(key(id));
  crash_point("after_end." + to_string(id.step));
  // Before its end is judged: a step that fails after it must not be rolled back. The same word
  // once more, after a restart, changes nothing.
  if (id.step.kind == StepKind::deploy && !result.irreversible.empty()) {
    feed_(FoundIrreversible{.deployment = id.deployment,
                            .reason = result.irreversible,
                            .by = fmt::format("step {}", to_string(id.step))});
  }
  feed_(RunEnded{.deployment = id.deployment, .step = id.step, .result = std::move(result)});
}

}  // namespace ripcord::runtime
