#pragma once

#include "base/result.hpp"
#include "net/http_client.hpp"
#include "net/http_message.hpp"
#include "net/tls_settings.hpp"
#include "notify/settings.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace ripcord::notify {

/// One request to a receiver, where it goes, and what of it must never be shown.
struct Post {
  net::Place place;
  net::Request request;
  std::vector<std::string> secrets;
};

/// A POST of JSON to `address`, still without a body. The failures of net::read_file(), and
/// Fault::malformed when no URL stands in the file; never with what stands there.
[[nodiscard]] Result<Post> post_to(const Address& address, const net::TlsSettings& tls);

/// What stands in `file`, without spaces around it, remembered as a secret of `post`. The failures
/// of net::read_file(); Fault::malformed when it is empty.
[[nodiscard]] Result<std::string> read_secret(const std::string& file, Post& post);

/// Adds the bearer token that stands in `token_file`; nothing when there is no such file named.
[[nodiscard]] Result<void> authorize(Post& post, const std::string& token_file);

/// `text` with `***` in the place of every secret of `post`.
[[nodiscard]] std::string without_secrets(std::string_view text, const Post& post);

/// The request as a person may see it: its line, its headers and its body, without secrets.
[[nodiscard]] std::string shown(const Post& post);

}  // namespace ripcord::notify
