#include "net/listener.hpp"

#include "base/text.hpp"
#include "net/http_client.hpp"
#include "net/socket_fault.hpp"

#include <boost/asio/ip/address.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <fmt/format.h>

#include <cerrno>
#include <cstddef>
#include <cstring>
#include <fcntl.h>
#include <grp.h>
#include <string_view>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>
#include <utility>
#include <vector>

namespace asio = boost::asio;

namespace ripcord::net {
namespace {

std::unexpected<Error> cannot_listen(std::string_view name,
                                     const boost::system::error_code& error) {
  const Fault fault = fault_of(error);
  if (fault == Fault::busy) {
    return failure(fault, fmt::format("cannot listen on {}: somebody else does already", name));
  }
  return failure(fault, fmt::format("cannot listen on {}: {}", name, error.message()));
}

/// The group's number. Fault::missing when there is no such group.
Result<gid_t> find_group(const std::string& name) {
  std::vector<char> buffer(64UL * 1024);
  group entry{};
  group* found = nullptr;
  const int error = getgrnam_r(name.c_str(), &entry, buffer.data(), buffer.size(), &found);
  if (found != nullptr) return found->gr_gid;
  const std::string why = error == 0 ? "" : ": " + std::generic_category().message(error);
  return failure(Fault::missing,
                 fmt::format("there is no group \"{}\"{}", printable(name, 60), why));
}

/// Removes a socket file that nobody listens on. Fault::busy when somebody does, Fault::exists
/// when it is no socket.
Result<void> make_way(const asio::any_io_executor& executor, const std::string& path) {
  struct stat status{};
  if (::lstat(path.c_str(), &status) != 0) return {};  // bind() will tell what else is wrong
  if (!S_ISSOCK(status.st_mode)) {
    return failure(Fault::exists,
                   fmt::format("{} is there already and is not a socket", printable(path)));
  }
  Socket caller(executor);
  boost::system::error_code error;
  (void)caller.open(asio::local::stream_protocol(), error);
  if (error) return cannot_listen(printable(path), error);
  (void)caller.native_non_blocking(true, error);
  const asio::local::stream_protocol::endpoint endpoint(path);
  const int connected =
      ::connect(caller.native_handle(), endpoint.data(), static_cast<socklen_t>(endpoint.size()));
  if (connected == 0 || errno == EAGAIN) {
    return failure(Fault::busy,
                   fmt::format("cannot listen on {}: somebody else does already", printable(path)));
  }
  if (errno != ECONNREFUSED) return cannot_listen(printable(path), last_error());
  if (::unlink(path.c_str()) != 0) return cannot_listen(printable(path), last_error());
  return {};
}

/// Gives the bound socket at `path` its owner group and mode.
Result<void> dress(const std::string& path, unsigned mode, const std::string& group) {
  if (!group.empty()) {
    const Result<gid_t> gid = find_group(group);
    if (!gid) return std::unexpected(gid.error());
    if (::lchown(path.c_str(), static_cast<uid_t>(-1), *gid) != 0) {
      return failure(fault_of(last_error()),
                     fmt::format("cannot give {} to the group \"{}\": {}", printable(path),
                                 printable(group, 60), last_error().message()));
    }
  }
  if (::chmod(path.c_str(), mode) != 0) return cannot_listen(printable(path), last_error());
  return {};
}

template <class Protocol>
boost::system::error_code open_private(Acceptor& acceptor, const Protocol& protocol) {
  boost::system::error_code error;
  (void)acceptor.open(protocol, error);
  if (!error) (void)::fcntl(acceptor.native_handle(), F_SETFD, FD_CLOEXEC);
  return error;
}

}  // namespace

Result<Acceptor> listen_on_tcp(const asio::any_io_executor& executor, const std::string& host,
                               std::uint16_t port) {
  boost::system::error_code error;
  const asio::ip::address address = asio::ip::make_address(host, error);
  if (error) {
    return failure(Fault::malformed,
                   fmt::format("\"{}\" is not a numeric address", printable(host, 100)));
  }
  const std::string name = to_string(Place{.host = host, .port = port, .unix_path = {}});
  const asio::ip::tcp::endpoint endpoint(address, port);
  Acceptor acceptor(executor);
  error = open_private(acceptor, endpoint.protocol());
  if (!error) (void)acceptor.set_option(asio::socket_base::reuse_address(true), error);
  if (!error) (void)acceptor.bind(endpoint, error);
  if (!error) (void)acceptor.listen(asio::socket_base::max_listen_connections, error);
  if (error) return cannot_listen(name, error);
  return acceptor;
}

std::uint16_t port_of(const Acceptor& acceptor) {
  boost::system::error_code error;
  const auto generic = acceptor.local_endpoint(error);
  asio::ip::tcp::endpoint endpoint;
  if (error || generic.size() > endpoint.capacity()) return 0;
  std::memcpy(endpoint.data(), generic.data(), generic.size());
  return endpoint.port();
}

Result<Acceptor> listen_on_unix(const asio::any_io_executor& executor, const std::string& path,
                                unsigned mode, const std::string& group) {
  if (path.empty() || path.size() > unix_path_max || path.contains('\0')) {
    return failure(Fault::malformed,
                   fmt::format("\"{}\" cannot be the path of a unix socket (1 to {} bytes)",
                               printable(path, 150), unix_path_max));
  }
  const Result<void> way = make_way(executor, path);
  if (!way) return std::unexpected(way.error());

  Acceptor acceptor(executor);
  boost::system::error_code error = open_private(acceptor, asio::local::stream_protocol());
  // Linux makes the file with the mode of the socket itself, less the umask (unix(7) leaves that
  // out; bind() in net/unix/af_unix.c), so it is closed to others from its first moment.
  if (!error && ::fchmod(acceptor.native_handle(), S_IRUSR | S_IWUSR) != 0) error = last_error();
  if (!error) (void)acceptor.bind(asio::local::stream_protocol::endpoint(path), error);
  if (error) return cannot_listen(printable(path), error);

  Result<void> ready = dress(path, mode, group);
  if (ready) {
    (void)acceptor.listen(asio::socket_base::max_listen_connections, error);
    if (error) ready = cannot_listen(printable(path), error);
  }
  if (!ready) {
    (void)::unlink(path.c_str());
    return std::unexpected(ready.error());
  }
  return acceptor;
}

std::optional<Peer> peer_of(Socket& socket) {
  ucred credentials{};
  socklen_t length = sizeof(credentials);
  const int handle = socket.native_handle();
  if (::getsockopt(handle, SOL_SOCKET, SO_PEERCRED, &credentials, &length) != 0) return {};

  Peer peer{.uid = credentials.uid, .gid = credentials.gid, .groups = {}};
  std::vector<gid_t> groups(32);
  for (;;) {
    length = static_cast<socklen_t>(groups.size() * sizeof(gid_t));
    if (::getsockopt(handle, SOL_SOCKET, SO_PEERGROUPS, groups.data(), &length) == 0) break;
    const std::size_t needed = length / sizeof(gid_t);
    if (errno != ERANGE || needed <= groups.size()) return peer;
    groups.resize(needed);
  }
  groups.resize(length / sizeof(gid_t));
  peer.groups.assign(groups.begin(), groups.end());
  return peer;
}

std::optional<FileId> file_at(const std::string& path) {
  struct stat status{};
  if (::lstat(path.c_str(), &status) != 0) return std::nullopt;
  return FileId{.device = status.st_dev, .inode = status.st_ino};
}

}  // namespace ripcord::net
