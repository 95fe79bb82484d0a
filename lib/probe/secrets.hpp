#pragma once

#include <string>
#include <string_view>

namespace ripcord::probe {

/// Whether what has this name lets whoever reads it in: `"X-Api-Key"`, `"access_token"`.
[[nodiscard]] bool names_secret(std::string_view name);

/// `text` with `***` in the place of what stands under such a name: of parameters of a URL or a
/// form
/// (`token=…`) and of members of JSON (`"token": "…"`), also where the text is cut off.
[[nodiscard]] std::string without_secrets(std::string_view text);

/// The same for words that people and programs write into logs and command lines: also quoted
/// values
/// (`password='…'`), words after a colon (`password: …`), `Bearer …` and `Basic …`, and who asks in
/// a URL (`scheme://user:password@host`). Rather too much than too little is masked.
[[nodiscard]] std::string without_credentials(std::string_view text);

/// Credentials that stand in a URL: `"password"` of `scheme://user:password@host`; empty when there
/// are none.
[[nodiscard]] std::string password_in_url(std::string_view text);

}  // namespace ripcord::probe
