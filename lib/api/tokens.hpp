#pragma once

#include "base/result.hpp"

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace ripcord::api {

/// The SHA-256 of `text` (FIPS 180-4).
using Digest = std::array<unsigned char, 32>;
[[nodiscard]] Digest sha256(std::string_view text);

/// Who may command over TCP: by bearer tokens (RFC 6750), of which only the SHA-256 is known.
class Tokens {
 public:
  /// Nobody.
  Tokens() = default;

  /// A line for each: a name, spaces, and the SHA-256 of the token in hexadecimal. Empty lines, and
  /// what stands behind `#`, are passed over. Fault::malformed with every mistake and its line;
  /// `file` is for the messages.
  [[nodiscard]] static Result<Tokens> parse(std::string_view text, const std::string& file);

  /// As above, from a file. Fault::denied when others than its owner and its group may do anything
  /// with it. Blocks.
  [[nodiscard]] static Result<Tokens> load(const std::string& file);

  [[nodiscard]] bool empty() const { return tokens_.empty(); }

  /// Whose token `authorization`, the value of that header, shows; nothing when it is nobody's. How
  /// long it takes does not tell how near a token comes to one that is known.
  [[nodiscard]] std::optional<std::string> owner_of(std::string_view authorization) const;

 private:
  struct Token {
    std::string name;
    Digest digest;
  };
  std::vector<Token> tokens_;
};

}  // namespace ripcord::api
