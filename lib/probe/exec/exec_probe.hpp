#pragma once

#include "base/time.hpp"
#include "model/vocabulary.hpp"
#include "net/clock.hpp"
#include "probe/exec/command_runner.hpp"
#include "probe/exec/plugin_output.hpp"
#include "probe/probe.hpp"

#include <chrono>
#include <string>
#include <vector>

namespace ripcord::probe {

/// What of a plugin's performance data becomes a value.
struct PerformanceName {
  std::string value;
  std::string label;

  friend bool operator==(const PerformanceName&, const PerformanceName&) = default;
};

struct ExecProbeSettings {
  Command command;
  bool warning_is_bad = false;
  std::vector<PerformanceName> values = {};
  Duration timeout = std::chrono::seconds(2);  ///< then its whole process tree is killed

  friend bool operator==(const ExecProbeSettings&, const ExecProbeSettings&) = default;
};

/// The values in their order.
[[nodiscard]] Vocabulary vocabulary_of(const ExecProbeSettings& settings);

/// Runs a program that judges by its exit code, as the Monitoring Plugins do: 0 is good, 2 is bad,
/// 1 (a warning) is one or the other, anything else is unknown.
///
/// A program that is not done at the timeout is bad: the guidelines ask plugins to report what
/// takes too long as critical. One that cannot be started, or dies of a signal, is unknown.
class ExecProbe final : public Probe {
 public:
  /// Borrows `clock` and `runner`, which must outlive the probe.
  ExecProbe(net::Clock& clock, CommandRunner& runner, ExecProbeSettings settings);

  boost::asio::awaitable<Sample> take() override;
  [[nodiscard]] std::vector<Detail> details() const override { return details_; }

 private:
  void judge(const CommandEnd& end, Sample& sample);
  void judge_exit(int code, const PluginOutput& output, Sample& sample);
  void read_values(const PluginOutput& output, Sample& sample);
  void note(std::string name, std::string text);

  net::Clock& clock_;
  CommandRunner& runner_;
  ExecProbeSettings settings_;
  std::vector<Detail> details_;
};

}  // namespace ripcord::probe
