#include "probe/docker/cgroup.hpp"
#include "probe/docker/docker_probe.hpp"
#include "tests/probe/watching.hpp"
#include "tests/support/docker_engine.hpp"
#include "tests/support/real_part.hpp"

#include <gmock/gmock.h>

#include <csignal>
#include <ctime>
#include <fstream>
#include <optional>
#include <string>

// The docker probe against the real engine.
namespace ripcord {
namespace {

using namespace std::chrono_literals;
using probe::DockerProbe;
using probe::DockerProbeSettings;
using test::DockerEngine;
using test::Watching;
using testing::HasSubstr;
using testing::StartsWith;

class RealEngineTest : public testing::Test {
 protected:
  void SetUp() override {
    RIPCORD_NEEDS(DockerEngine::is_there(), "no Docker engine, or not root");
    engine_ = &DockerEngine::shared();
  }
  void TearDown() override {
    watching_.reset();
    if (engine_ != nullptr) engine_->remove_all();
  }

  DockerProbe& probe_of(probe::docker::Selector selector) {
    settings_.selector = std::move(selector);
    settings_.engine.host = engine_->host();
    settings_.timeout = 5s;
    return probe_.emplace(loop_.context.get_executor(), loop_.clock, loop_.resolver, engines_,
                          settings_);
  }
  DockerProbe& probe_of(const std::string& container) {
    return probe_of(probe::docker::Selector{.container = container, .project = {}, .service = {}});
  }

  /// Watches, once it knows what is there.
  Watching& watch() {
    Watching& watching = watching_.emplace(loop_, *probe_, vocabulary_of(settings_));
    EXPECT_TRUE(watching.wait_for_look());
    return watching;
  }

  Sample take() { return loop_.wait_for(probe_->take()); }
  std::string verdict() {
    const Sample sample = take();
    return std::string(to_string(sample.outcome)) + ": " + sample.reason;
  }
  /// Takes samples until one has this outcome; whether one had, in time.
  bool comes_to_be(Outcome outcome) {
    const Instant deadline = loop_.clock.now() + 10s;
    while (loop_.clock.now() < deadline) {
      if (take().outcome == outcome) return true;
      loop_.run_for(20ms);
    }
    return false;
  }
  std::optional<double> value(const Sample& sample, probe::docker::Quantity quantity) {
    return sample.number(static_cast<std::uint16_t>(quantity));
  }

  [[nodiscard]] pid_t pid_of(const std::string& name) const {
    return static_cast<pid_t>(std::stoi(engine_->docker("inspect -f '{{.State.Pid}}' " + name)));
  }

  DockerEngine* engine_ = nullptr;
  test::Loop loop_;
  probe::docker::Engines engines_{loop_.context.get_executor(), loop_.clock, loop_.resolver};
  DockerProbeSettings settings_;
  std::optional<DockerProbe> probe_;
  std::optional<Watching> watching_;
};

TEST_F(RealEngineTest, ARunningContainerIsGood) {
  engine_->run("--name app", "sleep 1000");
  probe_of("app");
  EXPECT_EQ(verdict(), "good: ");
  EXPECT_EQ(value(take(), probe::docker::Quantity::running), 1);
  EXPECT_THAT(probe_->details()[1].text, StartsWith("1."));
}

TEST_F(RealEngineTest, AContainerThatIsNotThereOrHasEndedIsBad) {
  probe_of("app");
  EXPECT_EQ(verdict(), "bad: there is no container app");
  engine_->docker("run --name app --network none box sh -c 'exit 3' || true");
  EXPECT_EQ(verdict(), "bad: app is exited with code 3");
}

TEST_F(RealEngineTest, HealthDecidesAndStartingIsNeither) {
  engine_->run(
      "--name app --health-cmd 'test -e /tmp/ok' --health-interval 500ms --health-retries 1",
      "sleep 1000");
  probe_of("app");
  Watching& watching = watch();
  EXPECT_EQ(verdict(), "unknown: app is running, its health check has no result yet");
  ASSERT_TRUE(watching.wait_for("unhealthy"));
  EXPECT_EQ(verdict(), "bad: app is running, but unhealthy");
  engine_->docker("exec app touch /tmp/ok");
  const int looks = watching.looks();
  ASSERT_TRUE(watching.wait_until([&] { return watching.looks() > looks; }));
  EXPECT_EQ(verdict(), "good: ");
  EXPECT_EQ(watching.count("unhealthy"), 1U);
}

TEST_F(RealEngineTest, ACrashLoopIsSeenByEventsAtOnce) {
  engine_->run("--name app --restart always", "sleep 1000");
  probe_of("app");
  Watching& watching = watch();
  for (std::uint32_t crash = 1; crash <= 3; ++crash) {
    const pid_t pid = pid_of("app");
    const Instant killed = loop_.clock.now();
    ::kill(pid, SIGKILL);
    ASSERT_TRUE(watching.wait_for("die", crash));
    ASSERT_TRUE(watching.wait_for("restart", crash));
    EXPECT_LT(watching.heard().back().at - killed, 2s);
    ASSERT_TRUE(watching.wait_until(
        [this] { return engine_->docker("inspect -f '{{.State.Status}}' app") == "running"; }));
  }
  EXPECT_EQ(watching.count("die"), 3U);
  EXPECT_EQ(watching.count("restart"), 3U);
  EXPECT_THAT(watching.heard()[0].note, HasSubstr("app exited with code 137"));
}

TEST_F(RealEngineTest, WhatAPersonDoesIsNoOccurrence) {
  engine_->run("--name app --restart always", "sleep 1000");
  probe_of("app");
  Watching& watching = watch();
  engine_->docker("restart -t 0 app");
  engine_->docker("stop -t 1 app");
  engine_->docker("start app");
  engine_->docker("kill app");
  engine_->docker("start app");
  engine_->docker("rm -f app");
  engine_->run("--name app", "sh -c 'exit 7'");
  ASSERT_TRUE(watching.wait_for("die"));
  EXPECT_EQ(watching.count("die"), 1U);
  EXPECT_EQ(watching.count("restart"), 0U);
  EXPECT_EQ(watching.count("recreated"), 1U);
}

TEST_F(RealEngineTest, RunningOutOfMemoryIsSeen) {
  engine_->run("--name app", "sleep 1000");
  probe_of("app");
  Watching& watching = watch();
  engine_->docker("rm -f app");
  engine_->run("--name app --memory 8m --memory-swap 8m", "sh -c 'x=a; while :; do x=$x$x; done'");
  ASSERT_TRUE(watching.wait_for("oom"));
  ASSERT_TRUE(watching.wait_for("die"));
  EXPECT_EQ(watching.count("oom"), 1U);
}

TEST_F(RealEngineTest, AnEngineThatRestartsInMidWatchNeitherInventsNorLosesARestart) {
  for (const int signal : {SIGTERM, SIGKILL}) {
    engine_->run("--name app --restart always", "sleep 1000");
    probe_of("app");
    Watching& watching = watch();
    ::kill(pid_of("app"), SIGKILL);
    ASSERT_TRUE(watching.wait_for("restart"));
    int looks = watching.looks();
    engine_->end(signal);
    ASSERT_TRUE(watching.wait_until([&] { return watching.looks() > looks; }));
    const Sample away = take();
    EXPECT_EQ(away.outcome, Outcome::unknown) << away.reason;
    engine_->start();
    looks = watching.looks();
    ASSERT_TRUE(watching.wait_until([&] { return watching.looks() > looks; }));
    EXPECT_EQ(verdict(), "good: ");
    EXPECT_EQ(watching.count("restart"), 1U);
    EXPECT_EQ(watching.count("die"), 1U);
    EXPECT_EQ(watching.count("recreated"), 0U);

    ::kill(pid_of("app"), SIGKILL);
    ASSERT_TRUE(watching.wait_for("restart", 2));
    EXPECT_EQ(watching.count("restart"), 2U);
    EXPECT_EQ(watching.count("die"), 2U);
    watching_.reset();
    engine_->remove_all();
  }
}

TEST_F(RealEngineTest, AStoppedEngineIsUnknownInTime) {
  engine_->run("--name app", "sleep 1000");
  probe_of("app");
  watch();
  EXPECT_EQ(verdict(), "good: ");
  settings_.timeout = 300ms;
  probe::DockerProbe other(loop_.context.get_executor(), loop_.clock, loop_.resolver, engines_,
                           settings_);
  engine_->signal(SIGSTOP);
  const Instant started = loop_.clock.now();
  const Sample sample = loop_.wait_for(other.take());
  const Duration took = loop_.clock.now() - started;
  engine_->signal(SIGCONT);
  EXPECT_EQ(sample.outcome, Outcome::unknown) << sample.reason;
  EXPECT_LT(took, 1300ms);
}

TEST_F(RealEngineTest, SaysWhichImagesItHas) {
  const auto place = place_of(probe::docker::EngineAddress{.host = engine_->host()});
  probe::docker::EngineApi api(loop_.context.get_executor(), loop_.clock, loop_.resolver,
                               place.value());
  const auto has = [&](const std::string& image) {
    return loop_.wait_for(api.has_image(image, loop_.clock.now() + 5s));
  };
  const std::string id = engine_->docker("inspect --format {{.Id}} box");
  EXPECT_EQ(has("box").value(), true);
  EXPECT_EQ(has("box:latest").value(), true);
  EXPECT_EQ(has(id).value(), true);
  EXPECT_EQ(has("box:v0").value(), false);
  EXPECT_EQ(has("no/such/image:v1").value(), false);
  EXPECT_EQ(has("box/../containers").error().fault, Fault::malformed);
  EXPECT_EQ(has("").error().fault, Fault::malformed);
}

TEST_F(RealEngineTest, AnEngineThatIsAwayHasNoImagesThatAreKnown) {
  const auto place = place_of(probe::docker::EngineAddress{.host = "unix:///nowhere/docker.sock"});
  probe::docker::EngineApi api(loop_.context.get_executor(), loop_.clock, loop_.resolver,
                               place.value());
  EXPECT_FALSE(loop_.wait_for(api.has_image("box", loop_.clock.now() + 5s)));
}

TEST_F(RealEngineTest, AContainerRecreatedFromAnotherImageIsANewVersion) {
  engine_->run("--name app", "sleep 1000");
  engine_->docker("commit app shop:v2");
  probe_of("app");
  Watching& watching = watch();
  engine_->docker("rm -f app");
  engine_->docker("run -d --network none --name app shop:v2 sleep 1000");
  ASSERT_TRUE(watching.wait_until([&] { return !watching.replacements().empty(); }));
  const probe::Replacement& found = watching.replacements().front();
  EXPECT_THAT(found.before, StartsWith("box@sha256:"));
  EXPECT_EQ(found.after, "shop:v2@" + engine_->docker("inspect --format {{.Id}} shop:v2"));
  EXPECT_LT(found.at, loop_.clock.now() + 1s);
  engine_->docker("rm -f app");
  engine_->docker("run -d --network none --name app shop:v2 sleep 1000");
  ASSERT_TRUE(watching.wait_for("recreated", 2));
  EXPECT_EQ(watching.replacements().size(), 1U) << "the same image once more";
}

TEST_F(RealEngineTest, AComposeServiceIsAllItsContainersAndIsRecreatedByCompose) {
  const std::string file = engine_->dir() / "docker-compose.yml";
  const auto write = [&](const std::string& version) {
    std::ofstream(file)
        << "version: '2.4'\nservices:\n  web:\n    image: box\n    network_mode: none\n"
           "    scale: 2\n    stop_grace_period: 1s\n    environment: {VERSION: '"
        << version << "'}\n    command: sleep 1000\n";
  };
  const std::string compose = "docker-compose -p shop -f " + file + " ";
  write("1");
  engine_->shell(compose + "up -d");
  probe_of(probe::docker::Selector{.container = {}, .project = "shop", .service = "web"});
  Watching& watching = watch();
  Sample sample = take();
  EXPECT_EQ(sample.outcome, Outcome::good) << sample.reason;
  EXPECT_EQ(value(sample, probe::docker::Quantity::running), 2);

  write("2");
  engine_->shell(compose + "up -d");
  ASSERT_TRUE(watching.wait_for("recreated", 2));
  ASSERT_TRUE(comes_to_be(Outcome::good));
  sample = take();
  EXPECT_EQ(sample.outcome, Outcome::good) << sample.reason;
  EXPECT_EQ(value(sample, probe::docker::Quantity::running), 2);
  EXPECT_EQ(watching.count("recreated"), 2U);
  EXPECT_EQ(watching.count("restart"), 0U);
  EXPECT_EQ(watching.count("die"), 0U);

  engine_->shell(compose + "run -d web sleep 500");
  engine_->docker("kill shop_web_2");
  ASSERT_TRUE(comes_to_be(Outcome::bad));
  EXPECT_EQ(verdict(), "bad: 1 of 2 containers: shop_web_2 is exited with code 137");
}

TEST_F(RealEngineTest, TheFilesAndTheEngineSayTheSame) {
  engine_->docker("network create --subnet 10.213.7.0/24 between || true");
  engine_->run("--name app --net between --memory 64m",
               "sh -c 'dd if=/dev/zero of=/tmp/f bs=1M count=8 conv=fsync; "
               "i=0; while [ $i -lt 20000 ]; do i=$((i+1)); done; sleep 1000'");
  probe_of("app");
  (void)take();
  probe::docker::EngineApi api(loop_.context.get_executor(), loop_.clock, loop_.resolver,
                               probe::docker::place_of({.host = engine_->host()}).value());
  const auto asked = [&] { return loop_.wait_for(api.inspect("app", loop_.clock.now() + 5s)); };
  // Nothing of its own moves while it is paused, so both see exactly the same; of the network the
  // kernel looks for neighbours all the same, and the engine's answer lies between two readings.
  engine_->docker("pause app");
  const probe::docker::Container container = asked().value();
  const auto files = probe::docker::CgroupReader().read(container, 1);
  ASSERT_TRUE(files.has_value()) << files.error().message;
  auto engines = loop_.wait_for(api.usage(container.id, loop_.clock.now() + 5s));
  const auto later = probe::docker::CgroupReader().read(container, 1);
  engine_->docker("unpause app");
  ASSERT_TRUE(engines.has_value()) << engines.error().message;
  ASSERT_TRUE(later.has_value()) << later.error().message;
  engines->clock_ns = files->clock_ns;
  engines->by_engine = false;
  EXPECT_GT(files->cpu_ns, 0U);
  EXPECT_EQ(files->cpu_ns, engines->cpu_ns);
  EXPECT_EQ(files->memory, engines->memory);
  EXPECT_EQ(files->memory_limit, engines->memory_limit);
  EXPECT_EQ(files->memory_limit, 64U * 1024 * 1024);
  EXPECT_EQ(files->pids, engines->pids);
  ASSERT_TRUE(files->network_sent.has_value());
  EXPECT_GE(engines->network_received, files->network_received);
  EXPECT_LE(engines->network_received, later->network_received);
  EXPECT_GE(engines->network_sent, files->network_sent);
  EXPECT_LE(engines->network_sent, later->network_sent);
  EXPECT_EQ(files->block_read, engines->block_read);
  EXPECT_EQ(files->block_written, engines->block_written);
}

TEST_F(RealEngineTest, ABusyContainerShowsItsUse) {
  engine_->run("--name app --memory 64m", "sh -c 'while :; do :; done'");
  probe_of("app");
  // When it first gets the CPU is not its own to say, on a machine where others are busy too.
  const auto cpu_of = [&](const Sample& sample) {
    return value(sample, probe::docker::Quantity::cpu).value_or(0);
  };
  Sample sample = take();
  for (int i = 0; i < 40 && cpu_of(sample) <= 0.1; ++i) {
    loop_.run_for(250ms);
    sample = take();
  }
  EXPECT_GT(cpu_of(sample), 0.1);
  // Of one loop. The kernel charges what runs at its ticks, which a stolen CPU has late.
  loop_.run_for(2s);
  sample = take();
  EXPECT_LT(value(sample, probe::docker::Quantity::cpu).value_or(9), 1.5);
  EXPECT_GT(value(sample, probe::docker::Quantity::memory_ratio).value_or(0), 0);
  EXPECT_EQ(value(sample, probe::docker::Quantity::pids), 1);
  EXPECT_EQ(value(sample, probe::docker::Quantity::network_receive), std::nullopt);
}

}  // namespace
}  // namespace ripcord
