#pragma once

#include "api/backend.hpp"
#include "engine/snapshot.hpp"

#include <string>
#include <string_view>

namespace ripcord::api {

/// `text` for the inside of an element or of an attribute in double quotes.
[[nodiscard]] std::string escape_html(std::string_view text);

/// What somebody sees who opens the TCP port in a browser: what this is and how the services are.
/// No script, nothing loaded from elsewhere.
[[nodiscard]] std::string landing_page(const engine::Snapshot& snapshot, const DaemonView& daemon);

}  // namespace ripcord::api
