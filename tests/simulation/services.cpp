#include "tests/simulation/services.hpp"

#include <fmt/format.h>

#include <utility>

namespace ripcord::simulation {
namespace {

using namespace std::chrono_literals;

/// Makes the parts of one service.
class Maker {
 public:
  Maker(Chance& chance, Weather weather)
      : chance_(chance), is_stormy_(weather == Weather::stormy) {}

  void add_probes(engine::ServiceSettings& to) {
    const std::uint64_t probes = 1 + chance_.up_to(1);
    for (std::uint64_t i = 0; i < probes; ++i) {
      const Duration interval = chance_.between(5s, 15s);
      to.probes.push_back({.name = fmt::format("probe{}", i),
                           .timing = {.interval = interval,
                                      .retry_interval = chance_.between(1s, interval),
                                      .timeout = chance_.between(2s, 20s)}});
      to.triggers.push_back(
          {.name = fmt::format("in_a_row{}", i),
           .probe = static_cast<std::uint32_t>(i),
           .rule = evaluate::ConsecutiveFailures{.failures = small(is_stormy_ ? 1 : 2, 5)}});
    }
  }

  void add_triggers(engine::ServiceSettings& to) {
    maybe_add(to, "slow",
              evaluate::Latency{.quantile = 0.5,
                                .above = 1s,
                                .window = 1min,
                                .hold = chance_.between(0s, 2min),
                                .samples_min = 2});
    maybe_add(
        to, "errors",
        evaluate::ErrorRatio{
            .above = 0.3, .window = 2min, .hold = chance_.between(0s, 2min), .samples_min = 3});
    maybe_add(to, "full",
              evaluate::Value{.what = "disk", .limit = 80, .hold = chance_.between(0s, 1min)});
    maybe_add(to, "restarts",
              evaluate::Occurrences{.what = "restarts",
                                    .more_than = small(0, 3),
                                    .within = 10min,
                                    .more_than_long = 5,
                                    .within_long = chance_.one_in(2) ? 1h : 0s,
                                    .needs_samples = chance_.one_in(2)});
    maybe_add(
        to, "slower",
        evaluate::Regression{.window = 2min, .hold = chance_.between(0s, 1min), .samples_min = 8});
    maybe_add(to, "disconnected", evaluate::ConnectionLost{.hold = chance_.between(1s, 20s)});
  }

  void add_recipe(deploy::Recipe& to) {
    to.settle = chance_.one_in(5) ? 0s : chance_.between(1s, 30s);
    to.bake =
        is_stormy_ && chance_.one_in(10) ? 0s : chance_.between(1min, is_stormy_ ? 15min : 4min);
    to.deadline = is_stormy_ ? chance_.between(10min, 40min) : 6h;
    to.verify_timeout = chance_.between(1min, 5min);
    to.healthy_for = chance_.between(0s, 40s);
    if (chance_.one_in(4)) to.after_bake = deploy::AfterBake::rollback;
    to.deploy = steps("deploy", chance_.up_to(2));
    const std::uint64_t stages = chance_.up_to(3);
    for (std::uint64_t i = 1; i <= stages; ++i) {
      to.stages.push_back({.traffic = static_cast<double>(i) / static_cast<double>(stages),
                           .bake = chance_.between(1min, is_stormy_ ? 6min : 2min),
                           .needs_approval = is_stormy_ && chance_.one_in(6)});
    }
    if (chance_.one_in(2)) to.shift = step("shift");
    to.rollback = steps("rollback", is_stormy_ && chance_.one_in(12) ? 0 : 1 + chance_.up_to(2));
    if (chance_.one_in(2)) to.verify = step("verify");
  }

 private:
  std::uint32_t small(std::uint64_t least, std::uint64_t most) {
    return static_cast<std::uint32_t>(least + chance_.up_to(most - least));
  }

  void maybe_add(engine::ServiceSettings& to, std::string name, evaluate::Rule rule) {
    if (chance_.one_in(3)) return;
    engine::TriggerSettings trigger{
        .name = std::move(name), .probe = small(0, to.probes.size() - 1), .rule = std::move(rule)};
    if (is_stormy_ && chance_.one_in(6)) trigger.action = engine::Action::hold;
    if (is_stormy_ && chance_.one_in(8)) trigger.action = engine::Action::alert;
    if (is_stormy_ && chance_.one_in(6)) trigger.on_no_data = engine::OnNoData::hold;
    trigger.shadow = is_stormy_ && chance_.one_in(8);
    to.triggers.push_back(std::move(trigger));
  }

  deploy::RecipeStep step(std::string name) {
    return {.name = std::move(name),
            .timeout = chance_.between(10s, 3min),
            .grace = 5s,
            .idempotent = chance_.one_in(2)};
  }

  std::vector<deploy::RecipeStep> steps(const std::string& name, std::uint64_t count) {
    std::vector<deploy::RecipeStep> made;
    for (std::uint64_t i = 0; i < count; ++i) made.push_back(step(fmt::format("{}{}", name, i)));
    return made;
  }

  Chance& chance_;
  bool is_stormy_;
};

}  // namespace

engine::ServiceSettings random_service(Chance& chance, const std::string& name, Weather weather) {
  engine::ServiceSettings made;
  made.name = name;
  made.previous_version = weather == Weather::stormy && chance.one_in(6) ? "" : "v0";
  Maker maker(chance, weather);
  maker.add_probes(made);
  maker.add_triggers(made);
  maker.add_recipe(made.recipe);
  return made;
}

void change_something(Chance& chance, engine::ServiceSettings& settings) {
  if (chance.one_in(2)) {
    settings.triggers.front().rule =
        evaluate::ConsecutiveFailures{.failures = static_cast<std::uint32_t>(1 + chance.up_to(4))};
  } else {
    settings.recipe.bake = chance.between(1min, 15min);
  }
}

}  // namespace ripcord::simulation
