#pragma once

#include "api/backend.hpp"
#include "base/time.hpp"
#include "model/deployment.hpp"
#include "model/effect.hpp"
#include "ripcord/page.hpp"

#include <boost/json/object.hpp>

#include <cstddef>
#include <map>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace ripcord::cli {

struct PhaseChange {
  Instant at;
  Deployment deployment;
};
struct OutputLine {
  StepId step;
  std::string text;
};
/// One piece of news about a deployment.
using Change = std::variant<PhaseChange, Record, OutputLine>;

/// What is after `before` in `after`, when `after` is the end of a text that has grown and `before`
/// was its end earlier: both may have lost their beginnings.
[[nodiscard]] std::string_view grown_by(std::string_view before, std::string_view after);

/// Finds the news in successive views of one deployment.
class Story {
 public:
  /// What is new in `view`, in the order in which it happened. Output comes by whole lines, its
  /// last one once the run has ended.
  [[nodiscard]] std::vector<Change> take(const api::DeploymentView& view, Instant now);

 private:
  void take_output(const api::RunView& run, std::vector<Change>& news);

  std::size_t records_ = 0;
  std::string phase_;
  std::map<StepId, std::string> outputs_;  ///< what has been told of each, as far as it is kept
};

/// For people.
[[nodiscard]] Line line_of(const Change& change);
/// For programs: `{"change": "record", …}`.
[[nodiscard]] boost::json::object json_of(const Change& change);

}  // namespace ripcord::cli
