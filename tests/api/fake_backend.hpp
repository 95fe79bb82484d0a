#pragma once

#include "api/backend.hpp"
#include "net/clock.hpp"

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace ripcord::test {

/// A daemon that gives the answers it was told to give, and remembers what it was asked.
class FakeBackend final : public api::Backend {
 public:
  /// Borrows `clock`.
  explicit FakeBackend(net::Clock& clock) : clock_(clock) {}

  engine::Snapshot snapshot() override {
    engine::Snapshot copy = world;
    copy.at = clock_.now();
    return copy;
  }

  api::DaemonView daemon() override { return self; }

  boost::asio::awaitable<Answer> command(std::string service, std::string by,
                                         Request request) override {
    asked.push_back(service + " by " + by + ": " + std::visit(InWords{}, request));
    last_request = std::move(request);
    if (on_command) on_command();
    co_return answer;
  }

  Instant now() override { return clock_.now(); }

  boost::asio::awaitable<Result<std::vector<Deployment>>> deployments(
      DeploymentQuery query) override {
    asked.push_back("deployments of '" + query.service + "' up to " + std::to_string(query.limit));
    last_query = std::move(query);
    co_return list;
  }

  boost::asio::awaitable<Result<deploy::DoraReport>> dora(std::string service,
                                                          Duration length) override {
    asked.push_back("figures of '" + service + "' over " + to_string(length));
    co_return figures;
  }

  boost::asio::awaitable<Result<std::vector<api::NumberedRecord>>> records(std::uint64_t after,
                                                                           std::size_t limit,
                                                                           Duration wait) override {
    if (on_records) on_records(after);
    const Instant until = clock_.now() + wait;
    for (;;) {
      std::vector<api::NumberedRecord> found;
      for (const api::NumberedRecord& each : history) {
        if (each.sequence > after && found.size() < limit) found.push_back(each);
      }
      if (!found.empty() || clock_.now() >= until) co_return found;
      co_await clock_.sleep_until(std::min(until, clock_.now() + std::chrono::milliseconds(10)));
    }
  }

  boost::asio::awaitable<Result<std::uint64_t>> last_record() override {
    co_return history.empty() ? 0 : history.back().sequence;
  }

  boost::asio::awaitable<std::optional<Answer>> report_once(std::string service, std::string by,
                                                            ReportSignal signal, std::string mark,
                                                            Instant /*since*/) override {
    if (!marks.insert(service + ' ' + mark).second) co_return std::nullopt;
    Answer given = co_await command(std::move(service), std::move(by), std::move(signal));
    co_return given;
  }

  void complain(const std::string& message) override { complaints.push_back(message); }

  boost::asio::awaitable<Result<api::DeploymentView>> deployment(std::string id) override {
    if (view && view->deployment.id != id) co_return failure(Fault::missing, "no such deployment");
    co_return view;
  }

  boost::asio::awaitable<Result<api::EvidenceView>> evidence(std::string deployment) override {
    asked.push_back("evidence of " + deployment);
    co_return evidence_view;
  }
  boost::asio::awaitable<Result<std::string>> evidence_file(std::string deployment,
                                                            std::string file) override {
    asked.push_back("evidence of " + deployment + ": " + file);
    co_return evidence_bytes;
  }

  boost::asio::awaitable<void> wait_for_change(std::string service, std::uint64_t revision,
                                               Duration wait) override {
    const Instant until = clock_.now() + wait;
    while (clock_.now() < until) {
      const auto found = std::ranges::find(world.services, service, &engine::ServiceSnapshot::name);
      if (found == world.services.end() || found->revision > revision) co_return;
      co_await clock_.sleep_until(std::min(until, clock_.now() + std::chrono::milliseconds(10)));
    }
  }

  boost::asio::awaitable<Result<api::ProbeReport>> probe(std::string service,
                                                         std::string probe) override {
    asked.push_back("probe " + service + "/" + probe);
    co_return report;
  }

  boost::asio::awaitable<Result<deploy::GateVerdict>> gate(std::string service,
                                                           deploy::GateRequest request) override {
    asked.push_back("gate of " + service + " for '" + request.version + "'");
    last_gate = std::move(request);
    co_return verdict;
  }

  std::optional<api::Readiness> readiness(const std::string& service) override {
    const auto found = way_back.find(service);
    return found == way_back.end() ? std::nullopt : std::optional(found->second);
  }

  std::vector<Silence> silences() override { return silenced; }
  boost::asio::awaitable<Result<Silence>> silence(Silence silence) override {
    asked.push_back("silence " + silence.service + "/" + silence.trigger + " for " +
                    to_string(silence.until - silence.from) + " by " + silence.by + ": " +
                    silence.reason);
    if (!journal_works) co_return failure(Fault::full, "no space left");
    silence.number = 7;
    co_return silence;
  }
  boost::asio::awaitable<Result<Silence>> end_silence(std::int64_t number,
                                                      std::string by) override {
    asked.push_back("end silence " + std::to_string(number) + " by " + by);
    if (silenced.empty()) co_return failure(Fault::missing, "there is no such silence in force");
    Silence ended = silenced.front();
    ended.ended_at = clock_.now();
    co_return ended;
  }
  std::vector<api::ReceiverView> receivers() override { return told; }
  boost::asio::awaitable<Result<api::ReceiverTest>> test_receiver(std::string receiver,
                                                                  std::string by) override {
    asked.push_back("test " + receiver + " by " + by);
    co_return tested;
  }

  boost::asio::awaitable<Result<std::string>> reload(std::string by) override {
    asked.push_back("reload by " + by);
    co_return reloaded;
  }

  boost::asio::awaitable<Result<std::string>> metrics(bool gzipped) override {
    if (gzipped && scrape) co_return "gzip of " + *scrape;
    co_return scrape;
  }

  Result<std::string> scrape = "ripcord_build_info 1\n";
  engine::Snapshot world;
  api::DaemonView self{.version = "0.1.0",
                       .started_at = {},
                       .configuration = "0123456789abcdef",
                       .last_reload_succeeded = true,
                       .journal_trouble = {},
                       .ready = true};
  Answer answer;
  Result<std::vector<Deployment>> list = std::vector<Deployment>{};
  Result<deploy::DoraReport> figures = deploy::DoraReport{};
  std::vector<api::NumberedRecord> history;
  std::set<std::string> marks;
  Result<api::DeploymentView> view = failure(Fault::missing, "no such deployment");
  Result<api::ProbeReport> report = failure(Fault::missing, "backend has no probe called \"x\"");
  Result<api::EvidenceView> evidence_view = failure(Fault::missing, "there is no evidence");
  Result<std::string> evidence_bytes = failure(Fault::missing, "the evidence has no such file");
  Result<deploy::GateVerdict> verdict = deploy::GateVerdict{};
  std::map<std::string, api::Readiness> way_back;
  std::vector<Silence> silenced;
  bool journal_works = true;
  std::vector<api::ReceiverView> told;
  Result<api::ReceiverTest> tested = failure(Fault::missing, "/etc/ripcord/url: no such file");
  Result<std::string> reloaded = "nothing has changed";

  std::function<void()> on_command;                     ///< before each answer, if anything
  std::function<void(std::uint64_t after)> on_records;  ///< before a page of the history
  std::vector<std::string> asked;
  Request last_request;
  deploy::GateRequest last_gate;
  DeploymentQuery last_query;
  std::vector<std::string> complaints;

 private:
  struct InWords {
    std::string operator()(const StartDeployment& start) const {
      return (start.driven ? "drive " : "start ") + start.version;
    }
    std::string operator()(const FinishDeployment& finish) const {
      return finish.deployment.empty() ? "finish" : "finish " + finish.deployment;
    }
    std::string operator()(const FailDeployment& fail) const {
      return "fail" + (fail.deployment.empty() ? "" : " " + fail.deployment) + ": " + fail.reason;
    }
    std::string operator()(const PromoteDeployment&) const { return "promote"; }
    std::string operator()(const HoldDeployment& hold) const { return "hold: " + hold.reason; }
    std::string operator()(const ResumeDeployment&) const { return "resume"; }
    std::string operator()(const RollBackService& back) const {
      return "roll back" + (back.version.empty() ? "" : " to " + back.version) + ": " + back.reason;
    }
    std::string operator()(const ReportSignal& signal) const {
      return "signal " + signal.name + " " + std::to_string(signal.count) + ": " + signal.note;
    }
    std::string operator()(const AbortDeployment& abort) const { return "abort: " + abort.reason; }
  };

  net::Clock& clock_;
};

}  // namespace ripcord::test
