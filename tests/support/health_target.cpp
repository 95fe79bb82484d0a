#include "tests/support/health_target.hpp"

#include <array>
#include <ctime>
#include <string>
#include <unistd.h>

namespace ripcord::test {

HealthTarget::~HealthTarget() {
  listener_.stop();
  thread_.join();
}

void HealthTarget::serve() {
  for (int peer = listener_.accept(); peer >= 0; peer = listener_.accept()) {
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
