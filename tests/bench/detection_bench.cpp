// How long it takes from the third failed answer of a target to the first line of the rollback
// script: the daemon's own reaction, with the intent committed to disk on the way.
//
//   detection_bench [TRIALS]      40 unless told; a trial takes about 4 s
//
// One probe a second, three failures in a row. The flip comes at a random phase of the probe. Every
// other trial is of a daemon whose four receivers of messages take connections and never answer.

#include "tests/integration/daemon_process.hpp"
#include "tests/support/health_target.hpp"
#include "tests/support/loopback_listener.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <random>
#include <string>
#include <vector>

namespace {

using namespace std::chrono_literals;
using ripcord::test::eventually;

/// `count` receivers that stand where nobody looks at who comes.
std::string receivers_at(std::uint16_t port, int count) {
  std::string text;
  for (int i = 0; i < count; ++i) {
    text += fmt::format("[notify.dead{}]\ntype = \"webhook\"\nurl = \"http://127.0.0.1:{}/\"\n", i,
                        port);
  }
  return text;
}

struct Rig {
  ripcord::test::HealthTarget target;
  ripcord::test::DaemonProcess daemon;
  std::vector<double> reactions;  ///< milliseconds

  explicit Rig(const std::string& receivers) {
    const std::string script =
        daemon.script("rollback.sh", "date +%s%N >> " + daemon.path("fired").string());
    daemon.configure_alone(fmt::format(R"([service.shop]
previous_version = "v0"
settle = "0s"
bake = "1h"
[service.shop.probe.health]
type = "http"
url = "http://127.0.0.1:{}/health"
interval = "1s"
timeout = "1s"
[service.shop.trigger.unhealthy]
type = "consecutive_failures"
probe = "health"
failures = 3
[[service.shop.rollback.step]]
run = ["{}"]
{})",
                                       target.port(), script, receivers));
    daemon.start();
  }

  /// Milliseconds from the third failed answer to the script; negative when it never came.
  double trial(int number, std::chrono::milliseconds phase) {
    const std::size_t fired = daemon.lines("fired");
    const std::string version = fmt::format("v{}", number + 1);
    (void)daemon.ripcord({"deploy", "start", "shop", "--version", version});
    (void)daemon.ripcord({"deploy", "finish", "shop"});
    (void)eventually([] { return false; }, phase);
    target.answer(500);
    if (!eventually([&] { return daemon.lines("fired") > fired; }, 10s)) return -1;
    const std::int64_t third = target.answered_at(3);
    target.answer(200);
    const std::string stamps = daemon.read("fired");
    const std::size_t line = stamps.rfind('\n', stamps.size() - 2);
    const std::int64_t script = std::stoll(stamps.substr(line == std::string::npos ? 0 : line + 1));
    const bool is_over = eventually([&] {
      const auto last = daemon.json({"history", "shop", "--limit", "1"});
      return last.is_object() && last.at("deployments").at(0).at("phase") == "rolled_back";
    });
    if (!is_over) return -1;
    return static_cast<double>(script - third) / 1e6;
  }
};

void show(const char* which, std::vector<double>& reactions) {
  if (reactions.empty()) {
    fmt::print("  {}: no trial was seen\n", which);
    return;
  }
  std::ranges::sort(reactions);
  fmt::print("  {}: min {:.2f}, median {:.2f}, p90 {:.2f}, max {:.2f} of {}\n", which,
             reactions.front(), reactions[reactions.size() / 2],
             reactions[reactions.size() * 9 / 10], reactions.back(), reactions.size());
}

}  // namespace

int main(int argc, char** argv) {
  const int trials = argc > 1 ? std::atoi(argv[1]) : 40;
  const unsigned seed = std::random_device{}();
  fmt::print("{} trials, seed {}\n", trials, seed);
  std::fflush(stdout);
  std::mt19937 random(seed);
  const ripcord::test::LoopbackListener dead(4096);
  Rig without("");
  Rig with(receivers_at(dead.port(), 4));
  for (int i = 0; i < trials; ++i) {
    Rig& rig = i % 2 == 0 ? without : with;
    const double reaction = rig.trial(i, std::chrono::milliseconds(random() % 1000));
    if (reaction >= 0) rig.reactions.push_back(reaction);
  }
  fmt::print("third failed answer -> first line of the script, ms\n");
  show("without receivers", without.reactions);
  show("with four dead ones", with.reactions);
  const std::size_t seen = without.reactions.size() + with.reactions.size();
  const std::size_t missed = static_cast<std::size_t>(trials) - seen;
  fmt::print("missed {}\n", missed);
  return missed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
