#include "api/landing_page.hpp"

#include "api/words.hpp"
#include "base/text.hpp"

#include <fmt/format.h>

namespace ripcord::api {
namespace {

constexpr std::string_view head = R"(<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>ripcord</title>
<style>
:root { color-scheme: light dark; }
body { font: 1rem/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem; }
table { border-collapse: collapse; width: 100%; }
th, td { text-align: left; vertical-align: top; padding: .3rem 1rem .3rem 0; }
tr + tr { border-top: 1px solid #8886; }
.trouble { border-left: .3rem solid #c33; padding-left: .7rem; }
</style>
</head>
<body>
<h1>ripcord</h1>
)";

std::string service_row(const engine::ServiceSnapshot& service, Instant now) {
  const std::string version =
      service.current_version.empty() ? "not known" : service.current_version;
  return fmt::format("<tr><th scope=\"row\">{}</th><td>{}</td><td>{}</td><td>{}</td></tr>\n",
                     escape_html(service.name), escape_html(version),
                     escape_html(health_in_words(service, now)),
                     escape_html(deployment_in_words(service, now)));
}

std::string services_table(const engine::Snapshot& snapshot) {
  if (snapshot.services.empty()) return "<p>No service is configured.</p>\n";
  std::string table =
      "<table>\n<tr><th scope=\"col\">Service</th><th scope=\"col\">Version</th>"
      "<th scope=\"col\">Health</th><th scope=\"col\">Deployment</th></tr>\n";
  for (const engine::ServiceSnapshot& service : snapshot.services) {
    table += service_row(service, snapshot.at);
  }
  return table + "</table>\n";
}

std::string troubles(const DaemonView& daemon) {
  std::string text;
  if (!daemon.ready) text += "<p class=\"trouble\">The daemon is still starting.</p>\n";
  if (!daemon.journal_trouble.empty()) {
    text += fmt::format("<p class=\"trouble\">The journal cannot be written: {}</p>\n",
                        escape_html(daemon.journal_trouble));
  }
  if (!daemon.last_reload_succeeded) {
    text +=
        "<p class=\"trouble\">The last reload of the configuration failed; the one before is in "
        "force.</p>\n";
  }
  return text;
}

}  // namespace

std::string escape_html(std::string_view text) {
  std::string escaped;
  for (const char c : printable(text, 4096)) {
    switch (c) {
      case '&':
        escaped += "&amp;";
        break;
      case '<':
        escaped += "&lt;";
        break;
      case '>':
        escaped += "&gt;";
        break;
      case '"':
        escaped += "&quot;";
        break;
      case '\'':
        escaped += "&#39;";
        break;
      default:
        escaped += c;
    }
  }
  return escaped;
}

std::string landing_page(const engine::Snapshot& snapshot, const DaemonView& daemon) {
  std::string page(head);
  page += fmt::format(
      "<p>Watches deployments on this host and pulls the cord when one goes bad. Version {}, up "
      "for "
      "{}.</p>\n",
      escape_html(daemon.version),
      escape_html(for_people(std::max(snapshot.at - daemon.started_at, Duration{}))));
  page += troubles(daemon);
  page += services_table(snapshot);
  page +=
      "<p><a href=\"/metrics\">Metrics</a> for Prometheus. On the host: <code>ripcord "
      "status</code>."
      "</p>\n</body>\n</html>\n";
  return page;
}

}  // namespace ripcord::api
