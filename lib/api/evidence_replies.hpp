#pragma once

#include "api/backend.hpp"
#include "net/http_message.hpp"

#include <string>
#include <string_view>

namespace ripcord::api {

/// `{"deployment", "directory", "state", "summary", "files"}`.
[[nodiscard]] net::Reply evidence_reply(const EvidenceView& evidence);

/// One file as it is, with the type that its name says. A page of it can do nothing where it is
/// opened: no script, nothing loaded.
[[nodiscard]] net::Reply evidence_file_reply(std::string_view file, std::string bytes);

}  // namespace ripcord::api
