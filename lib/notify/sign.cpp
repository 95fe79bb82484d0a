#include "notify/sign.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <utility>

namespace ripcord::notify {
namespace {

constexpr std::string_view prefix = "whsec_";
constexpr std::size_t key_bytes_min = 24;
constexpr std::size_t key_bytes_max = 64;

using Digest = std::array<unsigned char, 32>;

const unsigned char* bytes_of(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

Digest hmac_sha256(std::string_view key, std::string_view text) {
  Digest digest{};
  unsigned length = 0;
  HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()), bytes_of(text), text.size(),
       digest.data(), &length);
  return digest;
}

std::string base64(const Digest& digest) {
  std::array<unsigned char, 45> text{};
  const int length = EVP_EncodeBlock(text.data(), digest.data(), static_cast<int>(digest.size()));
  return {text.begin(), text.begin() + length};
}

}  // namespace

Result<std::string> signing_key(std::string_view secret) {
  if (!secret.starts_with(prefix)) return std::string(secret);
  const std::string_view text = secret.substr(prefix.size());
  Result<std::string> key(std::in_place, text.size() / 4 * 3 + 1, '\0');
  const int length = text.size() % 4 != 0
                         ? -1
                         : EVP_DecodeBlock(reinterpret_cast<unsigned char*>(key->data()),
                                           bytes_of(text), static_cast<int>(text.size()));
  const auto padding = static_cast<int>(std::ranges::count(text, '='));
  key->resize(static_cast<std::size_t>(std::max(length - padding, 0)));
  if (key->size() < key_bytes_min || key->size() > key_bytes_max) {
    key =
        failure(Fault::malformed, fmt::format("what follows {} is not the base64 of {} to {} bytes",
                                              prefix, key_bytes_min, key_bytes_max));
  }
  return key;
}

std::string webhook_signature(const std::vector<std::string>& keys, std::string_view id, Instant at,
                              std::string_view body) {
  const auto seconds = std::chrono::floor<std::chrono::seconds>(at).time_since_epoch().count();
  const std::string text = fmt::format("{}.{}.{}", id, seconds, body);
  std::string signatures;
  for (const std::string& key : keys) {
    if (!signatures.empty()) signatures += ' ';
    signatures += "v1," + base64(hmac_sha256(key, text));
  }
  return signatures;
}

std::string hub_signature(std::string_view secret, std::string_view body) {
  std::string text = "sha256=";
  for (const unsigned char byte : hmac_sha256(secret, body)) text += fmt::format("{:02x}", byte);
  return text;
}

}  // namespace ripcord::notify
