#include "tests/support/alertmanager_server.hpp"

#include <fstream>
#include <vector>

namespace ripcord::test {
namespace {

const std::string program = "/usr/bin/prometheus-alertmanager";

}  // namespace

bool AlertmanagerServer::is_there() {
  return is_executable(program);
}

AlertmanagerServer::AlertmanagerServer(const std::string& webhook) {
  const std::string path = directory_.path();
  std::ofstream(path + "/alertmanager.yml")
      << "route: { receiver: ops, group_by: [ripcord_incident], group_wait: 10ms,"
      << " group_interval: 500ms, repeat_interval: 1h }\n"
      << "receivers:\n- name: ops\n  webhook_configs:\n  - url: '" << webhook << "'\n";
  const auto arguments = [path](std::uint16_t port) -> std::vector<std::string> {
    return {"--config.file=" + path + "/alertmanager.yml", "--storage.path=" + path + "/data",
            "--web.listen-address=127.0.0.1:" + std::to_string(port),
            "--cluster.listen-address=", "--log.level=warn"};
  };
  daemon_.emplace(HttpDaemonWish{.program = program,
                                 .arguments = arguments,
                                 .ready_target = "/-/ready",
                                 .log = path + "/log"});
}

}  // namespace ripcord::test
