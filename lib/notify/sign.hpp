#pragma once

#include "base/result.hpp"
#include "base/time.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace ripcord::notify {

/// What a receiver signs with: the bytes behind a `whsec_` secret (base64, 24 to 64 of them), or
/// the text itself when it is none. Fault::malformed, without the secret, when it is no base64 or
/// of another length.
[[nodiscard]] Result<std::string> signing_key(std::string_view secret);

/// The header `webhook-signature` of Standard Webhooks: `"v1,BASE64"` for each key, of
/// `id.SECONDS.body`.
[[nodiscard]] std::string webhook_signature(const std::vector<std::string>& keys,
                                            std::string_view id, Instant at, std::string_view body);

/// The header `X-Hub-Signature-256` as GitHub has it: `"sha256=HEX"` of the body alone.
[[nodiscard]] std::string hub_signature(std::string_view secret, std::string_view body);

}  // namespace ripcord::notify
