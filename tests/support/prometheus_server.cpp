#include "tests/support/prometheus_server.hpp"

#include <fstream>

namespace ripcord::test {
namespace {

const std::string program = "/usr/bin/prometheus";

}  // namespace

bool PrometheusServer::is_there() {
  return is_executable(program);
}

PrometheusServer::PrometheusServer(const std::vector<std::uint16_t>& targets,
                                   std::chrono::milliseconds interval) {
  std::string list;
  for (const std::uint16_t target : targets) {
    list += (list.empty() ? "" : ", ") + ("'127.0.0.1:" + std::to_string(target) + "'");
  }
  const std::string beat = std::to_string(interval.count()) + "ms";
  const std::string path = directory_.path();
  std::ofstream(path + "/prometheus.yml")
      << "global: { scrape_interval: " << beat << ", scrape_timeout: " << beat << " }\n"
      << "scrape_configs:\n- job_name: test\n  static_configs:\n  - targets: [" << list << "]\n";
  const auto arguments = [path](std::uint16_t port) -> std::vector<std::string> {
    return {"--config.file=" + path + "/prometheus.yml", "--storage.tsdb.path=" + path + "/data",
            "--web.listen-address=127.0.0.1:" + std::to_string(port), "--log.level=warn"};
  };
  daemon_.emplace(HttpDaemonWish{.program = program,
                                 .arguments = arguments,
                                 .ready_target = "/-/ready",
                                 .log = path + "/log"});
}

}  // namespace ripcord::test
