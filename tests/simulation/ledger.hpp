#pragma once

#include "model/deployment.hpp"
#include "model/effect.hpp"
#include "model/run.hpp"

#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace ripcord::simulation {

using RunKey = std::pair<std::string, StepId>;  ///< deployment and step

/// What is on disk, and the laws that it must never break.
class Ledger {
 public:
  struct Intent {
    StartRun start;
    std::optional<RunResult> result;
  };

  /// `first` is the configured previous version of each service, by its name.
  explicit Ledger(std::map<std::string, std::string> first) : first_(std::move(first)) {}

  /// All of it, as one transaction.
  void commit(const Effects& effects);

  [[nodiscard]] const std::vector<Deployment>& rows() const { return rows_; }
  [[nodiscard]] const Deployment* row(const std::string& id) const;
  [[nodiscard]] const std::map<RunKey, Intent>& intents() const { return intents_; }
  /// The first law that was broken; empty while all is well.
  [[nodiscard]] const std::string& broken() const { return broken_; }

 private:
  void save(const Deployment& deployment);
  void record(const Record& record);
  void intend(const StartRun& start);
  void judge_open(const std::string& service);
  void judge_superseded(const Deployment& ended);
  void judge_target(const Deployment& deployment);
  /// Whether a version other than this one is known to be good.
  [[nodiscard]] bool knows_where_to(const std::string& service, const std::string& version) const;
  void judge_rollback(const Record& record);
  void learn(const Deployment& ended);
  void require(bool holds, const std::string& law, const std::string& deployment);

  enum class Worth { good, bad };

  std::map<std::string, std::string> first_;
  std::vector<Deployment> rows_;
  std::map<RunKey, Intent> intents_;
  std::set<std::string> rolled_back_;                           ///< deployments
  std::set<std::pair<std::string, std::string>> tripped_;       ///< service, trigger
  std::map<std::pair<std::string, std::string>, Worth> worth_;  ///< service, version
  std::string broken_;
};

}  // namespace ripcord::simulation
