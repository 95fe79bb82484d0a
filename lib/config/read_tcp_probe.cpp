#include "base/text.hpp"
#include "config/probe_readers.hpp"
#include "config/read_http_target.hpp"
#include "probe/tcp_probe.hpp"

#include <fmt/format.h>

#include <cstddef>
#include <string>
#include <utility>
#include <variant>

namespace ripcord::config {
namespace {

constexpr std::size_t send_bytes_max = 64UL * 1024;

void read_address(TableReader& table, probe::TcpProbeSettings& tcp) {
  table.require("address");
  const std::string address = table.text("address", "");
  if (!table.is_good({"address"})) return;
  if (auto place = probe::parse_address(address)) {
    tcp.place = *std::move(place);
  } else {
    table.note("address", place.error().message);
  }
}

void read_security(TableReader& table, probe::TcpProbeSettings& tcp) {
  const bool is_secured = table.flag("tls", false);
  net::TlsSettings tls = read_tls(table);
  if (!is_secured) {
    if (table.is_good({"tls"})) refuse_tls(table, "has no use without tls = true");
  } else if (!tcp.place.unix_path.empty()) {
    table.note("tls", "is not for unix sockets");
  } else {
    tcp.place.tls = std::move(tls);
  }
}

void read_talk(TableReader& table, probe::TcpProbeSettings& tcp) {
  if (const Node* send = table.node("send")) {
    if (const auto* text = std::get_if<std::string>(&send->value)) {
      tcp.send = *text;
    } else {
      table.note("send", fmt::format("expected a text, found {}", kind_of(*send)));
    }
    if (tcp.send.size() > send_bytes_max) {
      table.note("send", fmt::format("is longer than {} bytes", send_bytes_max));
    }
  }
  tcp.expect = table.text("expect", "");
  if (tcp.expect.empty()) return;
  if (const auto checked = probe::check_pattern(tcp.expect); !checked) {
    table.note("expect", checked.error().message);
  }
}

}  // namespace

ReadProbe read_tcp_probe(const NamedTable& from, Mistakes& mistakes) {
  TableReader table(from, tcp_probe_keys, mistakes);
  const ProbeTiming timing = read_timing(table);
  probe::TcpProbeSettings tcp;
  tcp.timeout = timing.timeout;
  read_address(table, tcp);
  read_security(table, tcp);
  read_talk(table, tcp);
  table.reject_unknown_keys();
  Vocabulary vocabulary = vocabulary_of(tcp);
  return {.settings = {.name = from.name, .timing = timing, .vocabulary = std::move(vocabulary)},
          .kind = std::move(tcp),
          .from = from,
          .is_good = table.is_good() && is_name(from.name)};
}

}  // namespace ripcord::config
