#pragma once

#include "act/runner.hpp"
#include "net/wakeup.hpp"

#include <map>
#include <string>
#include <utility>
#include <vector>

namespace ripcord::test {

/// A world of runs in memory: the fence is a map, and the test decides when a run ends.
class FakeRunner final : public act::Runner {
 public:
  explicit FakeRunner(const boost::asio::any_io_executor& executor) : ended_(executor) {}

  void stand_by(const act::RunOrder& order) override { stood_by.push_back(key(order.id)); }
  void stand_down(const std::string& service) override { stood_down.push_back(service); }

  Result<void> claim(const act::RunOrder& order) override {
    if (claim_fails) return failure(Fault::denied, "permission denied");
    const bool is_new = states.emplace(key(order.id), act::RunState::claimed).second;
    if (!is_new) return failure(Fault::exists, "it exists");
    evidence.push_back(order.evidence);
    return {};
  }

  Result<void> launch(const act::RunOrder& order) override {
    if (launches_to_fail > 0) {
      --launches_to_fail;
      return failure(Fault::full, "out of processes");
    }
    launched.push_back(key(order.id));
    states[key(order.id)] = act::RunState::running;
    return {};
  }

  std::vector<std::string> deployments() override { return {}; }
  act::RunState inspect(const act::RunId& id) override {
    const auto state = states.find(key(id));
    return state == states.end() ? act::RunState::absent : state->second;
  }

  boost::asio::awaitable<RunResult> ended(act::RunId id) override {
    while (!results.contains(key(id))) (void)co_await ended_.wait();
    co_return results.at(key(id));
  }

  void stop(const act::RunId& id) override { stopped.push_back(key(id)); }
  std::string output(const act::RunId& /*id*/, std::size_t /*bytes_max*/) override { return ""; }

  void end(const std::string& run, RunResult result) {
    results[run] = std::move(result);
    states[run] = act::RunState::ended;
    ended_.notify();
  }

  static std::string key(const act::RunId& id) { return id.deployment + "/" + to_string(id.step); }

  std::map<std::string, act::RunState> states;
  std::map<std::string, RunResult> results;
  std::vector<std::string> stood_by;
  std::vector<std::string> stood_down;
  std::vector<std::string> launched;
  std::vector<std::string> stopped;
  std::vector<std::string> evidence;  ///< that the claimed ones were told of
  bool claim_fails = false;
  int launches_to_fail = 0;

 private:
  net::Wakeup ended_;
};

}  // namespace ripcord::test
