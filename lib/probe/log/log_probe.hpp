#pragma once

#include "model/vocabulary.hpp"
#include "net/clock.hpp"
#include "net/resolver.hpp"
#include "probe/docker/api.hpp"
#include "probe/docker/container.hpp"
#include "probe/docker/engine.hpp"
#include "probe/log/container_follower.hpp"
#include "probe/log/file_follower.hpp"
#include "probe/log/past.hpp"
#include "probe/log/tally.hpp"
#include "probe/probe.hpp"

#include <boost/asio/any_io_executor.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace ripcord::probe {

struct LogProbeSettings {
  std::string file;           ///< absolute; empty: the log of a container
  docker::Selector selector;  ///< which container, unless a file
  docker::EngineAddress engine;
  std::vector<log::Pattern> patterns;
  std::uint32_t lines_max = 10'000;            ///< a second; further ones are dropped and counted
  Duration timeout = std::chrono::seconds(2);  ///< of one sample
  Duration look_back{};  ///< for so long a trigger remembers occurrences; 0: none does

  friend bool operator==(const LogProbeSettings&, const LogProbeSettings&) = default;
};

[[nodiscard]] Vocabulary vocabulary_of(const LogProbeSettings& settings);

/// Counts the lines of a log that match its patterns.
///
/// A sample is good while the log is followed, also when nothing is written to it: that is
/// knowledge. It is unknown otherwise, and never bad: a log says nothing by being there.
class LogProbe final : public Probe {
 public:
  /// Borrows `clock`, `resolver` and `engines`, which must outlive the probe.
  /// Pre: check_pattern() of each pattern.
  LogProbe(boost::asio::any_io_executor executor, net::Clock& clock, net::Resolver& resolver,
           docker::Engines& engines, LogProbeSettings settings, const log::Past& past);

  boost::asio::awaitable<Sample> take() override;
  [[nodiscard]] bool watches() const override { return true; }
  boost::asio::awaitable<void> watch(Watcher& watcher) override;
  [[nodiscard]] std::vector<Detail> details() const override;
  /// `logs/NAME.txt`: the last lines of the file, or of each container.
  boost::asio::awaitable<Result<Exhibits>> exhibits(Instant deadline) override;

 private:
  boost::asio::awaitable<Result<void>> check(Instant deadline);
  boost::asio::awaitable<Result<void>> glance(Instant deadline);
  [[nodiscard]] std::string trouble() const;
  void tell(Watcher& watcher);

  net::Clock& clock_;
  LogProbeSettings settings_;
  Result<net::Place> place_;
  docker::Engine* engine_ = nullptr;  ///< null for a file, or when the host is wrong
  std::optional<docker::EngineApi> api_;
  std::optional<log::FileFollower> file_;
  std::optional<log::ContainerFollower> containers_;
  log::Tally tally_;
  bool watching_ = false;
  std::string told_trouble_;
};

}  // namespace ripcord::probe
