#pragma once

#include "base/result.hpp"
#include "net/file.hpp"
#include "net/http_message.hpp"
#include "probe/http_target.hpp"

#include <memory>
#include <string>

namespace ripcord::probe {

/// The body of a request: a text, or what is in a file.
struct RequestBody {
  std::string text = {};
  std::string file = {};  ///< empty: `text`

  friend bool operator==(const RequestBody&, const RequestBody&) = default;
};

/// Largest file that is sent as a body.
inline constexpr std::size_t request_body_max = 1024UL * 1024;

/// A request that is asked again and again. What stands in files (secrets, the body) is read anew
/// when they have changed, and filled in.
class RequestForm {
 public:
  /// Borrows `target`.
  explicit RequestForm(const HttpTarget& target, std::string method = "GET", RequestBody body = {});

  /// The request as it is to be sent now. Every failure is our own: a file that cannot be read
  /// (Fault of net::read_file()), or holds no secret that can be sent (internal).
  [[nodiscard]] Result<net::Request> fill();
  /// Whether it is the same request every time: nothing of it stands in a file.
  [[nodiscard]] bool is_constant() const { return !secret_ && !body_; }

 private:
  [[nodiscard]] Result<void> read_secret();

  const HttpTarget& target_;
  net::Request request_;  ///< all that does not change; the secret is its last header
  std::unique_ptr<net::WatchedFile> secret_;
  std::unique_ptr<net::WatchedFile> body_;
};

}  // namespace ripcord::probe
