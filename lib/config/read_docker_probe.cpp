#include "base/text.hpp"
#include "config/probe_readers.hpp"
#include "config/read_http_target.hpp"
#include "probe/docker/api.hpp"
#include "probe/docker/docker_probe.hpp"

#include <utility>

namespace ripcord::config {

probe::docker::Selector read_containers(TableReader& table) {
  probe::docker::Selector selector;
  selector.container = table.text("container", "");
  selector.project = table.text("compose_project", "");
  selector.service = table.text("compose_service", "");
  const bool by_name = table.has("container");
  const bool by_compose = table.has("compose_project") || table.has("compose_service");
  if (by_name && by_compose) {
    table.note("container", "stands beside compose_project and compose_service; write one of them");
  } else if (by_compose) {
    table.require("compose_project");
    table.require("compose_service");
  } else if (!by_name) {
    table.note("container", "is missing; or write compose_project and compose_service");
  }
  return selector;
}

probe::docker::EngineAddress read_engine(TableReader& table) {
  probe::docker::EngineAddress address;
  address.host = table.text("host", "");
  net::TlsSettings tls = read_tls(table);
  if (tls != net::TlsSettings()) {
    if (address.host.starts_with("tcp://")) {
      address.tls = std::move(tls);
    } else {
      refuse_tls(table, "has no use without a host of tcp://");
    }
  }
  if (address.host.empty() || !table.is_good()) return address;
  if (const auto place = probe::docker::place_of(address); !place) {
    table.note("host", place.error().message);
  }
  return address;
}

ReadProbe read_docker_probe(const NamedTable& from, Mistakes& mistakes) {
  TableReader table(from, docker_probe_keys, mistakes);
  const ProbeTiming timing = read_timing(table);
  probe::DockerProbeSettings docker;
  docker.timeout = timing.timeout;
  docker.selector = read_containers(table);
  docker.engine = read_engine(table);
  docker.notice = table.flag("notice", docker.notice);
  table.reject_unknown_keys();
  return {.settings = {.name = from.name, .timing = timing, .vocabulary = vocabulary_of(docker)},
          .kind = std::move(docker),
          .from = from,
          .is_good = table.is_good() && is_name(from.name),
          .has_latency = false};
}

}  // namespace ripcord::config
