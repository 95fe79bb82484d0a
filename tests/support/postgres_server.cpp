#include "tests/support/postgres_server.hpp"

#include <gtest/gtest.h>

#include <arpa/inet.h>
#include <array>
#include <csignal>
#include <cstdlib>
#include <fcntl.h>
#include <fstream>
#include <grp.h>
#include <libpq-fe.h>
#include <netinet/in.h>
#include <poll.h>
#include <pwd.h>
#include <sstream>
#include <string_view>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

namespace ripcord::test {
namespace {

const std::string programs = "/usr/lib/postgresql/15/bin/";
constexpr int patience_ms = 30'000;

const passwd* postgres_user() {
  return ::getpwnam("postgres");
}

std::uint16_t free_port() {
  const int socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t length = sizeof address;
  (void)::bind(socket, reinterpret_cast<sockaddr*>(&address), length);
  (void)::getsockname(socket, reinterpret_cast<sockaddr*>(&address), &length);
  (void)::close(socket);
  return ntohs(address.sin_port);
}

/// Waits for something to read, or the end of the file.
bool is_readable_in_time(int descriptor) {
  pollfd event{.fd = descriptor, .events = POLLIN, .revents = 0};
  return ::poll(&event, 1, patience_ms) == 1;
}

/// A socket as systemd gives one to a service that says when it is ready.
int notify_socket(const std::string& path) {
  const int socket = ::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  path.copy(&address.sun_path[0], sizeof address.sun_path - 1);
  (void)::unlink(path.c_str());
  (void)::bind(socket, reinterpret_cast<sockaddr*>(&address), sizeof address);
  (void)::chmod(path.c_str(), 0777);
  return socket;
}

PGconn* as_connection(void* connection) {
  return static_cast<PGconn*>(connection);
}

}  // namespace

bool PostgresServer::is_there() {
  return ::access((programs + "postgres").c_str(), X_OK) == 0 && ::geteuid() == 0 &&
         postgres_user() != nullptr;
}

PostgresServer::PostgresServer(const std::vector<std::string>& settings) : port_(free_port()) {
  claim();
  run({programs + "initdb", "-D", data().string(), "-N", "-A", "trust", "-U", "postgres",
       "--locale=C", "-E", "UTF8"});
  std::string text = "listen_addresses = '127.0.0.1'\nport = " + std::to_string(port_) +
                     "\nunix_socket_directories = '" + dir_.path().string() +
                     "'\nfsync = off\nshared_buffers = '16MB'\nautovacuum = off\n"
                     "logging_collector = off\n";
  for (const std::string& line : settings) text += line + "\n";
  write("postgresql.auto.conf", text);
  write("pg_hba.conf",
        "local all all trust\n"
        "local replication all trust\n"
        "host all locked 127.0.0.1/32 scram-sha-256\n"
        "host all all 127.0.0.1/32 trust\n");
}

PostgresServer::PostgresServer(Standby standby) : port_(free_port()) {
  claim();
  run({programs + "pg_basebackup", "-D", data().string(), "-R", "-X", "stream", "-c", "fast", "-d",
       standby.of.socket_dsn("postgres")});
  std::ofstream(data() / "postgresql.auto.conf", std::ios::app)
      << "port = " << port_ << "\nunix_socket_directories = '" << dir_.path().string() << "'\n";
}

/// The folder belongs to the server's user.
void PostgresServer::claim() const {
  const passwd* user = postgres_user();
  if (::chown(dir_.path().c_str(), user->pw_uid, user->pw_gid) != 0) std::abort();
}

PostgresServer::~PostgresServer() {
  if (pid_ != 0) {
    signal_all(SIGKILL);
    await_end();
  }
}

void PostgresServer::write(const std::string& file, const std::string& text) const {
  std::ofstream(data() / file) << text;
}

pid_t PostgresServer::spawn(const std::vector<std::string>& command, int notify, int life) const {
  std::vector<char*> arguments;
  for (const std::string& word : command) arguments.push_back(const_cast<char*>(word.c_str()));
  arguments.push_back(nullptr);
  const std::string log = (dir_.path() / "log").string();
  const std::string socket = "NOTIFY_SOCKET=" + (dir_.path() / "notify").string();
  std::array<char*, 3> environment{const_cast<char*>("PATH=/usr/bin:/bin"),
                                   notify < 0 ? nullptr : const_cast<char*>(socket.c_str()),
                                   nullptr};
  const passwd* user = postgres_user();
  const pid_t pid = ::fork();
  if (pid != 0) return pid;
  (void)::setsid();
  if (life >= 0) (void)::fcntl(life, F_SETFD, 0);
  const bool is_user = ::initgroups("postgres", user->pw_gid) == 0 && ::setgid(user->pw_gid) == 0 &&
                       ::setuid(user->pw_uid) == 0;
  const int output = ::open(log.c_str(), O_CREAT | O_WRONLY | O_APPEND, 0600);
  (void)::dup2(output, STDOUT_FILENO);
  (void)::dup2(output, STDERR_FILENO);
  if (is_user && ::chdir("/") == 0) {
    (void)::execve(arguments.front(), arguments.data(), environment.data());
  }
  ::_exit(127);
}

void PostgresServer::run(const std::vector<std::string>& command) const {
  int status = 0;
  (void)::waitpid(spawn(command, -1, -1), &status, 0);
  if (status != 0) {
    std::ostringstream log;
    log << std::ifstream(dir_.path() / "log").rdbuf();
    ADD_FAILURE() << command.front() << " failed: " << log.str();
    std::abort();
  }
}

void PostgresServer::start() {
  std::array<int, 2> life{};
  if (::pipe2(life.data(), O_CLOEXEC) != 0) std::abort();
  const int notify = notify_socket((dir_.path() / "notify").string());
  pid_ = spawn({programs + "postgres", "-D", data().string()}, notify, life[1]);
  (void)::close(life[1]);
  life_ = life[0];
  std::string heard;
  while (!heard.contains("READY=1")) {
    std::array<char, 512> message{};
    const ssize_t n = is_readable_in_time(notify) ? ::read(notify, message.data(), 512) : -1;
    if (n <= 0) {
      ADD_FAILURE() << "the server does not start";
      std::abort();
    }
    heard.assign(message.data(), static_cast<std::size_t>(n));
  }
  (void)::close(notify);
  const bool is_first = !std::filesystem::exists(dir_.path() / "made");
  if (!is_first || std::filesystem::exists(data() / "standby.signal")) return;
  PostgresClient admin(socket_dsn("postgres", "postgres"));
  admin.run("CREATE DATABASE app");
  admin.run("CREATE ROLE mon LOGIN");
  admin.run("GRANT pg_monitor TO mon");
  admin.run("CREATE ROLE locked LOGIN PASSWORD 's3cr3t'");
  std::ofstream(dir_.path() / "made") << "yes";
}

void PostgresServer::begin_stop(int signal) const {
  (void)::kill(pid_, signal);
}

void PostgresServer::await_end() {
  (void)::waitpid(pid_, nullptr, 0);
  if (!is_readable_in_time(life_)) ADD_FAILURE() << "the server does not end";
  (void)::close(life_);
  pid_ = 0;
}

/// The first process and its children, which lead sessions of their own.
std::vector<pid_t> PostgresServer::processes() const {
  const std::string pid = std::to_string(pid_);
  std::ifstream children("/proc/" + pid + "/task/" + pid + "/children");
  std::vector<pid_t> all{pid_};
  for (pid_t child = 0; children >> child;) all.push_back(child);
  return all;
}

void PostgresServer::signal_all(int signal) {
  for (const pid_t pid : processes()) (void)::kill(pid, signal);
}

std::string PostgresServer::dsn(const std::string& user, const std::string& database) const {
  return "host=127.0.0.1 port=" + std::to_string(port_) + " user=" + user + " dbname=" + database;
}

std::string PostgresServer::socket_dsn(const std::string& user, const std::string& database) const {
  return "host=" + dir_.path().string() + " port=" + std::to_string(port_) + " user=" + user +
         " dbname=" + database;
}

PostgresClient::PostgresClient(const std::string& dsn) : connection_(PQconnectdb(dsn.c_str())) {
  (void)PQsetNoticeProcessor(
      as_connection(connection_), [](void* /*self*/, const char* /*text*/) {}, nullptr);
}

PostgresClient::~PostgresClient() {
  PQfinish(as_connection(connection_));
}

bool PostgresClient::is_connected() const {
  return PQstatus(as_connection(connection_)) == CONNECTION_OK;
}

std::string PostgresClient::run(const std::string& sql) {
  PGresult* result = PQexec(as_connection(connection_), sql.c_str());
  const ExecStatusType status = PQresultStatus(result);
  if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK) {
    ADD_FAILURE() << sql << ": " << PQerrorMessage(as_connection(connection_));
  }
  std::string first = PQntuples(result) > 0 ? PQgetvalue(result, 0, 0) : "";
  PQclear(result);
  return first;
}

void PostgresClient::begin(const std::string& sql) {
  EXPECT_EQ(PQsendQuery(as_connection(connection_), sql.c_str()), 1);
}

int PostgresClient::pid() const {
  return PQbackendPID(as_connection(connection_));
}

}  // namespace ripcord::test
