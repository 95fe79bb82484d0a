#pragma once

#include "net/http_message.hpp"
#include "notify/settings.hpp"
#include "tests/notify/vocabulary.hpp"

#include <functional>
#include <ostream>
#include <string>
#include <vector>

namespace ripcord::notify::test {

/// What every secret of the peers begins with, and is nowhere else.
inline const std::string canary = "canary0123456789canary0123456789";

/// A kind of receiver with its secrets, and a server that takes only what its vendor documents.
struct Peer {
  std::string name;
  /// Of the server at `base`, as `"https://h.example"`.
  std::function<ReceiverKind(Secrets& secrets, const std::string& base)> kind;
  std::function<net::Reply(const net::Request&)> server;
};

// NOLINTNEXTLINE(readability-identifier-naming): GoogleTest asks for it by this name
inline void PrintTo(const Peer& peer, std::ostream* out) {
  *out << peer.name;
}

/// One of every kind, and of its other form where it has one.
[[nodiscard]] std::vector<Peer> peers();

}  // namespace ripcord::notify::test
