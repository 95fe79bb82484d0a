#include "base/text.hpp"
#include "config/read_gate.hpp"
#include "config/read_recipe.hpp"
#include "config/readers.hpp"

#include <fmt/format.h>

#include <chrono>
#include <cstddef>
#include <string>
#include <utility>

namespace ripcord::config {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t version_bytes_max = 128;
constexpr Range<Duration> baseline_range{1min, 7 * 24h};

std::string read_version(TableReader& service) {
  std::string version = service.text("previous_version", "");
  if (version.size() > version_bytes_max) {
    service.note("previous_version", fmt::format("is longer than {} bytes", version_bytes_max));
  }
  return version;
}

}  // namespace

runtime::ServiceSettings read_service(const NamedTable& from, Mistakes& mistakes) {
  TableReader table(from, service_keys, mistakes);
  runtime::ServiceSettings service;
  service.engine.name = from.name;
  service.engine.previous_version = read_version(table);
  ReadRecipe recipe = read_recipe(table, mistakes);
  service.engine.recipe = std::move(recipe.recipe);

  service.engine.baseline = table.duration("baseline", service.engine.baseline, baseline_range);
  std::vector<ReadProbe> probes = read_probes(table, mistakes);
  service.engine.triggers = read_triggers(table, probes, recipe.shortest_watch, mistakes);
  service.gates = read_gates(table, {.probes = probes, .way_back = recipe.way_back}, mistakes);
  service.way_back = std::move(recipe.way_back);
  for (ReadProbe& probe : probes) {
    service.engine.probes.push_back(std::move(probe.settings));
    service.probes.push_back(std::move(probe.kind));
  }
  table.reject_unknown_keys();
  return service;
}

}  // namespace ripcord::config
