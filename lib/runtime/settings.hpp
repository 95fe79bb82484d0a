#pragma once

#include "base/shared.hpp"
#include "engine/settings.hpp"
#include "evidence/settings.hpp"
#include "gate/settings.hpp"
#include "probe/docker/docker_probe.hpp"
#include "probe/exec/exec_probe.hpp"
#include "probe/http/http_probe.hpp"
#include "probe/log/log_probe.hpp"
#include "probe/postgres/settings.hpp"
#include "probe/promql/promql_probe.hpp"
#include "probe/scrape/scrape_probe.hpp"
#include "probe/tcp_probe.hpp"

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

namespace ripcord::runtime {

/// What one probe does; the kinds of design §2.
using ProbeKind = std::variant<        //
    Shared<probe::HttpProbeSettings>,  // the most frequent one
    probe::TcpProbeSettings,           //
    probe::ScrapeProbeSettings,        //
    probe::PromqlProbeSettings,        //
    probe::PostgresProbeSettings,      //
    probe::ExecProbeSettings,          //
    probe::DockerProbeSettings,        //
    probe::LogProbeSettings>;

/// One service: what the engine knows of it, and its probes in the same order.
struct ServiceSettings {
  engine::ServiceSettings engine;
  std::vector<ProbeKind> probes;
  std::vector<gate::Settings> gates = {};
  std::vector<std::string> way_back = {};  ///< the programs of the rollback and of its verification

  friend bool operator==(const ServiceSettings&, const ServiceSettings&) = default;
};

struct DaemonSettings {
  std::string state_dir = "/var/lib/ripcord";
  std::string runtime_dir = "/run/ripcord";
  evidence::Settings evidence = {};

  friend bool operator==(const DaemonSettings&, const DaemonSettings&) = default;
};

struct ApiSettings {
  std::string host = "127.0.0.1";  ///< numeric
  std::uint16_t port = 19478;      ///< 0: any free one
  std::string socket = "/run/ripcord/control.sock";
  std::string group;  ///< whose members may command; empty: root and the daemon's own user only
  std::string tokens_file = {};   ///< whose tokens may command over TCP; empty: nobody
  std::string external_url = {};  ///< where people reach the page, for links; empty: nowhere

  friend bool operator==(const ApiSettings&, const ApiSettings&) = default;
};

}  // namespace ripcord::runtime
