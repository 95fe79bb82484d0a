#pragma once

#include "config/mistakes.hpp"
#include "config/table_reader.hpp"
#include "probe/http_target.hpp"

#include <string>
#include <string_view>

namespace ripcord::config {

/// Reads what every probe over HTTP is told of its target: `url`, `headers`, `ca_file`,
/// `client_cert_file`, `client_key_file`, `server_name`, `tls_version_min`, `basic_auth` and
/// `bearer_token_file`. The key set of `table` has them all.
[[nodiscard]] probe::HttpTarget read_http_target(TableReader& table, Mistakes& mistakes);

/// The settings of TLS alone; the keys of the list above that they need.
[[nodiscard]] net::TlsSettings read_tls(TableReader& table);
/// Notes each key of TLS that is set, since there is none: `why` says what is missing.
void refuse_tls(TableReader& table, std::string_view why);

/// An absolute path, or one below `${CREDENTIALS_DIRECTORY}`, which is replaced by what the service
/// manager has set it to (and kept as it is where there is none: `--check` at a terminal).
[[nodiscard]] std::string read_file_path(TableReader& table, std::string_view key);

}  // namespace ripcord::config
