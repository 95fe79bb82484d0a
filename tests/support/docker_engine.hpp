#pragma once

#include "tests/support/temp_dir.hpp"

#include <string>
#include <sys/types.h>

namespace ripcord::test {

/// A Docker engine of the tests' own: its socket, its data and its state lie in a directory that is
/// removed at the end; it touches neither the machine's firewall nor another engine. One a test
/// program, started at the first use and ended with the program.
///
/// The image `box` has busybox in it and nothing else.
class DockerEngine {
 public:
  /// Whether there is what it takes: the programs, and root.
  [[nodiscard]] static bool is_there();
  /// The running one.
  static DockerEngine& shared();

  ~DockerEngine();
  DockerEngine(const DockerEngine&) = delete;
  DockerEngine& operator=(const DockerEngine&) = delete;

  /// `"unix:///…/docker.sock"`
  [[nodiscard]] std::string host() const { return "unix://" + socket_path(); }
  [[nodiscard]] std::string socket_path() const { return dir_.path() / "docker.sock"; }
  [[nodiscard]] const std::filesystem::path& dir() const { return dir_.path(); }
  [[nodiscard]] pid_t pid() const { return pid_; }

  /// What `docker ARGUMENTS` prints, without the last line end; the test fails when it fails.
  std::string docker(const std::string& arguments);
  /// The same of any command line, for docker-compose; DOCKER_HOST is set.
  std::string shell(const std::string& command);

  /// `docker run -d` of the image, without a network unless `options` say so; its id.
  std::string run(const std::string& options, const std::string& command);
  /// Removes every container.
  void remove_all();

  /// Ends the engine by this signal and waits for its end, then starts it again.
  void end(int signal);
  void start();
  void signal(int number) const;

 private:
  DockerEngine();
  void import_image();

  TempDir dir_;
  pid_t pid_ = -1;
};

}  // namespace ripcord::test
