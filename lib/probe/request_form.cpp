#include "probe/request_form.hpp"

#include "base/text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <openssl/evp.h>
#include <string_view>
#include <utility>

namespace ripcord::probe {
namespace {

constexpr std::size_t secret_bytes_max = 8192;

std::string base64(std::string_view text) {
  std::string encoded((text.size() + 2) / 3 * 4 + 1, '\0');
  const int length = EVP_EncodeBlock(reinterpret_cast<unsigned char*>(encoded.data()),
                                     reinterpret_cast<const unsigned char*>(text.data()),
                                     static_cast<int>(text.size()));
  encoded.resize(static_cast<std::size_t>(length));
  return encoded;
}

const std::string& secret_file(const HttpCredentials& credentials) {
  return credentials.username.empty() ? credentials.bearer_token_file : credentials.password_file;
}

/// Without the line end that an editor leaves; other spaces may belong to a password.
std::string_view without_line_end(std::string_view text) {
  if (text.ends_with('\n')) text.remove_suffix(1);
  if (text.ends_with('\r')) text.remove_suffix(1);
  return text;
}

}  // namespace

RequestForm::RequestForm(const HttpTarget& target, std::string method, RequestBody body)
    : target_(target),
      request_({.method = std::move(method),
                .target = target.target,
                .headers = target.headers,
                .body = std::move(body.text)}) {
  if (target.credentials.exist()) {
    secret_ = std::make_unique<net::WatchedFile>(secret_file(target.credentials), secret_bytes_max,
                                                 net::Readers::not_all);
    request_.headers.push_back({"Authorization", ""});
  }
  if (!body.file.empty()) {
    body_ = std::make_unique<net::WatchedFile>(std::move(body.file), request_body_max,
                                               net::Readers::any);
  }
}

Result<net::Request> RequestForm::fill() {
  if (secret_) {
    const Result<void> read = read_secret();
    if (!read) return std::unexpected(read.error());
  }
  if (body_) {
    const Result<std::string_view> text = body_->text();
    if (!text) return std::unexpected(text.error());
    request_.body = *text;
  }
  return request_;
}

Result<void> RequestForm::read_secret() {
  const Result<std::string_view> text = secret_->text();
  if (!text) return std::unexpected(text.error());
  if (!secret_->is_new()) return {};

  const HttpCredentials& credentials = target_.credentials;
  net::Header& header = request_.headers.back();
  if (!credentials.username.empty()) {
    header.value =
        "Basic " + base64(fmt::format("{}:{}", credentials.username, without_line_end(*text)));
    return {};
  }
  const std::string_view token = trim(*text);
  const bool is_sendable =
      !token.empty() && std::ranges::all_of(token, [](char c) { return c > ' ' && c < '\x7F'; });
  if (!is_sendable) {
    return failure(Fault::internal, fmt::format("{} holds no token that could be sent",
                                                printable(credentials.bearer_token_file, 200)));
  }
  header.value = fmt::format("Bearer {}", token);
  return {};
}

}  // namespace ripcord::probe
