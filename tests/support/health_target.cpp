#include "tests/support/health_target.hpp"

#include <arpa/inet.h>
#include <array>
#include <ctime>
#include <netinet/in.h>
#include <poll.h>
#include <stdexcept>
#include <string>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

namespace ripcord::test {

HealthTarget::HealthTarget()
    : listener_(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)), stop_(eventfd(0, EFD_CLOEXEC)) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  auto* generic = reinterpret_cast<sockaddr*>(&address);
  if (bind(listener_, generic, size) != 0 || listen(listener_, 64) != 0 ||
      getsockname(listener_, generic, &size) != 0) {
    throw std::runtime_error("the health target cannot listen");
  }
  port_ = ntohs(address.sin_port);
  thread_ = std::thread([this] { serve(); });
}

HealthTarget::~HealthTarget() {
  const std::uint64_t one = 1;
  (void)!write(stop_, &one, sizeof one);
  thread_.join();
  close(listener_);
  close(stop_);
}

void HealthTarget::serve() {
  for (;;) {
    std::array<pollfd, 2> events{{{listener_, POLLIN, 0}, {stop_, POLLIN, 0}}};
    if (poll(events.data(), events.size(), -1) < 0) continue;
    if (events[1].revents != 0) return;
    const int peer = accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
    if (peer < 0) continue;
    std::array<char, 4096> request{};
    if (read(peer, request.data(), request.size()) > 0) {
      const int status = status_;
      const std::string reply = "HTTP/1.1 " + std::to_string(status) +
                                " x\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok";
      note(status);
      (void)!write(peer, reply.data(), reply.size());
      ++answered_;
    }
    close(peer);
  }
}

void HealthTarget::note(int status) {
  timespec now{};
  clock_gettime(CLOCK_REALTIME, &now);
  if (status != last_status_) row_.clear();
  last_status_ = status;
  row_.push_back(now.tv_sec * 1'000'000'000 + now.tv_nsec);
}

}  // namespace ripcord::test
