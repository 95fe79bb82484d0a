#include "net/http_message.hpp"

#include "net/http_text.hpp"

#include <algorithm>

namespace ripcord::net {

std::optional<std::string_view> find_header(const std::vector<Header>& headers,
                                            std::string_view name) {
  const auto found = std::ranges::find_if(
      headers, [name](const Header& header) { return same_name(header.name, name); });
  if (found == headers.end()) return std::nullopt;
  return found->value;
}

}  // namespace ripcord::net
