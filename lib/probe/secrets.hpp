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

}  // namespace ripcord::probe
