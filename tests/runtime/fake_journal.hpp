#pragma once

#include "store/journal.hpp"

#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

namespace ripcord::test {

/// A journal in memory that can be out of space, or hang. Used from one thread at a time, but for
/// hang() and go_on().
class FakeJournal final : public store::Journal {
 public:
  Result<void> commit(const store::Commit& commit) override {
    {
      std::unique_lock lock(mutex_);
      released_.wait(lock, [this] { return !hangs_; });
    }
    if (is_full) return failure(Fault::full, "no space left on device");
    if (contradicts) return failure(Fault::exists, "there is such a run already");
    commits.push_back(commit);
    return {};
  }
  Result<std::vector<Deployment>> deployments(const DeploymentQuery& /*query*/) override {
    return std::vector<Deployment>{};
  }
  Result<std::vector<Deployment>> all_deployments() override { return past; }
  Result<Deployment> deployment(const std::string& id) override {
    return failure(Fault::missing, id);
  }
  Result<std::vector<store::EndedRow>> ended(const std::string& /*service*/, Instant /*from*/,
                                             Instant /*to*/) override {
    return std::vector<store::EndedRow>{};
  }
  Result<std::optional<Instant>> known_since(const std::string& /*service*/) override {
    return std::nullopt;
  }
  Result<std::vector<store::HistoryRow>> history_after(std::int64_t /*after*/,
                                                       std::size_t /*limit*/) override {
    return std::vector<store::HistoryRow>{};
  }
  Result<std::int64_t> last_sequence() override { return 0; }
  Result<bool> has_record(const std::string& /*service*/, const std::string& /*kind*/,
                          Instant /*since*/, const std::string& /*text*/) override {
    return false;
  }
  Result<std::vector<store::HistoryRow>> history(const std::string& /*deployment*/) override {
    return std::vector<store::HistoryRow>{};
  }
  Result<std::vector<store::RunRow>> runs(const std::string& /*deployment*/) override {
    return std::vector<store::RunRow>{};
  }

  Result<std::vector<store::OutboxEntry>> outbox(Instant /*since*/) override { return waiting; }
  Result<void> prune_outbox(Instant /*before*/) override { return {}; }
  Result<std::vector<Silence>> silences() override { return silenced; }

  void hang() { set_hanging(true); }
  void go_on() { set_hanging(false); }

  bool is_full = false;
  bool contradicts = false;
  std::vector<store::Commit> commits;
  std::vector<Deployment> past;
  std::vector<store::OutboxEntry> waiting;
  std::vector<Silence> silenced;

 private:
  void set_hanging(bool hangs) {
    {
      const std::scoped_lock lock(mutex_);
      hangs_ = hangs;
    }
    released_.notify_all();
  }

  std::mutex mutex_;
  std::condition_variable released_;
  bool hangs_ = false;
};

}  // namespace ripcord::test
