// What it costs the Docker engine to be watched, and how soon a death is heard of.
//
//   docker_watch_bench [CONTAINERS] [SECONDS] [DEATHS]      100, 20 and 20 unless told
//
// Starts an engine of its own with so many sleeping containers, each with a health check every 30
// s, and one docker probe a second for each of them, as the daemon runs them. Needs root and
// docker.io.

#include "probe/docker/docker_probe.hpp"
#include "runtime/prober.hpp"
#include "runtime/probers.hpp"
#include "tests/support/docker_engine.hpp"
#include "tests/support/loop.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <fstream>
#include <iterator>
#include <list>
#include <sstream>
#include <string>
#include <unistd.h>
#include <vector>

namespace {

using namespace ripcord;
using namespace std::chrono_literals;

/// Seconds of CPU that a process has used, with its threads.
double cpu_of(pid_t pid) {
  std::ifstream file("/proc/" + std::to_string(pid) + "/stat");
  const std::string text{std::istreambuf_iterator<char>(file), {}};
  const std::size_t name_end = text.rfind(')');
  if (name_end == std::string::npos) return 0;
  std::vector<std::string> words;
  std::string word;
  for (std::istringstream rest(text.substr(name_end + 1)); rest >> word;) words.push_back(word);
  return (std::stod(words.at(11)) + std::stod(words.at(12))) /
         static_cast<double>(::sysconf(_SC_CLK_TCK));
}

struct Rig {
  test::DockerEngine& engine = test::DockerEngine::shared();
  test::Loop loop;
  probe::docker::Engines engines{loop.context.get_executor(), loop.clock, loop.resolver};
  std::list<probe::DockerProbe> probes;
  std::list<runtime::Prober> probers;
  std::list<runtime::ProbeWatcher> watchers;
  std::vector<std::string> heard;
  std::uint64_t good = 0;
  std::uint64_t other = 0;
  std::string why;
  net::TaskGroup tasks{loop.context.get_executor(),
                       [](const std::string& name, const std::exception_ptr&) {
                         fmt::print("{} threw\n", name);
                         std::abort();
                       }};

  Rig() = default;
  ~Rig() {
    for (runtime::Prober& prober : probers) prober.stop();
    loop.end(tasks);  // they borrow the probes
  }
  Rig(const Rig&) = delete;
  Rig& operator=(const Rig&) = delete;

  void watch(const std::string& name, std::size_t index, std::size_t count) {
    probe::DockerProbeSettings settings;
    settings.selector.container = name;
    settings.engine.host = engine.host();
    auto& probe = probes.emplace_back(loop.context.get_executor(), loop.clock, loop.resolver,
                                      engines, settings);
    const ProbeTiming timing{
        .interval = 1s, .retry_interval = 1s, .timeout = 2s, .stale_after = 3s};
    const Instant first = loop.clock.now() + Duration(1'000'000 * index / count);
    auto sink = [this](const Sample& sample, const runtime::Beat&) {
      (sample.outcome == Outcome::good ? good : other) += 1;
      if (sample.outcome != Outcome::good) why = sample.reason;
    };
    auto& prober = probers.emplace_back(loop.clock, probe, timing, tasks, "probe", sink);
    auto& watcher = watchers.emplace_back(
        prober, runtime::ProbeWatcher::Ears{
                    .occurred = [this](const Occurrence& one) { heard.push_back(one.note); },
                    .replaced = [](const probe::Replacement&) {}});
    tasks.spawn("watch", probe.watch(watcher));
    prober.start(first);
  }

  [[nodiscard]] double engine_cpu() const {
    pid_t containerd = 0;
    std::ifstream(engine.dir() / "exec/containerd/containerd.pid") >> containerd;
    return cpu_of(engine.pid()) + cpu_of(containerd);
  }

  /// Lets so much time pass; the loop alone returns at once when nobody waits for anything.
  void pass(Duration duration) {
    loop.tasks.spawn("pass", loop.clock.sleep_until(loop.clock.now() + duration + 1s));
    loop.run_for(duration);
  }

  /// Percent of a core that the engine uses while the loop runs for `seconds`.
  double measure(int seconds) {
    const double before = engine_cpu();
    pass(std::chrono::seconds(seconds));
    return (engine_cpu() - before) / seconds * 100;
  }

  /// Milliseconds from the death of a process to the occurrence.
  double die(const std::string& name) {
    const pid_t pid =
        static_cast<pid_t>(std::stoi(engine.docker("inspect -f '{{.State.Pid}}' " + name)));
    const std::size_t before = heard.size();
    const Instant killed = loop.clock.now();
    ::kill(pid, SIGKILL);
    loop.context.restart();
    while (heard.size() == before) loop.context.run_one();
    return std::chrono::duration<double, std::milli>(loop.clock.now() - killed).count();
  }
};

}  // namespace

int main(int argc, char** argv) {
  const int containers = argc > 1 ? std::atoi(argv[1]) : 100;
  const int seconds = argc > 2 ? std::atoi(argv[2]) : 20;
  const int deaths = argc > 3 ? std::atoi(argv[3]) : 20;
  if (!test::DockerEngine::is_there()) {
    fmt::print("no Docker engine, or not root\n");
    return 1;
  }
  (void)std::setvbuf(stdout, nullptr, _IOLBF, BUFSIZ);
  Rig rig;
  const auto count = static_cast<std::size_t>(containers);
  rig.engine.shell(
      fmt::format("seq 0 {} | xargs -P 4 -I N docker run -d --network none --restart always "
                  "--name cN box sleep 100000 > /dev/null",
                  count - 1));
  rig.pass(5s);
  const double idle = rig.measure(seconds);
  fmt::print("{} containers, nobody watches: {:.2f} % of a core\n", containers, idle);
  for (std::size_t i = 0; i < count; ++i) rig.watch(fmt::format("c{}", i), i, count);
  rig.pass(5s);
  rig.good = rig.other = 0;
  const double own_before = cpu_of(::getpid());
  const double watched = rig.measure(seconds);
  const double own = (cpu_of(::getpid()) - own_before) / seconds * 100;
  fmt::print(
      "watched once a second: {:.2f} % ({:+.2f} %); the watcher itself {:.2f} %; "
      "{} samples good, {} other {}\n",
      watched, watched - idle, own, rig.good, rig.other, rig.why);

  std::vector<double> delays;
  for (int i = 0; i < deaths; ++i) {
    delays.push_back(rig.die(fmt::format("c{}", i % containers)));
    rig.pass(1s);
  }
  std::ranges::sort(delays);
  if (!delays.empty()) {
    fmt::print("from death to occurrence: n={} min {:.1f} median {:.1f} max {:.1f} ms\n",
               delays.size(), delays.front(), delays[delays.size() / 2], delays.back());
  }
  return 0;
}
