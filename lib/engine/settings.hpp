#pragma once

#include "deploy/recipe.hpp"
#include "evaluate/rules.hpp"
#include "model/sample.hpp"
#include "model/vocabulary.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace ripcord::engine {

struct ProbeSettings {
  std::string name;
  ProbeTiming timing;
  Vocabulary vocabulary = {};

  friend bool operator==(const ProbeSettings&, const ProbeSettings&) = default;
};

/// What a trip does.
enum class Action : std::uint8_t {
  rollback,
  hold,   ///< stops promoting, until a person resumes
  alert,  ///< tells people, and nothing else
};

/// What it means to a trigger that it cannot judge.
enum class OnNoData : std::uint8_t {
  ignore,
  hold,  ///< no stage is promoted, and no bake ends well, while it has no data
};

struct TriggerSettings {
  std::string name;
  /// Place in ServiceSettings::probes; nothing: its rule, one of Occurrences, counts the signals
  /// that are called as what it counts.
  std::optional<std::uint32_t> probe = 0;
  evaluate::Rule rule;
  Action action = Action::rollback;
  OnNoData on_no_data = OnNoData::ignore;
  bool shadow = false;  ///< is evaluated and shown, and acts on nothing

  friend bool operator==(const TriggerSettings&, const TriggerSettings&) = default;
};

/// One service, as the engine sees it.
struct ServiceSettings {
  std::string name;
  std::string previous_version;  ///< only until the first verified good deployment
  std::vector<ProbeSettings> probes;
  std::vector<TriggerSettings> triggers;
  Duration baseline = std::chrono::minutes(30);  ///< the good stretch that regressions compare with
  deploy::Recipe recipe;

  friend bool operator==(const ServiceSettings&, const ServiceSettings&) = default;
};

}  // namespace ripcord::engine
