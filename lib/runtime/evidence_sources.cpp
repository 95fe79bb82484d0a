#include "runtime/evidence_sources.hpp"

#include "base/text.hpp"
#include "evidence/host.hpp"
#include "probe/exhibits.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/string.hpp>
#include <fmt/format.h>

#include <chrono>
#include <functional>
#include <memory>
#include <utility>
#include <variant>

namespace asio = boost::asio;
namespace json = boost::json;

namespace ripcord::runtime {
namespace {

using namespace std::chrono_literals;
using evidence::Shown;

/// An engine or a database that is well answers within some milliseconds.
constexpr Duration exhibits_patience = 2s;
/// A target that hangs is why we are here: it must not keep the rollback waiting for long.
constexpr Duration look_patience = 500ms;
constexpr Duration machine_patience = 1s;

/// `"containers/shop-1.json"`; with a probe's name what has no folder: `"postgres-db.json"`.
std::string file_of(const std::string& file, const std::string& probe) {
  const std::size_t slash = file.find('/');
  if (slash != std::string::npos) {
    return fmt::format("{}/{}", evidence::file_name_of(file.substr(0, slash)),
                       evidence::file_name_of(file.substr(slash + 1)));
  }
  const std::size_t dot = file.rfind('.');
  return evidence::file_name_of(fmt::format("{}-{}", file.substr(0, dot), probe)) +
         file.substr(dot);
}

asio::awaitable<Result<Shown>> show_exhibits(std::unique_ptr<probe::Probe> probe, std::string name,
                                             Instant deadline) {
  Result<probe::Exhibits> exhibits = co_await probe->exhibits(deadline);
  if (!exhibits) co_return std::unexpected(std::move(exhibits).error());
  Shown shown{.exhibits = {},
              .secrets = std::move(exhibits->secrets),
              .missing = std::move(exhibits->missing)};
  for (probe::Exhibit& exhibit : exhibits->shown) {
    if (auto* object = exhibit.content.if_object()) (*object)["probe"] = json::string(name);
    shown.exhibits.push_back(
        {.file = file_of(exhibit.file, name), .content = std::move(exhibit.content)});
  }
  co_return shown;
}

/// Asks its question once more.
asio::awaitable<Result<Shown>> look(std::unique_ptr<probe::Probe> probe, std::string name,
                                    Instant /*deadline*/) {
  const Sample sample = co_await probe->take();
  json::object told{{"taken_at", json::string(to_rfc3339_ms(sample.taken_at))},
                    {"outcome", to_string(sample.outcome)},
                    {"seconds", std::chrono::duration<double>(sample.latency).count()},
                    {"reason", json::string(printable(sample.reason))}};
  json::array details;
  for (const probe::Detail& detail : probe->details()) {
    details.push_back(json::object{{"name", json::string(printable(detail.name))},
                                   {"text", json::string(printable(detail.text, 2000))}});
  }
  told["details"] = std::move(details);
  Shown shown;
  shown.exhibits.push_back({.file = fmt::format("looks/{}.json", evidence::file_name_of(name)),
                            .content = std::move(told)});
  co_return shown;
}

enum class Way : std::uint8_t { exhibits, look, nothing };

struct WayOf {
  Way operator()(const probe::DockerProbeSettings&) const { return Way::exhibits; }
  Way operator()(const probe::LogProbeSettings&) const { return Way::exhibits; }
  Way operator()(const probe::PostgresProbeSettings&) const { return Way::exhibits; }
  Way operator()(const probe::ExecProbeSettings&) const { return Way::nothing; }
  template <class Question>
  Way operator()(const Question&) const {
    return Way::look;
  }
};

evidence::Source source_of(const Probers& probers, const std::string& name, const ProbeKind& kind) {
  const bool looks = std::visit(WayOf(), kind) == Way::look;
  return {.name = "probe " + name,
          .patience = looks ? look_patience : exhibits_patience,
          .show = [&probers, name, kind, looks](Instant deadline) {
            std::unique_ptr<probe::Probe> probe = probers.make(kind);
            return looks ? look(std::move(probe), name, deadline)
                         : show_exhibits(std::move(probe), name, deadline);
          }};
}

evidence::Source machine_source(net::BlockingPool& pool, std::string name,
                                std::function<Shown()> look_at) {
  return {.name = std::move(name),
          .patience = machine_patience,
          .show = [&pool, look_at = std::move(look_at)](Instant /*deadline*/) {
            std::function<Result<Shown>()> work = [look_at]() -> Result<Shown> {
              return look_at();
            };
            return pool.run<Shown>(std::move(work));
          }};
}

std::vector<evidence::Source> sources_of(const Probers& probers, const ServiceSettings& settings,
                                         const std::function<bool(const ProbeKind&)>& is_wanted) {
  std::vector<evidence::Source> sources;
  for (std::size_t i = 0; i < settings.probes.size(); ++i) {
    if (!is_wanted(settings.probes[i])) continue;
    sources.push_back(source_of(probers, settings.engine.probes[i].name, settings.probes[i]));
  }
  return sources;
}

}  // namespace

std::vector<evidence::Source> probe_sources(const Probers& probers,
                                            const ServiceSettings& settings) {
  return sources_of(probers, settings, [](const ProbeKind& kind) {
    return std::visit(WayOf(), kind) != Way::nothing;
  });
}

std::vector<evidence::Source> container_sources(const Probers& probers,
                                                const ServiceSettings& settings) {
  return sources_of(probers, settings, [](const ProbeKind& kind) {
    return std::holds_alternative<probe::DockerProbeSettings>(kind);
  });
}

std::vector<evidence::Source> secret_sources(const Probers& probers,
                                             const ServiceSettings& settings) {
  return sources_of(probers, settings, [](const ProbeKind& kind) {
    return std::holds_alternative<probe::DockerProbeSettings>(kind) ||
           std::holds_alternative<probe::PostgresProbeSettings>(kind);
  });
}

std::vector<evidence::Source> machine_sources(net::BlockingPool& pool,
                                              std::vector<std::string> paths) {
  std::vector<evidence::Source> sources;
  sources.push_back(machine_source(pool, "host", [] { return evidence::look_at_host(); }));
  sources.push_back(machine_source(
      pool, "disks", [paths = std::move(paths)] { return evidence::look_at_disks(paths); }));
  return sources;
}

}  // namespace ripcord::runtime
