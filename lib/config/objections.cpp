#include "config/objections.hpp"

#include "base/text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>

namespace ripcord::config {
namespace {

constexpr std::int64_t samples_max = 100'000;  ///< in one window: bounds the memory
constexpr std::uint32_t baseline_max = 256;    ///< that a baseline keeps

using Objections = std::vector<Objection>;

void check_hold(Duration hold, std::optional<Duration> bake, Objections& found) {
  if (!bake || hold < *bake) return;
  found.push_back({"for", fmt::format("{} is not shorter than bake ({}): it can never trip",
                                      ripcord::to_string(hold), ripcord::to_string(*bake))});
}

/// Whether a window holds enough samples, and not too many.
void check_window(Duration window, std::uint32_t samples_min, const ProbeTiming& timing,
                  Objections& found) {
  const std::int64_t held = window / timing.interval;
  if (held < samples_min) {
    found.push_back({"window", fmt::format("{} hold {} at the probe's interval of {}, fewer than "
                                           "samples_min ({}): it can never trip",
                                           ripcord::to_string(window),
                                           plural(static_cast<std::size_t>(held), "sample"),
                                           ripcord::to_string(timing.interval), samples_min)});
  }
  const std::int64_t most = window / std::min(timing.interval, timing.retry_interval);
  if (most > samples_max) {
    found.push_back({"window", fmt::format("{} hold {} samples, more than {}: shorten it, or "
                                           "lengthen the probe's interval",
                                           ripcord::to_string(window), most, samples_max)});
  }
}

/// A probe of this kind never reports what the rule looks at.
Objection no_such(const ReadProbe& probe, std::string_view what) {
  return {"probe", fmt::format("{} {}: it can never trip", in_quotes(probe.settings.name), what)};
}

}  // namespace

std::vector<Objection> objections(const evaluate::ConsecutiveFailures& rule, const ReadProbe& probe,
                                  std::optional<Duration> bake) {
  if (!probe.can_fail) return {no_such(probe, "never has a bad sample")};
  const ProbeTiming& timing = probe.settings.timing;
  const Duration takes = timing.interval + (rule.failures - 1) * timing.retry_interval;
  if (!bake || takes < *bake) return {};
  return {{"failures",
           fmt::format("{} in a row take {} at this probe's interval, and bake is {}: it can never "
                       "trip",
                       plural(rule.failures, "failure"), ripcord::to_string(takes),
                       ripcord::to_string(*bake))}};
}

std::vector<Objection> objections(const evaluate::Latency& rule, const ReadProbe& probe,
                                  std::optional<Duration> bake) {
  Objections found;
  check_hold(rule.hold, bake, found);
  if (rule.value) return found;
  if (!probe.has_latency) return {no_such(probe, "measures no latency")};
  const ProbeTiming& timing = probe.settings.timing;
  if (timing.timeout <= rule.above) {
    found.push_back(
        {"above", fmt::format("the probe gives up at {}, so it can never see more "
                              "than {}: raise its timeout",
                              ripcord::to_string(timing.timeout), ripcord::to_string(rule.above))});
  }
  check_window(rule.window, rule.samples_min, timing, found);
  return found;
}

std::vector<Objection> objections(const evaluate::ErrorRatio& rule, const ReadProbe& probe,
                                  std::optional<Duration> bake) {
  Objections found;
  check_hold(rule.hold, bake, found);
  if (rule.counters) return found;  // how many requests there will be is not known
  if (!probe.can_fail) return {no_such(probe, "never has a bad sample")};
  check_window(rule.window, rule.samples_min, probe.settings.timing, found);
  return found;
}

std::vector<Objection> objections(const evaluate::ConnectionLost& rule, const ReadProbe& probe,
                                  std::optional<Duration> bake) {
  Objections found;
  if (!probe.has_connection) return {no_such(probe, "keeps no connection")};
  check_hold(rule.hold, bake, found);
  return found;
}

std::vector<Objection> objections(const evaluate::Occurrences& rule, const ReadProbe& /*probe*/,
                                  std::optional<Duration> /*bake*/) {
  const bool has_second = rule.within_long > Duration{};
  if (has_second && rule.within_long <= rule.within) {
    return {{"within_long",
             fmt::format("{} is not longer than within ({})", ripcord::to_string(rule.within_long),
                         ripcord::to_string(rule.within))}};
  }
  if (has_second && rule.more_than_long <= rule.more_than) {
    return {{"more_than_long", fmt::format("{} is not more than more_than ({}), which would make "
                                           "the shorter pair idle",
                                           rule.more_than_long, rule.more_than)}};
  }
  return {};
}

std::vector<Objection> objections(const evaluate::Value& rule, const ReadProbe& /*probe*/,
                                  std::optional<Duration> bake) {
  Objections found;
  check_hold(rule.hold, bake, found);
  return found;
}

std::vector<Objection> objections(const evaluate::Regression& rule, const ReadProbe& probe,
                                  std::optional<Duration> bake) {
  Objections found;
  if (!rule.value && !probe.has_latency) return {no_such(probe, "measures no latency")};
  check_hold(rule.hold, bake, found);
  check_window(rule.window, rule.samples_min, probe.settings.timing, found);
  if (rule.samples_min > baseline_max) {
    found.push_back({"samples_min", fmt::format("a baseline keeps {} samples, so there are never "
                                                "{}: it can never trip",
                                                baseline_max, rule.samples_min)});
  }
  if (rule.worse == Worse::lower && rule.worse_by >= 1) {
    found.push_back({"worse_by", "nothing is lower by more than all of it: it can never trip"});
  }
  return found;
}

}  // namespace ripcord::config
