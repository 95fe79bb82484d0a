#pragma once

#include "tests/integration/planted_secrets.hpp"
#include "tests/support/temp_dir.hpp"

#include <boost/json/value.hpp>

#include <chrono>
#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <sys/types.h>
#include <vector>

namespace ripcord::test {

/// What a command printed, and how it ended.
struct Printed {
  int code = -1;
  std::string out;  ///< standard output and standard error together
};

/// Runs a program to its end.
Printed run_program(const std::vector<std::string>& arguments,
                    const std::map<std::string, std::string>& environment = {});

/// Checks `condition` often until it holds; false when it does not within `patience`.
bool eventually(const std::function<bool()>& condition,
                std::chrono::milliseconds patience = std::chrono::seconds(30));

/// A directory with a configuration, the programs' state, and at most one running ripcordd. Each
/// has a receiver with planted secrets; a test fails when anything that ripcord printed, left there
/// or answers at the end shows one of them.
class DaemonProcess {
 public:
  DaemonProcess();
  ~DaemonProcess();
  DaemonProcess(const DaemonProcess&) = delete;
  DaemonProcess& operator=(const DaemonProcess&) = delete;

  [[nodiscard]] std::filesystem::path path(const std::string& name) const {
    return directory_.path() / name;
  }
  [[nodiscard]] const std::filesystem::path& state_dir() const { return state_dir_; }
  void set_state_dir(std::filesystem::path state_dir) { state_dir_ = std::move(state_dir); }

  /// Writes ripcord.toml: the daemon's own part, the receiver and `services`.
  void configure(const std::string& services) const;
  /// The same without that receiver.
  void configure_alone(const std::string& services) const;
  /// Writes an executable script and returns its path.
  std::string script(const std::string& name, const std::string& body) const;

  /// Starts ripcordd and returns when it answers; with RIPCORD_CRASH_AT it may die before.
  void start(const std::map<std::string, std::string>& environment = {});
  /// Starts ripcordd, which must end by itself: its exit code and what it printed.
  Printed run_to_end(const std::map<std::string, std::string>& environment = {}) const;
  void signal(int signal) const;
  void kill() { signal_and_reap(9); }
  /// SIGTERM; returns the exit code (128 + signal if a signal ended it).
  int stop() { return signal_and_reap(15); }
  [[nodiscard]] bool is_running();
  /// Waits for the daemon to end by itself.
  bool ends_within(std::chrono::milliseconds patience);
  [[nodiscard]] pid_t pid() const { return pid_; }
  /// Where it listens: "127.0.0.1:PORT"; empty when it has not said so.
  [[nodiscard]] std::string address() const;
  /// What anybody may read over TCP, and the lists of the socket; nothing of a daemon that does not
  /// answer.
  [[nodiscard]] std::string answers() const;

  /// `ripcord --socket … ARGUMENTS`.
  [[nodiscard]] Printed ripcord(std::vector<std::string> arguments) const;
  /// The parsed answer of `ripcord --json ARGUMENTS`; null when there is none.
  [[nodiscard]] boost::json::value json(std::vector<std::string> arguments) const;

  [[nodiscard]] std::string log() const;
  [[nodiscard]] std::string read(const std::string& name) const;
  /// Lines of a file; 0 when it is not there.
  [[nodiscard]] std::size_t lines(const std::string& name) const;

 private:
  void write_configuration(const std::string& receiver, const std::string& services) const;
  int signal_and_reap(int signal);
  std::optional<int> reap(bool wait);

  TempDir directory_;
  PlantedSecrets planted_;
  std::filesystem::path state_dir_;
  pid_t pid_ = 0;
};

}  // namespace ripcord::test
