#include "config/read_recipe.hpp"

#include "config/read_step.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <utility>

namespace ripcord::config {
namespace {

using namespace std::chrono_literals;

constexpr Range<Duration> settle_range{0s, 24h};
constexpr Range<Duration> bake_range{1s, 30 * 24h};
constexpr Range<Duration> deadline_range{1s, 60 * 24h};

std::string not_longer_than_settle(Duration bake, Duration settle) {
  return fmt::format("{} is not longer than settle ({}), in which nothing trips",
                     ripcord::to_string(bake), ripcord::to_string(settle));
}

deploy::AfterBake read_after_bake(TableReader& service) {
  const std::string word = service.text("after_bake", "alert");
  if (word == "rollback") return deploy::AfterBake::rollback;
  if (word != "alert") {
    service.note("after_bake",
                 fmt::format(R"(expected "alert" or "rollback", found {})", in_quotes(word)));
  }
  return deploy::AfterBake::alert;
}

/// Whether a person must promote it.
bool read_approval(TableReader& stage) {
  const std::string word = stage.text("approve", "automatic");
  if (word == "manual") return true;
  if (word != "automatic") {
    stage.note("approve",
               fmt::format(R"(expected "automatic" or "manual", found {})", in_quotes(word)));
  }
  return false;
}

/// Reads the stages of one service, each compared with the one before it.
class StageReader {
 public:
  StageReader(TableReader& service, const deploy::Recipe& recipe, Mistakes& mistakes)
      : service_(service), recipe_(recipe), mistakes_(mistakes) {}

  std::vector<deploy::Stage> read() {
    std::vector<deploy::Stage> stages;
    const std::vector<NamedTable> tables = service_.table_list("stage");
    for (const NamedTable& from : tables) {
      TableReader table(from, stage_keys, mistakes_);
      stages.push_back(read_one(table, stages));
      if (&from == &tables.back()) check_last(table, stages.back());
      if (!table.is_good()) service_.note_below("stage");
    }
    return stages;
  }

 private:
  deploy::Stage read_one(TableReader& table, const std::vector<deploy::Stage>& before) {
    deploy::Stage stage;
    table.require("traffic");
    stage.traffic = table.ratio("traffic", stage.traffic, {0, 1});
    if (table.is_good({"traffic"}) && stage.traffic <= 0) {
      table.note("traffic", "sends nothing to the new version: there would be nothing to watch");
    } else if (table.is_good({"traffic"}) && !before.empty() &&
               stage.traffic <= before.back().traffic) {
      table.note("traffic", fmt::format("{:g} % is not more than the {:g} % of the stage before",
                                        stage.traffic * 100, before.back().traffic * 100));
    }
    stage.bake = table.duration("bake", recipe_.bake, bake_range);
    if (table.has("bake") && table.is_good({"bake"}) && service_.is_good({"settle"}) &&
        stage.bake <= recipe_.settle) {
      table.note("bake", not_longer_than_settle(stage.bake, recipe_.settle));
    }
    stage.needs_approval = read_approval(table);
    table.reject_unknown_keys();
    return stage;
  }

  static void check_last(TableReader& table, const deploy::Stage& last) {
    if (!table.is_good({"traffic"}) || last.traffic == 1) return;
    table.note("traffic", fmt::format("{:g} % in the last stage: it must be 100 %, or the "
                                      "deployment would succeed half-way",
                                      last.traffic * 100));
  }

  TableReader& service_;
  const deploy::Recipe& recipe_;
  Mistakes& mistakes_;
};

void check_bake(TableReader& service, const deploy::Recipe& recipe) {
  if (service.is_good({"settle", "bake"}) && recipe.bake <= recipe.settle) {
    service.note("bake", not_longer_than_settle(recipe.bake, recipe.settle));
  }
}

void check_deadline(TableReader& service, const deploy::Recipe& recipe) {
  if (!service.is_good({"settle", "bake", "deadline", "stage"})) return;
  if (recipe.deadline < recipe.settle + recipe.bake) {
    service.note("deadline",
                 fmt::format("{} is shorter than settle ({}) and bake ({}) together",
                             ripcord::to_string(recipe.deadline), ripcord::to_string(recipe.settle),
                             ripcord::to_string(recipe.bake)));
    return;
  }
  Duration all{};
  for (const deploy::Stage& stage : recipe.stages) all += stage.bake;
  if (recipe.deadline >= recipe.settle + all) return;
  service.note("deadline",
               fmt::format("{} is shorter than settle ({}) and the bakes of all stages ({}) "
                           "together: no deployment could succeed",
                           ripcord::to_string(recipe.deadline), ripcord::to_string(recipe.settle),
                           ripcord::to_string(all)));
}

/// What would be configured and never done.
void check_whole(TableReader& service, const deploy::Recipe& recipe) {
  const bool moves_traffic =
      std::ranges::any_of(recipe.stages, [](const auto& stage) { return stage.traffic < 1; });
  if (service.is_good({"stage", "shift"}) && moves_traffic && !recipe.shift) {
    service.note("stage", fmt::format("there is no [{}.shift], so nothing would move the traffic",
                                      service.from().path));
  }
  if (service.is_good({"stage", "shift"}) && recipe.stages.empty() && recipe.shift) {
    service.note("shift", "there is no stage: it would never be run");
  }
  if (service.is_good({"stage", "deploy"}) && !recipe.stages.empty() && recipe.deploy.empty()) {
    service.note("stage", fmt::format("there is no [[{}.deploy.step]]: only what ripcord deploys "
                                      "itself goes through stages",
                                      service.from().path));
  }
  if (service.is_good({"after_bake", "rollback"}) && recipe.rollback.empty() &&
      recipe.after_bake == deploy::AfterBake::rollback) {
    service.note("after_bake", "there is no rollback step: nothing would be rolled back");
  }
}

void read_way_back(TableReader& service, ReadRecipe& read, Mistakes& mistakes) {
  deploy::Recipe& recipe = read.recipe;
  for (Step& step : read_rollback(service, mistakes)) {
    if (!step.command.run.empty()) read.way_back.push_back(std::move(step.command.run.front()));
    recipe.rollback.push_back(std::move(step.recipe));
  }
  Verify verify = read_verify(service, recipe.settle, mistakes);
  recipe.verify_timeout = verify.step.command.timeout;
  recipe.healthy_for = verify.healthy_for;
  if (verify.step.command.run.empty()) return;
  read.way_back.push_back(std::move(verify.step.command.run.front()));
  recipe.verify = std::move(verify.step.recipe);
}

std::optional<Duration> shortest_watch(const TableReader& service, const deploy::Recipe& recipe) {
  if (!service.is_good({"bake", "stage"})) return std::nullopt;
  if (recipe.stages.empty()) return recipe.bake;
  const auto longest = std::ranges::max_element(recipe.stages, {}, &deploy::Stage::bake);
  return std::min(recipe.bake, longest->bake);
}

}  // namespace

ReadRecipe read_recipe(TableReader& service, Mistakes& mistakes) {
  ReadRecipe read;
  deploy::Recipe& recipe = read.recipe;
  recipe.settle = service.duration("settle", recipe.settle, settle_range);
  recipe.bake = service.duration("bake", recipe.bake, bake_range);
  recipe.deadline = service.duration("deadline", recipe.deadline, deadline_range);
  recipe.after_bake = read_after_bake(service);
  check_bake(service, recipe);
  for (Step& step : read_deploy(service, mistakes)) {
    recipe.deploy.push_back(std::move(step.recipe));
  }
  recipe.stages = StageReader(service, recipe, mistakes).read();
  if (std::optional<Step> shift = read_shift(service, mistakes)) {
    recipe.shift = std::move(shift->recipe);
  }
  check_deadline(service, recipe);
  read_way_back(service, read, mistakes);
  check_whole(service, recipe);
  read.shortest_watch = shortest_watch(service, recipe);
  return read;
}

}  // namespace ripcord::config
