#include "base/contract.hpp"
#include "config/load_text.hpp"

#include <fmt/format.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <openssl/evp.h>
#include <string_view>

namespace ripcord::config {
namespace {

void append_framed(std::string& message, std::string_view part) {
  std::uint64_t length = part.size();
  for (std::size_t i = 0; i < sizeof length; ++i) {
    message += static_cast<char>(length & 0xFFU);
    length >>= 8U;
  }
  message += part;
}

}  // namespace

std::string fingerprint_of(const std::vector<SourceFile>& files) {
  std::string message;
  for (const SourceFile& file : files) {
    append_framed(message, file.name);
    append_framed(message, file.text);
  }
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  const int done =
      EVP_Digest(message.data(), message.size(), digest.data(), nullptr, EVP_sha256(), nullptr);
  RIPCORD_CONTRACT(done == 1);

  constexpr std::size_t bytes_shown = 8;
  std::string text;
  for (std::size_t i = 0; i < bytes_shown; ++i) text += fmt::format("{:02x}", digest.at(i));
  return text;
}

}  // namespace ripcord::config
