#include "probe/http/http_probe.hpp"
#include "runtime/prober.hpp"
#include "tests/support/bad_behaviour.hpp"
#include "tests/support/bad_peer.hpp"
#include "tests/support/certificates.hpp"
#include "tests/support/loop.hpp"
#include "tests/support/temp_dir.hpp"

#include <gmock/gmock.h>

#include <algorithm>
#include <fstream>
#include <memory>
#include <string>
#include <vector>

// Whatever some targets do, the others are asked at their beat.
namespace ripcord::runtime {
namespace {

using namespace std::chrono_literals;
using test::BadPeer;
using test::Hear;
using test::Say;
using test::Script;

constexpr Duration beat_of_all = 100ms;
constexpr Duration watched_for = 3s;
/// A loop that were blocked by one peer would be late by that peer's timeout, each time; a busy
/// machine is late once in a while.
constexpr Duration late_max = 1s;
constexpr int healthy_targets = 5;

class BeatTest : public testing::Test {
 protected:
  ~BeatTest() override {
    for (const auto& prober : probers_) prober->stop();
    loop_.end(tasks_);
  }

  void watch(const BadPeer& peer, bool is_secured, Duration timeout, SampleSink sink) {
    probe::HttpProbeSettings settings;
    settings.http.place = peer.place();
    if (is_secured) settings.http.place.tls = tls_;
    settings.timeout = timeout;
    probes_.push_back(std::make_unique<probe::HttpProbe>(loop_.context.get_executor(), loop_.clock,
                                                         loop_.resolver, settings));
    const ProbeTiming timing{.interval = beat_of_all,
                             .retry_interval = beat_of_all,
                             .timeout = timeout,
                             .stale_after = 10s};
    probers_.push_back(std::make_unique<Prober>(loop_.clock, *probes_.back(), timing, tasks_,
                                                "prober", std::move(sink)));
    probers_.back()->start(loop_.clock.now());
  }

  void watch_bad(const Script& script, bool is_secured) {
    peers_.push_back(std::make_unique<BadPeer>(loop_, std::vector<Script>{script}));
    watch(*peers_.back(), is_secured, 2 * beat_of_all, [this](const Sample& sample, const Beat&) {
      ++bad_samples_;
      wrongly_good_ += sample.outcome == Outcome::bad ? 0 : 1;
    });
  }

  test::Loop loop_;
  test::TempDir dir_;
  const Instant now_ = loop_.clock.now();
  test::Authority authority_{test::valid_for({}, now_)};
  net::TlsSettings tls_{.ca_file = dir_.path() / "ca.pem"};
  std::vector<std::unique_ptr<BadPeer>> peers_;
  std::vector<std::unique_ptr<probe::Probe>> probes_;
  int bad_samples_ = 0;
  int wrongly_good_ = 0;
  std::vector<std::unique_ptr<Prober>> probers_;
  net::TaskGroup tasks_{
      loop_.context.get_executor(),
      [](const std::string& name, const std::exception_ptr&) { ADD_FAILURE() << name; }};
};

TEST_F(BeatTest, HungAndLyingTargetsDelayNobodyElse) {
  std::ofstream(tls_.ca_file) << authority_.pem();
  for (const auto& behaviour : test::bad_over_http()) watch_bad(behaviour.script, false);
  for (const auto& behaviour : test::bad_over_tls(authority_, now_)) {
    watch_bad(behaviour.script, true);
  }

  const std::string ok = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";
  Script good;
  for (int i = 0; i < 100; ++i) {
    good.emplace_back(Hear{});
    good.emplace_back(Say{ok});
  }
  int good_samples = 0;
  int wrongly_bad = 0;
  Duration latest{};
  for (int i = 0; i < healthy_targets; ++i) {
    peers_.push_back(std::make_unique<BadPeer>(loop_, std::vector<Script>{good}));
    watch(*peers_.back(), false, 5s, [&](const Sample& sample, const Beat& beat) {
      ++good_samples;
      wrongly_bad += sample.outcome == Outcome::good ? 0 : 1;
      latest = std::max(latest, beat.late);
    });
  }

  loop_.run_for(watched_for);
  EXPECT_EQ(wrongly_bad, 0);
  EXPECT_EQ(wrongly_good_, 0);
  EXPECT_LT(latest, late_max);
  EXPECT_GT(bad_samples_, static_cast<int>(probes_.size()));
  // On a machine that has time for it there are thirty a target.
  EXPECT_GE(good_samples, 3 * healthy_targets);
  RecordProperty("lateness_max_us", static_cast<int>(latest.count()));
}

}  // namespace
}  // namespace ripcord::runtime
