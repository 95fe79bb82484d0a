#pragma once

#include "api/backend.hpp"
#include "base/result.hpp"
#include "ripcord/page.hpp"

#include <string_view>

namespace ripcord::cli {

/// The daemon's answer, read back as those of read_reply.hpp.
[[nodiscard]] Result<api::EvidenceView> read_evidence(std::string_view body);

/// Where the evidence is, what it says in short, and its files.
[[nodiscard]] Lines evidence_view(const api::EvidenceView& evidence);

}  // namespace ripcord::cli
