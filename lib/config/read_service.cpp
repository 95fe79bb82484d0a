#include "base/text.hpp"
#include "config/read_step.hpp"
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
constexpr Range<Duration> settle_range{0s, 24h};
constexpr Range<Duration> bake_range{1s, 30 * 24h};
constexpr Range<Duration> baseline_range{1min, 7 * 24h};
constexpr Range<Duration> deadline_range{1s, 60 * 24h};

std::string read_version(TableReader& service) {
  std::string version = service.text("previous_version", "");
  if (version.size() > version_bytes_max) {
    service.note("previous_version", fmt::format("is longer than {} bytes", version_bytes_max));
  }
  return version;
}

void check_times(TableReader& service, const deploy::Recipe& recipe) {
  if (service.is_good({"settle", "bake"}) && recipe.bake <= recipe.settle) {
    service.note("bake",
                 fmt::format("{} is not longer than settle ({}), in which nothing trips",
                             ripcord::to_string(recipe.bake), ripcord::to_string(recipe.settle)));
  }
  if (service.is_good({"settle", "bake", "deadline"}) &&
      recipe.deadline < recipe.settle + recipe.bake) {
    service.note("deadline",
                 fmt::format("{} is shorter than settle ({}) and bake ({}) together",
                             ripcord::to_string(recipe.deadline), ripcord::to_string(recipe.settle),
                             ripcord::to_string(recipe.bake)));
  }
}

deploy::Recipe read_recipe(TableReader& service, Mistakes& mistakes) {
  deploy::Recipe recipe;
  recipe.settle = service.duration("settle", recipe.settle, settle_range);
  recipe.bake = service.duration("bake", recipe.bake, bake_range);
  recipe.deadline = service.duration("deadline", recipe.deadline, deadline_range);
  check_times(service, recipe);

  for (Step& step : read_rollback(service, mistakes)) {
    recipe.rollback.push_back(std::move(step.recipe));
  }
  Verify verify = read_verify(service, recipe.settle, mistakes);
  recipe.verify_timeout = verify.step.command.timeout;
  recipe.healthy_for = verify.healthy_for;
  if (!verify.step.command.run.empty()) recipe.verify = std::move(verify.step.recipe);
  return recipe;
}

}  // namespace

runtime::ServiceSettings read_service(const NamedTable& from, Mistakes& mistakes) {
  TableReader table(from, service_keys, mistakes);
  runtime::ServiceSettings service;
  service.engine.name = from.name;
  service.engine.previous_version = read_version(table);
  service.engine.recipe = read_recipe(table, mistakes);

  service.engine.baseline = table.duration("baseline", service.engine.baseline, baseline_range);
  std::optional<Duration> bake;
  if (table.is_good({"bake"})) bake = service.engine.recipe.bake;
  std::vector<ReadProbe> probes = read_probes(table, mistakes);
  service.engine.triggers = read_triggers(table, probes, bake, mistakes);
  for (ReadProbe& probe : probes) {
    service.engine.probes.push_back(std::move(probe.settings));
    service.probes.push_back(std::move(probe.kind));
  }
  table.reject_unknown_keys();
  return service;
}

}  // namespace ripcord::config
