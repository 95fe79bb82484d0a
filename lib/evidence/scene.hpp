#pragma once

#include "base/time.hpp"
#include "engine/snapshot.hpp"
#include "evidence/exhibit.hpp"
#include "model/deployment.hpp"
#include "model/run.hpp"
#include "model/sample.hpp"
#include "model/vocabulary.hpp"

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace ripcord::evidence {

/// The last samples of one probe, oldest first.
struct ProbeSamples {
  std::string probe;
  Vocabulary vocabulary;
  std::vector<Sample> samples;
};

/// What the daemon itself knows at the instant of the decision to roll back.
struct Scene {
  Instant at;
  Deployment deployment;
  engine::ServiceSnapshot service;
  std::vector<ProbeSamples> samples;
};

/// `deployment.json`, `findings.json` and `samples.json`.
[[nodiscard]] std::vector<Exhibit> exhibits_of(const Scene& scene);

/// `deployment.json` alone: also for the end, when the verdict is known.
[[nodiscard]] Exhibit deployment_exhibit(const Deployment& deployment);
/// Findings under another name: those of the end.
[[nodiscard]] Exhibit findings_exhibit(std::string file, Instant at,
                                       const engine::ServiceSnapshot& service);

/// One step that was run.
struct RunStory {
  StepId step;
  std::string name;
  std::optional<RunResult> result;  ///< nothing while it runs
  std::string output;               ///< its last bytes, whatever they are
};

/// `runs.json`, and `runs/STEP.txt` with what each of them printed.
[[nodiscard]] std::vector<Exhibit> exhibits_of(const std::vector<RunStory>& runs);

/// What is kept of a service when a deployment of it has succeeded, to compare with.
struct GoodFacts {
  std::string deployment;
  std::string version;
  std::string configuration;
  Instant at;
  std::map<std::string, std::string> images;  ///< by container's name: image and its digest
};

[[nodiscard]] boost::json::value to_json(const GoodFacts& facts);
/// Nothing when that is no such facts.
[[nodiscard]] std::optional<GoodFacts> parse_good_facts(std::string_view given);

/// The image of each container of which there is an exhibit.
[[nodiscard]] std::map<std::string, std::string> images_in(const std::vector<Exhibit>& exhibits);

/// `changes.json`: what differs from the last good version, as far as it is known of it.
[[nodiscard]] Exhibit changes_exhibit(const Scene& scene, const std::optional<GoodFacts>& good,
                                      const std::map<std::string, std::string>& images);

/// `given` with every line printable(), and without carriage returns.
[[nodiscard]] std::string printable_lines(std::string_view given);

}  // namespace ripcord::evidence
