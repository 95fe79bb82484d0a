#pragma once

#include "model/deployment.hpp"

#include <string>
#include <utility>
#include <vector>

namespace ripcord::engine {

/// Which version runs, and which versions have been verified good.
///
/// The target of a rollback is the last verified good version, not "the one before": only a success
/// or a verified rollback to it makes a version good, and being rolled back makes it bad again. A
/// deployment that failed or was aborted teaches nothing about its version.
class Lineage {
 public:
  /// `first` is the configured `previous_version`: good until a deployment teaches better.
  explicit Lineage(std::string first) : first_(std::move(first)) {}

  void set_first(std::string first);

  /// The pipeline has put `version` in place.
  void deployed(const std::string& version) { current_ = version; }
  /// Takes a deployment that has ended, from the oldest to the newest.
  void ended(const Deployment& deployment);

  /// What runs, as far as is known; may be empty.
  [[nodiscard]] const std::string& current() const;
  /// Whether that is only what the configuration says: nothing was ever deployed from here.
  [[nodiscard]] bool is_assumed() const { return current_.empty() && current_is_known_; }
  /// The last verified good version; may be empty.
  [[nodiscard]] std::string last_good() const;
  /// Where a rollback from `version` leads: the last verified good version other than it; may be
  /// empty.
  [[nodiscard]] std::string target(const std::string& version) const;
  /// Whether a rollback may lead to `version`.
  [[nodiscard]] bool is_good(const std::string& version) const;

 private:
  void add_bad(const std::string& version);
  void add_good(const std::string& version);

  std::string first_;
  bool first_is_bad_ = false;
  std::string current_;
  bool current_is_known_ = true;
  std::vector<std::string> good_;  ///< each once, the latest last
};

}  // namespace ripcord::engine
