#pragma once

#include "base/result.hpp"
#include "deploy/dora_report.hpp"
#include "ripcord/page.hpp"

#include <string>
#include <string_view>

namespace ripcord::cli {

/// What /api/v1/dora tells, as far as it is shown: the period and the lines. Fault::malformed when
/// it is no JSON object.
[[nodiscard]] Result<deploy::DoraReport> read_dora(std::string_view body);

/// The table of the figures.
[[nodiscard]] Lines dora_view(const deploy::DoraReport& report);

/// The same for a spreadsheet (RFC 4180, with plain line ends); what is not known is empty.
[[nodiscard]] std::string dora_csv(const deploy::DoraReport& report);

}  // namespace ripcord::cli
