#include "act/watch.hpp"

#include "act/process.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <ctime>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>  // NOLINT(modernize-deprecated-headers): sigprocmask is POSIX
#include <string_view>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

namespace ripcord::act {
namespace {

timespec time_left(Duration until) {
  const Duration left = std::max(until - monotonic_time(), Duration::zero());
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(left);
  timespec time{};
  time.tv_sec = static_cast<time_t>(seconds.count());
  time.tv_nsec = static_cast<long>(std::chrono::nanoseconds(left - seconds).count());
  return time;
}

}  // namespace

Result<Watch> Watch::start() {
  (void)::signal(SIGHUP, SIG_IGN);
  (void)::signal(SIGPIPE, SIG_IGN);
  sigset_t heard{};
  (void)::sigemptyset(&heard);
  for (const int number : {SIGTERM, SIGINT, SIGCHLD}) (void)::sigaddset(&heard, number);
  // NOLINTNEXTLINE(concurrency-mt-unsafe): a keeper has one thread
  if (::sigprocmask(SIG_BLOCK, &heard, nullptr) != 0) return failed("cannot block signals", errno);
  Descriptor signals(::signalfd(-1, &heard, SFD_CLOEXEC | SFD_NONBLOCK));
  if (!signals) return failed("cannot listen to signals", errno);
  return Watch(std::move(signals));
}

void Watch::follow(pid_t command, Descriptor pipe, OutputKeeper& output) {
  command_ = command;
  pipe_ = std::move(pipe);
  output_ = &output;
  (void)::fcntl(pipe_.get(), F_SETFL, O_NONBLOCK);
}

void Watch::pump(Duration until) {
  std::array<pollfd, 3> heard{
      {{signals_.get(), POLLIN, 0}, {pipe_.get(), POLLIN, 0}, {leash_, POLLIN, 0}}};
  const timespec left = time_left(until);
  if (::ppoll(heard.data(), heard.size(), &left, nullptr) <= 0) return;
  if (heard[0].revents != 0) take_signals();
  if (heard[1].revents != 0) (void)take_output();
  if (heard[2].revents != 0) {
    stop_asked_ = true;
    leash_ = -1;  // it would wake us for ever
  }
}

void Watch::take_rest() {
  // Bounded, because something that was left running may print faster than we read.
  constexpr int reads_max = 32;
  for (int i = 0; i < reads_max && pipe_ && take_output(); ++i) {
  }
}

void Watch::take_signals() {
  signalfd_siginfo info{};
  while (::read(signals_.get(), &info, sizeof info) == static_cast<ssize_t>(sizeof info)) {
    if (info.ssi_signo != SIGCHLD) stop_asked_ = true;
  }
  (void)reap();
}

bool Watch::reap() {
  for (;;) {
    int status = 0;
    const pid_t pid = ::waitpid(-1, &status, WNOHANG);
    if (pid <= 0) return pid == 0;
    if (pid == command_) end_ = End{.status = status, .at = monotonic_time()};
  }
}

bool Watch::take_output() {
  std::array<char, std::size_t{64} * 1024> buffer;  // NOLINT: 64 KiB need no zeros
  const ssize_t n = ::read(pipe_.get(), buffer.data(), buffer.size());
  if (n > 0) {
    output_->add(std::string_view(buffer.data(), static_cast<std::size_t>(n)));
  } else if (n == 0) {
    pipe_.reset();
  }
  return n > 0;
}

}  // namespace ripcord::act
