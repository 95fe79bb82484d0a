#include "tests/support/docker_engine.hpp"

#include <gtest/gtest.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <fcntl.h>
#include <filesystem>
#include <fstream>
#include <poll.h>
#include <stdexcept>
#include <string>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>
#include <vector>

namespace ripcord::test {
namespace {

namespace fs = std::filesystem;

bool is_program(const std::string& name) {
  for (const char* folder : {"/usr/bin/", "/usr/sbin/", "/usr/local/bin/", "/bin/", "/sbin/"}) {
    if (::access((folder + name).c_str(), X_OK) == 0) return true;
  }
  return false;
}

struct Ended {
  int status = 0;
  std::string output;
};

Ended run_shell(const std::string& command) {
  std::FILE* const pipe = ::popen((command + " 2>&1").c_str(), "re");
  if (pipe == nullptr) throw std::runtime_error("no shell");
  Ended ended;
  std::array<char, 4096> piece{};
  for (std::size_t got = 0; (got = std::fread(piece.data(), 1, piece.size(), pipe)) > 0;) {
    ended.output.append(piece.data(), got);
  }
  ended.status = ::pclose(pipe);
  while (ended.output.ends_with('\n')) ended.output.pop_back();
  return ended;
}

/// What a killed engine has left mounted below `dir`.
void unmount_below(const fs::path& dir) {
  std::vector<std::string> points;
  std::ifstream mounts("/proc/self/mounts");
  for (std::string device, point, rest; mounts >> device >> point && std::getline(mounts, rest);) {
    if (point.starts_with(dir.string() + "/")) points.push_back(point);
  }
  for (auto point = points.rbegin(); point != points.rend(); ++point) {
    (void)::umount2(point->c_str(), MNT_DETACH);
  }
}

/// Whether somebody accepts connections there.
bool is_answering(const std::string& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  path.copy(address.sun_path, sizeof address.sun_path - 1);
  const int socket = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const bool connected =
      ::connect(socket, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
  ::close(socket);
  return connected;
}

/// Whether there is such a process that is more than a zombie.
bool is_alive(pid_t pid) {
  std::ifstream file("/proc/" + std::to_string(pid) + "/stat");
  std::string line;
  if (pid <= 0 || !std::getline(file, line)) return false;
  return line.find(") Z ") == std::string::npos;
}

}  // namespace

bool DockerEngine::is_there() {
  return ::geteuid() == 0 && is_program("dockerd") && is_program("containerd") &&
         is_program("docker") && is_program("busybox");
}

DockerEngine& DockerEngine::shared() {
  static DockerEngine engine;
  return engine;
}

DockerEngine::DockerEngine() {
  std::ofstream(dir_.path() / "daemon.json") << "{}";
  start();
  import_image();
}

DockerEngine::~DockerEngine() {
  remove_all();
  end(SIGTERM);
  unmount_below(dir_.path());
}

void DockerEngine::start() {
  const std::string dir = dir_.path();
  // A killed engine leaves its process number, which may be somebody else's by now.
  fs::remove(dir_.path() / "docker.pid");
  const std::vector<std::string> words{"dockerd",
                                       "--host=" + host(),
                                       "--data-root=" + dir + "/data",
                                       "--exec-root=" + dir + "/exec",
                                       "--pidfile=" + dir + "/docker.pid",
                                       "--config-file=" + dir + "/daemon.json",
                                       "--containerd-namespace=ripcord-test",
                                       "--containerd-plugins-namespace=ripcord-test-plugins",
                                       "--bridge=none",
                                       "--iptables=false",
                                       "--ip-masq=false",
                                       "--ip-forward=false",
                                       "--userland-proxy=false",
                                       "--shutdown-timeout=1"};
  std::vector<char*> arguments;
  for (const std::string& word : words) arguments.push_back(const_cast<char*>(word.c_str()));
  arguments.push_back(nullptr);
  const std::string log = dir + "/dockerd.log";
  pid_ = ::fork();
  if (pid_ == 0) {
    ::prctl(PR_SET_PDEATHSIG, SIGTERM);
    ::setsid();
    const int output = ::open(log.c_str(), O_WRONLY | O_CREAT | O_APPEND, 0600);
    ::dup2(output, STDOUT_FILENO);
    ::dup2(output, STDERR_FILENO);
    ::close_range(3, ~0U, 0);
    ::execvp(arguments[0], arguments.data());
    ::_exit(127);
  }
  for (int tries = 0; tries < 600; ++tries) {
    // Connecting is not enough: the engine listens before it has restored its containers.
    if (is_answering(socket_path()) && run_shell("docker -H " + host() + " version").status == 0) {
      return;
    }
    if (::waitpid(pid_, nullptr, WNOHANG) == pid_) break;
    (void)::poll(nullptr, 0, 50);
  }
  throw std::runtime_error("the Docker engine did not start: " +
                           run_shell("tail -5 " + log).output);
}

void DockerEngine::import_image() {
  const fs::path tree = dir_.path() / "box";
  fs::create_directories(tree / "bin");
  fs::create_directories(tree / "tmp");
  const fs::path busybox = fs::exists("/bin/busybox") ? "/bin/busybox" : "/usr/bin/busybox";
  fs::copy_file(busybox, tree / "bin/busybox");
  for (const char* name :
       {"sh", "sleep", "echo", "cat", "kill", "true", "false", "yes", "head", "dd", "seq", "wget",
        "nc", "test", "rm", "touch", "usleep", "httpd", "sync"}) {
    fs::create_symlink("busybox", tree / "bin" / name);
  }
  shell("tar -C " + tree.string() + " -c . | docker import - box");
}

std::string DockerEngine::docker(const std::string& arguments) {
  return shell("docker " + arguments);
}

std::string DockerEngine::shell(const std::string& command) {
  const Ended ended = run_shell("export DOCKER_HOST=" + host() + "; " + command);
  EXPECT_EQ(ended.status, 0) << command << ": " << ended.output;
  return ended.output;
}

std::string DockerEngine::run(const std::string& options, const std::string& command) {
  const bool has_network = options.find("--net") != std::string::npos;
  return docker("run -d " + std::string(has_network ? "" : "--network none ") + options + " box " +
                command);
}

void DockerEngine::remove_all() {
  shell("docker ps -aq | xargs -r docker rm -f -v");
}

void DockerEngine::signal(int number) const {
  ::kill(pid_, number);
}

void DockerEngine::end(int signal) {
  const fs::path containerd = dir_.path() / "exec/containerd/containerd.pid";
  pid_t child = 0;
  std::ifstream(containerd) >> child;
  ::kill(pid_, signal);
  while (::waitpid(pid_, nullptr, 0) < 0 && errno == EINTR) {
  }
  // Its containerd dies with it, a moment later: an engine that is started meanwhile would wait for
  // the dying one.
  for (int tries = 0; tries < 100 && is_alive(child); ++tries) (void)::poll(nullptr, 0, 50);
  fs::remove(containerd);
}

}  // namespace ripcord::test
