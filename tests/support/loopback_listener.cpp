#include "tests/support/loopback_listener.hpp"

#include <arpa/inet.h>
#include <array>
#include <netinet/in.h>
#include <poll.h>
#include <stdexcept>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

namespace ripcord::test {

LoopbackListener::LoopbackListener(int backlog)
    : socket_(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)), stop_(eventfd(0, EFD_CLOEXEC)) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  auto* generic = reinterpret_cast<sockaddr*>(&address);
  if (bind(socket_, generic, size) != 0 || listen(socket_, backlog) != 0 ||
      getsockname(socket_, generic, &size) != 0) {
    throw std::runtime_error("cannot listen on 127.0.0.1");
  }
  port_ = ntohs(address.sin_port);
}

LoopbackListener::~LoopbackListener() {
  close(socket_);
  close(stop_);
}

int LoopbackListener::accept() const {
  for (;;) {
    std::array<pollfd, 2> events{{{socket_, POLLIN, 0}, {stop_, POLLIN, 0}}};
    if (poll(events.data(), events.size(), -1) < 0) continue;
    if (events[1].revents != 0) return -1;
    const int peer = accept4(socket_, nullptr, nullptr, SOCK_CLOEXEC);
    if (peer >= 0) return peer;
  }
}

void LoopbackListener::stop() const {
  const std::uint64_t one = 1;
  (void)!write(stop_, &one, sizeof one);
}

}  // namespace ripcord::test
