#include "tests/integration/canary.hpp"

#include <boost/json/value.hpp>
#include <fmt/format.h>

#include <filesystem>

namespace ripcord::test {

Canary::Canary(const std::vector<int>& stages, const std::string& gates,
               const std::string& in_deploy) {
  const std::string story = daemon.path("story").string();
  const auto teller = [&](const std::string& name, const std::string& line,
                          const std::string& more) {
    return daemon.script(name, fmt::format("echo \"{}\" >> {}\n{}", line, story, more));
  };
  const std::string deploy = teller("deploy.sh", "deploy $RIPCORD_VERSION", in_deploy);
  const std::string shift = teller("shift.sh", "shift $RIPCORD_TRAFFIC_PERCENT $RIPCORD_STAGE", "");
  const std::string rollback =
      teller("rollback.sh", "rollback $RIPCORD_VERSION $RIPCORD_PREVIOUS_VERSION",
             "touch " + daemon.path("cured").string());
  std::string text = fmt::format(R"([service.shop]
previous_version = "v1"
settle = "0s"
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
[[service.shop.deploy.step]]
name = "start"
run = ["{}"]
grace = "1s"
[service.shop.shift]
run = ["{}"]
grace = "1s"
[[service.shop.rollback.step]]
name = "roll back"
run = ["{}"]
grace = "1s"
[service.shop.verify]
healthy_for = "200ms"
timeout = "20s"
)",
                                 target.port(), deploy, shift, rollback);
  for (const int share : stages) {
    text += fmt::format("[[service.shop.stage]]\ntraffic = \"{}%\"\nbake = \"1s\"\n", share);
  }
  daemon.configure(text + gates);
}

Printed Canary::deploy(std::vector<std::string> more) const {
  std::vector<std::string> arguments{"deploy", "shop", "--version", "v2"};
  arguments.insert(arguments.end(), more.begin(), more.end());
  return daemon.ripcord(std::move(arguments));
}

std::string Canary::of_last(const std::string& member) const {
  const auto history = daemon.json({"history", "shop", "--limit", "1"});
  if (!history.is_object()) return "";
  const auto* deployments = history.as_object().if_contains("deployments");
  if (deployments == nullptr || deployments->as_array().empty()) return "";
  const auto& value = deployments->as_array().front().at(member);
  return value.is_string() ? std::string(value.as_string()) : "";
}

std::string Canary::phase() const {
  return of_last("phase");
}

std::string Canary::verdict() const {
  return of_last("verdict");
}

bool Canary::comes_to(const std::string& wanted) {
  return eventually([&] { return phase() == wanted; });
}

std::string Canary::end(std::chrono::milliseconds patience) {
  std::string last;
  (void)eventually(
      [&] {
        if (std::filesystem::exists(daemon.path("cured"))) target.answer(200);
        last = phase();
        return last == "refused" || last == "succeeded" || last == "failed" ||
               last == "rolled_back" || last == "rollback_failed" || last == "aborted";
      },
      patience);
  return last;
}

std::string Canary::history() const {
  const auto shown = daemon.json({"show", of_last("id")});
  if (!shown.is_object()) return "";
  std::string text;
  for (const auto& record : shown.at("history").as_array()) {
    text += fmt::format("{} by {}: {}\n", std::string(record.at("kind").as_string()),
                        std::string(record.at("by").as_string()),
                        std::string(record.at("text").as_string()));
  }
  return text;
}

}  // namespace ripcord::test
