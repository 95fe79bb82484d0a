#pragma once

#include "store/journal.hpp"

#include <string>
#include <vector>

namespace ripcord::test {

/// A journal in memory that can be out of space. Used from one thread at a time.
class FakeJournal final : public store::Journal {
 public:
  Result<void> commit(const store::Commit& commit) override {
    if (is_full) return failure(Fault::full, "no space left on device");
    if (contradicts) return failure(Fault::exists, "there is such a run already");
    commits.push_back(commit);
    return {};
  }
  Result<std::vector<Deployment>> deployments(const store::DeploymentQuery& /*query*/) override {
    return std::vector<Deployment>{};
  }
  Result<std::vector<Deployment>> all_deployments() override { return past; }
  Result<Deployment> deployment(const std::string& id) override {
    return failure(Fault::missing, id);
  }
  Result<std::vector<store::HistoryRow>> history(const std::string& /*deployment*/) override {
    return std::vector<store::HistoryRow>{};
  }
  Result<std::vector<store::RunRow>> runs(const std::string& /*deployment*/) override {
    return std::vector<store::RunRow>{};
  }

  bool is_full = false;
  bool contradicts = false;
  std::vector<store::Commit> commits;
  std::vector<Deployment> past;
};

}  // namespace ripcord::test
