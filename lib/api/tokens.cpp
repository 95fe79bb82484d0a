#include "api/tokens.hpp"

#include "base/text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <fstream>
#include <openssl/crypto.h>
#include <openssl/sha.h>
#include <sstream>
#include <sys/stat.h>
#include <system_error>
#include <utility>

namespace ripcord::api {
namespace {

constexpr std::size_t file_bytes_max = 1024UL * 1024;
constexpr std::size_t token_bytes_max = 4096;

std::optional<unsigned> hex_digit(char c) {
  if (c >= '0' && c <= '9') return static_cast<unsigned>(c - '0');
  if (c >= 'a' && c <= 'f') return static_cast<unsigned>(c - 'a' + 10);
  if (c >= 'A' && c <= 'F') return static_cast<unsigned>(c - 'A' + 10);
  return std::nullopt;
}

std::optional<Digest> parse_digest(std::string_view text) {
  Digest digest{};
  if (text.size() != 2 * digest.size()) return std::nullopt;
  for (std::size_t i = 0; i < digest.size(); ++i) {
    const auto high = hex_digit(text[2 * i]);
    const auto low = hex_digit(text[(2 * i) + 1]);
    if (!high || !low) return std::nullopt;
    digest[i] = static_cast<unsigned char>((*high << 4U) | *low);
  }
  return digest;
}

/// The token of `Bearer TOKEN`; the scheme's case does not matter.
std::optional<std::string_view> bearer(std::string_view authorization) {
  constexpr std::string_view scheme = "bearer ";
  const bool is_bearer =
      authorization.size() > scheme.size() &&
      std::ranges::equal(authorization.substr(0, scheme.size()), scheme, [](char a, char b) {
        return (a >= 'A' && a <= 'Z' ? static_cast<char>(a - 'A' + 'a') : a) == b;
      });
  if (!is_bearer) return std::nullopt;
  const std::string_view token = trim(authorization.substr(scheme.size()));
  if (token.empty() || token.size() > token_bytes_max) return std::nullopt;
  return token;
}

}  // namespace

Digest sha256(std::string_view text) {
  Digest digest{};
  // NOLINTNEXTLINE(cppcoreguidelines-pro-type-reinterpret-cast): bytes are bytes
  ::SHA256(reinterpret_cast<const unsigned char*>(text.data()), text.size(), digest.data());
  return digest;
}

Result<Tokens> Tokens::parse(std::string_view text, const std::string& file) {
  Tokens tokens;
  std::vector<std::string> mistakes;
  std::size_t number = 0;
  for (std::string_view line : split(text, '\n')) {
    ++number;
    line = trim(line.substr(0, line.find('#')));
    if (line.empty()) continue;
    const std::size_t end = line.find_first_of(" \t");
    std::string name(line.substr(0, end));
    const auto digest = parse_digest(end == std::string_view::npos ? "" : trim(line.substr(end)));
    const bool is_known =
        std::ranges::find(tokens.tokens_, name, &Token::name) != tokens.tokens_.end();
    // Never with what stands there: it may be a token.
    if (!is_name(name) || !digest) {
      mistakes.push_back(
          fmt::format("{}:{}: not a name and the SHA-256 of a token in hexadecimal", file, number));
    } else if (is_known) {
      mistakes.push_back(fmt::format("{}:{}: {} has a token already", file, number, name));
    } else {
      tokens.tokens_.push_back({.name = std::move(name), .digest = *digest});
    }
  }
  if (!mistakes.empty()) {
    return failure(Fault::malformed, fmt::format("{}", fmt::join(mistakes, "\n")));
  }
  return tokens;
}

Result<Tokens> Tokens::load(const std::string& file) {
  struct ::stat found{};
  if (::stat(file.c_str(), &found) != 0) {
    return failure(Fault::missing, fmt::format("{}: cannot be read: {}", file,
                                               std::generic_category().message(errno)));
  }
  if ((found.st_mode & S_IRWXO) != 0) {
    return failure(Fault::denied,
                   fmt::format("{}: everybody may use it: \"chmod o= {}\" first", file, file));
  }
  if (!S_ISREG(found.st_mode) || static_cast<std::size_t>(found.st_size) > file_bytes_max) {
    return failure(Fault::malformed, file + ": is not a file of tokens");
  }
  const std::ifstream stream(file, std::ios::binary);
  std::stringstream text;
  text << stream.rdbuf();
  if (!stream) return failure(Fault::missing, file + ": cannot be read");
  return parse(text.str(), file);
}

std::optional<std::string> Tokens::owner_of(std::string_view authorization) const {
  const auto token = bearer(authorization);
  if (!token) return std::nullopt;
  const Digest digest = sha256(*token);
  const Token* owner = nullptr;
  // All of them, also once one has been found.
  for (const Token& each : tokens_) {
    if (::CRYPTO_memcmp(each.digest.data(), digest.data(), digest.size()) == 0) owner = &each;
  }
  return owner == nullptr ? std::nullopt : std::optional(owner->name);
}

}  // namespace ripcord::api
