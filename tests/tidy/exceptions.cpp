#include "tests/tidy/exceptions.hpp"

#include <algorithm>
#include <iterator>

namespace ripcord::tidy {

/// File, rule, what, reason. Remove a line once its file keeps the rule: the test asks for it.
const std::vector<Exception>& exceptions() {
  static const std::vector<Exception> list{
      {"daemon/ripcordd/logging.cpp", "banned_words", "make_shared",
       "spdlog takes its sinks and loggers so"},
      {"lib/base/shared.hpp", "banned_words", "shared_ptr",
       "the one way to share a value, which never changes"},
      {"lib/base/shared.hpp", "banned_words", "make_shared", "as for shared_ptr"},
      {"lib/metrics/instruments.hpp", "banned_words", "std::mutex",
       "a thread of the pool renders a scrape while the loop observes"},
      {"lib/metrics/tally.hpp", "banned_words", "std::mutex", "as in instruments.hpp"},
      {"lib/net/blocking.hpp", "banned_words", "make_shared",
       "the loop and a thread of the pool share a waiting call; the last lets go"},
      {"lib/net/plain_exchange.cpp", "banned_words", "make_shared",
       "a name lookup may end after the exchange that asked for it"},
      {"lib/net/plain_exchange.hpp", "banned_words", "shared_ptr", "as in its source"},
      {"lib/net/resolver.cpp", "banned_words", "make_shared", "as in its header"},
      {"lib/net/resolver.cpp", "banned_words", "shared_ptr", "as in its header"},
      {"lib/net/resolver.hpp", "banned_words", "shared_ptr",
       "a name lookup outlives whoever asked for it, and has an answer for all"},
      {"lib/net/system_clock.cpp", "banned_words", "make_shared",
       "what is queued on the loop may outlive the clock"},
      {"lib/net/system_clock.hpp", "banned_words", "shared_ptr", "as in its source"},
      {"lib/net/task_group.cpp", "banned_words", "catch (...)",
       "whatever a task let escape is judged by its kind"},
      {"tests/bench/journal_bench.cpp", "banned_words", "high_resolution_clock",
       "it measures real time"},
      {"tests/act/once_test.cpp", "banned_words", "nanosleep",
       "it kills at random instants, and the instant is the point"},
      {"tests/support/real_part.hpp", "banned_words", "GTEST_SKIP",
       "the one place that may: where real parts are required it fails instead"},
  };
  return list;
}

bool covers(const Exception& exception, const Finding& finding) {
  return exception.file == finding.file && finding.message.starts_with(exception.what);
}

Findings without(const std::vector<Exception>& exceptions, std::string_view rule,
                 const Findings& findings) {
  Findings rest;
  std::ranges::copy_if(findings, std::back_inserter(rest), [&](const Finding& finding) {
    return std::ranges::none_of(exceptions, [&](const Exception& exception) {
      return exception.rule == rule && covers(exception, finding);
    });
  });
  return rest;
}

bool is_stale(const Exception& exception, const Findings& findings) {
  return std::ranges::none_of(findings,
                              [&](const Finding& finding) { return covers(exception, finding); });
}

}  // namespace ripcord::tidy
