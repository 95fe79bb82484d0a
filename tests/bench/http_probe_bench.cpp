#include "net/blocking.hpp"
#include "net/resolver.hpp"
#include "net/system_clock.hpp"
#include "probe/http/http_probe.hpp"
#include "tests/bench/allocations.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include <arpa/inet.h>
#include <array>
#include <benchmark/benchmark.h>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <ctime>
#include <memory>
#include <netinet/in.h>
#include <string_view>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>
#include <vector>

// What one sample over a kept connection costs this process, and what one target holds while it
// waits for its next beat. The server is another process, so that its work is not counted.
namespace ripcord {
namespace {

constexpr std::string_view reply =
    "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nServer: bench\r\nDate: Mon, 23 Nov 2026 "
    "09:00:00 GMT\r\nContent-Length: 15\r\n\r\n{\"status\":\"up\"}";

/// Answers everything that comes, on any number of connections, until its parent is gone.
[[noreturn]] void serve(int listener) {
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  const int poller = epoll_create1(EPOLL_CLOEXEC);
  epoll_event event{.events = EPOLLIN, .data = {.fd = listener}};
  epoll_ctl(poller, EPOLL_CTL_ADD, listener, &event);
  for (std::array<char, 4096> request{};;) {
    if (epoll_wait(poller, &event, 1, -1) != 1) continue;
    const int descriptor = event.data.fd;
    if (descriptor == listener) {
      event = {.events = EPOLLIN, .data = {.fd = accept(listener, nullptr, nullptr)}};
      epoll_ctl(poller, EPOLL_CTL_ADD, event.data.fd, &event);
    } else if (read(descriptor, request.data(), request.size()) > 0) {
      (void)!write(descriptor, reply.data(), reply.size());
    } else {
      close(descriptor);
    }
  }
}

class Server {
 public:
  Server() {
    const int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    auto* generic = reinterpret_cast<sockaddr*>(&address);
    if (bind(listener, generic, size) != 0 || listen(listener, SOMAXCONN) != 0 ||
        getsockname(listener, generic, &size) != 0) {
      std::abort();
    }
    port = ntohs(address.sin_port);
    child_ = fork();
    if (child_ == 0) serve(listener);
    close(listener);
  }
  ~Server() {
    kill(child_, SIGKILL);
    waitpid(child_, nullptr, 0);
  }
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  std::uint16_t port = 0;

 private:
  pid_t child_ = -1;
};

double cpu_seconds() {
  timespec now{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) * 1e-9;
}

void probe_over_kept_connections(benchmark::State& state) {
  const Server server;
  boost::asio::io_context context(1);
  net::SystemClock clock(context.get_executor());
  net::BlockingPool pool("lookup", 1, 8);
  net::Resolver resolver(pool);
  probe::HttpProbeSettings settings;
  settings.http.place = {.host = "127.0.0.1", .port = server.port, .unix_path = {}};

  const auto targets = static_cast<std::size_t>(state.range(0));
  const std::size_t held_before = bench::allocated;
  std::vector<std::unique_ptr<probe::HttpProbe>> probes;
  for (std::size_t i = 0; i < targets; ++i) {
    probes.push_back(
        std::make_unique<probe::HttpProbe>(context.get_executor(), clock, resolver, settings));
  }
  std::size_t good = 0;
  const auto round = [&] {
    for (const auto& probe : probes) {
      boost::asio::co_spawn(context, probe->take(),
                            [&good](const std::exception_ptr& thrown, const Sample& sample) {
                              if (!thrown && sample.outcome == Outcome::good) ++good;
                            });
    }
    context.run();
    context.restart();
  };
  round();  // connects
  const std::size_t held = bench::allocated - held_before;

  const std::size_t allocations_before = bench::allocations;
  const double began = cpu_seconds();
  for (auto _ : state) round();
  const double taken = cpu_seconds() - began;

  const auto samples = static_cast<double>(state.iterations() * state.range(0));
  if (static_cast<double>(good) < samples) state.SkipWithError("not every sample was good");
  state.counters["cpu_us_a_sample"] = taken * 1e6 / samples;
  state.counters["allocations_a_sample"] =
      static_cast<double>(bench::allocations - allocations_before) / samples;
  state.counters["bytes_a_target"] = static_cast<double>(held) / static_cast<double>(targets);
}
BENCHMARK(probe_over_kept_connections)->Arg(1)->Arg(100)->Arg(400)->UseRealTime();

}  // namespace
}  // namespace ripcord
