#pragma once

#include "base/result.hpp"
#include "net/connection.hpp"
#include "net/http_message.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/basic_socket_acceptor.hpp>
#include <boost/asio/generic/stream_protocol.hpp>

#include <cstdint>
#include <optional>
#include <string>

namespace ripcord::net {

using Acceptor = boost::asio::basic_socket_acceptor<boost::asio::generic::stream_protocol>;

/// Listens on a numeric address; the faults are those of HttpServer::listen_tcp().
[[nodiscard]] Result<Acceptor> listen_on_tcp(const boost::asio::any_io_executor& executor,
                                             const std::string& host, std::uint16_t port);

/// The port that `acceptor` got.
[[nodiscard]] std::uint16_t port_of(const Acceptor& acceptor);

/// Listens on a unix socket; the faults are those of HttpServer::listen_unix(). At no time can
/// somebody connect who may not: before it listens nobody can, and its mode is set by then.
[[nodiscard]] Result<Acceptor> listen_on_unix(const boost::asio::any_io_executor& executor,
                                              const std::string& path, unsigned mode,
                                              const std::string& group);

/// Who is at the other end of a unix socket; nothing when the system does not say.
[[nodiscard]] std::optional<Peer> peer_of(Socket& socket);

/// Which file a path names, so that only our own socket is removed at the end.
struct FileId {
  std::uint64_t device = 0;
  std::uint64_t inode = 0;

  friend bool operator==(const FileId&, const FileId&) = default;
};
[[nodiscard]] std::optional<FileId> file_at(const std::string& path);

}  // namespace ripcord::net
