// What systemd hears of the daemon (sd_notify(3)).

#include "tests/integration/cord.hpp"

#include <gtest/gtest.h>

#include <array>
#include <csignal>
#include <cstring>
#include <string>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

namespace ripcord::test {
namespace {

using namespace std::chrono_literals;

/// Stands where systemd listens.
class NotifySocket {
 public:
  explicit NotifySocket(const std::string& path)
      : descriptor_(socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0)) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::strncpy(address.sun_path, path.c_str(), sizeof address.sun_path - 1);
    bound_ = bind(descriptor_, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0;
  }
  ~NotifySocket() { close(descriptor_); }
  NotifySocket(const NotifySocket&) = delete;
  NotifySocket& operator=(const NotifySocket&) = delete;

  [[nodiscard]] bool is_bound() const { return bound_; }

  /// Every message so far, a line end after each.
  const std::string& all_heard() {
    std::array<char, 4096> message{};
    for (ssize_t size = 0; (size = recv(descriptor_, message.data(), message.size(), 0)) > 0;) {
      heard_ += std::string(message.data(), static_cast<std::size_t>(size)) + "\n";
    }
    return heard_;
  }
  /// Whether `words` arrive, in this or an earlier message.
  bool hears(const std::string& words) {
    return eventually([&] { return all_heard().find(words) != std::string::npos; });
  }
  void forget() { heard_.clear(); }

 private:
  int descriptor_;
  bool bound_ = false;
  std::string heard_;
};

TEST(ServiceManager, HearsWhenTheDaemonIsReadyReloadsAndStops) {
  Cord cord;
  NotifySocket systemd(cord.daemon.path("notify"));
  ASSERT_TRUE(systemd.is_bound());
  cord.start({{"NOTIFY_SOCKET", cord.daemon.path("notify")}});
  EXPECT_TRUE(systemd.hears("READY=1\nSTATUS=watching 1 service"));

  systemd.forget();
  cord.daemon.signal(SIGHUP);
  EXPECT_TRUE(systemd.hears("RELOADING=1"));
  EXPECT_TRUE(systemd.hears("READY=1"));

  EXPECT_NE(cord.deploy(), "");
  EXPECT_TRUE(systemd.hears("baking"));
  EXPECT_EQ(cord.daemon.stop(), 0);
  EXPECT_TRUE(systemd.hears("STOPPING=1"));
}

TEST(ServiceManager, IsToldThatTheLoopLives) {
  Cord cord;
  NotifySocket systemd(cord.daemon.path("notify"));
  cord.start({{"NOTIFY_SOCKET", cord.daemon.path("notify")}, {"WATCHDOG_USEC", "200000"}});
  for (int i = 0; i < 3; ++i) {
    systemd.forget();
    EXPECT_TRUE(systemd.hears("WATCHDOG=1"));
  }
}

TEST(ServiceManager, IsNotToldThatABadConfigurationIsReady) {
  DaemonProcess daemon;
  NotifySocket systemd(daemon.path("notify"));
  daemon.configure("[service.shop]\nbaek = \"1m\"\n");
  EXPECT_EQ(daemon.run_to_end({{"NOTIFY_SOCKET", daemon.path("notify")}}).code, 78);
  EXPECT_EQ(systemd.all_heard(), "");
}

}  // namespace
}  // namespace ripcord::test
