#include "tests/integration/cord.hpp"

#include <boost/json/value.hpp>
#include <fmt/format.h>

namespace ripcord::test {

Cord::Cord(const std::string& extra, const std::string& before_cure) {
  const std::string script = daemon.script(
      "rollback.sh",
      fmt::format("echo \"$RIPCORD_VERSION $RIPCORD_PREVIOUS_VERSION\" >> {}\n{}\ntouch {}\n",
                  daemon.path("rollbacks").string(), before_cure, daemon.path("cured").string()));
  daemon.configure(fmt::format(R"([service.shop]
previous_version = "v1"
settle = "0s"
bake = "1h"
[service.shop.probe.health]
type = "http"
url = "http://127.0.0.1:{}/health"
interval = "100ms"
timeout = "1s"
stale_after = "5s"
[service.shop.trigger.unhealthy]
type = "consecutive_failures"
probe = "health"
failures = 3
[[service.shop.rollback.step]]
name = "roll back"
run = ["{}"]
timeout = "20s"
grace = "1s"
[service.shop.verify]
healthy_for = "200ms"
timeout = "20s"
{}
)",
                               target.port(), script, extra));
}

std::string Cord::deploy() {
  const auto started = daemon.json({"deploy", "start", "shop", "--version", "v2"});
  if (!started.is_object() || !started.as_object().contains("deployment")) return "";
  (void)daemon.ripcord({"deploy", "finish", "shop"});
  return std::string(started.at("deployment").as_string());
}

std::string Cord::phase() const {
  const auto history = daemon.json({"history", "shop", "--limit", "1"});
  if (!history.is_object()) return "";
  const auto* deployments = history.as_object().if_contains("deployments");
  if (deployments == nullptr || deployments->as_array().empty()) return "";
  return std::string(deployments->as_array().front().at("phase").as_string());
}

std::string Cord::end(std::chrono::milliseconds patience) {
  std::string last;
  (void)eventually(
      [&] {
        cure_when_rolled_back();
        last = phase();
        return last == "succeeded" || last == "failed" || last == "rolled_back" ||
               last == "rollback_failed" || last == "aborted";
      },
      patience);
  return last;
}

void Cord::cure_when_rolled_back() {
  if (std::filesystem::exists(daemon.path("cured"))) target.answer(200);
}

}  // namespace ripcord::test
