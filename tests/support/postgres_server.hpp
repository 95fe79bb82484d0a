#pragma once

#include "tests/support/temp_dir.hpp"

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <sys/types.h>
#include <utility>
#include <vector>

namespace ripcord::test {

/// Debian's PostgreSQL 15, as the user postgres, on a free port of 127.0.0.1 and a unix socket,
/// with a data directory of its own in memory's reach (no fsync). Ended, whatever it is doing, and
/// removed at the end.
///
/// Roles: `postgres` (superuser) and `mon` (pg_monitor) come in without a password; `locked` has
/// the password `s3cr3t` and must show it over TCP.
class PostgresServer {
 public:
  /// Whether it can be had on this machine.
  [[nodiscard]] static bool is_there();

  /// Makes the data directory; starts nothing. `settings` are lines of postgresql.conf.
  explicit PostgresServer(const std::vector<std::string>& settings = {});
  /// A hot standby that streams from `of`, which runs.
  struct Standby {
    const PostgresServer& of;
  };
  explicit PostgresServer(Standby standby);
  ~PostgresServer();
  PostgresServer(const PostgresServer&) = delete;
  PostgresServer& operator=(const PostgresServer&) = delete;

  /// Returns once it accepts connections, or says that it never will as it is configured.
  void start();
  /// Begins a stop: by SIGTERM, SIGINT (fast), SIGQUIT (immediate), or by SIGKILL of the first
  /// process only, whose end the others notice.
  void begin_stop(int signal) const;
  /// Returns once every process is gone.
  void await_end();
  void stop(int signal) {
    begin_stop(signal);
    await_end();
  }
  /// Sends `signal` to every process of it: SIGSTOP, SIGCONT.
  void signal_all(int signal);

  [[nodiscard]] std::uint16_t port() const { return port_; }
  [[nodiscard]] std::filesystem::path data() const { return dir_.path() / "data"; }
  /// `"host=127.0.0.1 port=… user=… dbname=…"`
  [[nodiscard]] std::string dsn(const std::string& user = "mon",
                                const std::string& database = "app") const;
  /// The same by the unix socket.
  [[nodiscard]] std::string socket_dsn(const std::string& user = "mon",
                                       const std::string& database = "app") const;

 private:
  void claim() const;
  void write(const std::string& file, const std::string& text) const;
  [[nodiscard]] std::vector<pid_t> processes() const;
  void run(const std::vector<std::string>& command) const;
  [[nodiscard]] pid_t spawn(const std::vector<std::string>& command, int notify, int life) const;

  TempDir dir_;
  std::uint16_t port_ = 0;
  pid_t pid_ = 0;
  int life_ = -1;  ///< the reading end of a pipe that every process of the server holds open
};

/// A connection of the test's own to a server, beside the one that is tested.
class PostgresClient {
 public:
  explicit PostgresClient(const std::string& dsn);
  ~PostgresClient();
  PostgresClient(PostgresClient&& other) noexcept
      : connection_(std::exchange(other.connection_, nullptr)) {}
  PostgresClient& operator=(PostgresClient&&) = delete;
  PostgresClient(const PostgresClient&) = delete;
  PostgresClient& operator=(const PostgresClient&) = delete;

  [[nodiscard]] bool is_connected() const;
  /// The first column of the first row; empty when there is none. A statement that fails is a
  /// failure of the test.
  std::string run(const std::string& sql);
  /// Sends a statement whose answer nobody waits for.
  void begin(const std::string& sql);
  [[nodiscard]] int pid() const;

 private:
  void* connection_;  ///< a PGconn
};

}  // namespace ripcord::test
