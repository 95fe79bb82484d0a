#pragma once

#include "probe/postgres/postgres_probe.hpp"
#include "tests/support/bad_peer.hpp"
#include "tests/support/loop.hpp"
#include "tests/support/postgres_server.hpp"
#include "tests/support/real_part.hpp"
#include "tests/support/temp_dir.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace ripcord::test {

/// A probe of a real server. The probe is made by the first take() or watch(), for the role `mon`.
class ProbedServer : public testing::Test, public probe::Watcher {
 protected:
  void SetUp() override {
    RIPCORD_NEEDS(PostgresServer::is_there(), "needs root and Debian's postgresql-15");
  }
  void TearDown() override {
    if (watching_) loop_.end(*watching_);
  }

  PostgresServer& server(const std::vector<std::string>& settings = {}) {
    if (!server_) server_.emplace(settings);
    return *server_;
  }

  Loop& loop() { return loop_; }
  [[nodiscard]] std::string path(const std::string& name) const { return dir_.path() / name; }

  /// Another probe from now on.
  void use(const std::string& dsn, Duration timeout = std::chrono::seconds(5),
           std::vector<probe::PostgresQuery> queries = {}) {
    settings_ = {.dsn = dsn, .queries = std::move(queries), .timeout = timeout};
    if (watching_) loop_.end(*watching_);
    watching_.reset();
    probe_ = std::make_unique<probe::PostgresProbe>(loop_.context.get_executor(), loop_.clock,
                                                    loop_.resolver, settings_);
  }

  Sample take() {
    if (!probe_) use(server().dsn());
    last_ = loop_.wait_for(probe_->take());
    said_ += last_.reason + "\n";
    for (const auto& [name, text] : probe_->details()) said_ += name + ": " + text + "\n";
    return last_;
  }

  /// What is released elsewhere needs its moment; the probe is what is waited with.
  Sample take_until_good() {
    const Instant patience = loop_.clock.now() + std::chrono::seconds(20);
    while (take().outcome != Outcome::good && loop_.clock.now() < patience) {
    }
    return last_;
  }

  /// Watches in the background from now on.
  void watch() {
    if (!probe_) use(server().dsn());
    watching_.emplace(loop_.context.get_executor(),
                      [](const std::string& name, const std::exception_ptr& /*failure*/) {
                        ADD_FAILURE() << name << " threw";
                      });
    watching_->spawn("watch", probe_->watch(*this));
  }

  /// Runs the loop until the probe asks to be looked at, and says how long that took.
  Duration await_call() {
    const Instant begun = loop_.clock.now();
    const Instant patience = begun + std::chrono::seconds(20);
    loop_.context.restart();
    while (calls_ == 0 && loop_.clock.now() < patience) {
      loop_.context.run_one_for(std::chrono::milliseconds(100));
      if (loop_.context.stopped()) loop_.context.restart();
    }
    EXPECT_EQ(std::exchange(calls_, 0), 1);
    return loop_.clock.now() - begun;
  }
  [[nodiscard]] int calls() const { return calls_; }

  static std::string verdict(const Sample& sample) {
    return std::string(to_string(sample.outcome)) + ": " + sample.reason;
  }

  /// Of the last sample.
  [[nodiscard]] std::optional<double> number(std::string_view name) const {
    const auto values = vocabulary_of(settings_).values;
    const auto place = std::ranges::find(values, name);
    EXPECT_NE(place, values.end()) << name;
    return last_.number(static_cast<std::uint16_t>(place - values.begin()));
  }

  [[nodiscard]] std::string detail(std::string_view name) const {
    for (const probe::Detail& detail : probe_->details()) {
      if (detail.name == name) return detail.text;
    }
    return {};
  }
  /// Every reason and detail so far.
  [[nodiscard]] const std::string& everything_said() const { return said_; }

 private:
  void occurred(Occurrence /*occurrence*/) override { ADD_FAILURE() << "nothing occurs here"; }
  void replaced(probe::Replacement /*replacement*/) override {
    ADD_FAILURE() << "nothing is replaced here";
  }
  void look_now() override { ++calls_; }

  TempDir dir_;
  Loop loop_;
  std::optional<PostgresServer> server_;
  probe::PostgresProbeSettings settings_;
  std::unique_ptr<probe::PostgresProbe> probe_;
  std::optional<net::TaskGroup> watching_;
  Sample last_;
  std::string said_;
  int calls_ = 0;
};

}  // namespace ripcord::test
