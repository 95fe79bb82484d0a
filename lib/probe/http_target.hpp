#pragma once

#include "net/http_client.hpp"
#include "net/http_message.hpp"

#include <string>
#include <vector>

namespace ripcord::probe {

/// How a client proves who it is. The secrets stay in their files.
struct HttpCredentials {
  std::string username = {};  ///< of basic authentication (RFC 7617); empty: there is none
  std::string password_file = {};
  std::string bearer_token_file = {};  ///< RFC 6750; empty: there is none

  [[nodiscard]] bool exist() const { return !username.empty() || !bearer_token_file.empty(); }

  friend bool operator==(const HttpCredentials&, const HttpCredentials&) = default;
};

/// What every probe over HTTP is told of its target.
struct HttpTarget {
  std::string url = {};  ///< as it was written, for messages
  net::Place place = {};
  std::string target = "/";  ///< path and query
  std::vector<net::Header> headers = {};
  HttpCredentials credentials = {};

  friend bool operator==(const HttpTarget&, const HttpTarget&) = default;
};

}  // namespace ripcord::probe
