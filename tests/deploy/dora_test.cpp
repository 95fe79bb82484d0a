// Tables that are reckoned by hand.

#include "deploy/dora.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <optional>
#include <random>
#include <string>
#include <vector>

namespace ripcord::deploy {
namespace {

using namespace std::chrono_literals;
using std::chrono::days;

/// A Monday, and three weeks later.
const Instant monday = parse_instant("2026-11-02T00:00:00Z").value();
const Instant end = monday + days(21);

Instant day(int number, Duration time = 12h) {
  return monday + days(number) + time;
}

/// Announced 20 min before it ended, in place 5 min later, with a commit 2 h before the end.
DoraInput ended(Ending ending, Instant at) {
  DoraInput input;
  input.id = to_rfc3339(at);
  input.ending = ending;
  input.commit_time = at - 2h;
  input.started_at = at - 20min;
  input.deployed_at = at - 15min;
  input.ended_at = at;
  return input;
}

/// Bad for `detect` before the trip, and so on; what it takes in all ends at `at`.
DoraInput recovered(Instant at, Duration detect, Duration decide, Duration act, Duration verify) {
  DoraInput input = ended(Ending::rolled_back, at);
  input.acted_until = at - verify;
  input.acting_since = *input.acted_until - act;
  input.tripped_at = *input.acting_since - decide;
  input.bad_since = *input.tripped_at - detect;
  return input;
}

DoraInput deployed_within(Duration time) {
  DoraInput input = ended(Ending::succeeded, day(1));
  input.deployed_at = input.started_at + time;
  return input;
}

DoraFigures figures(const std::vector<DoraInput>& inputs) {
  return dora(inputs, monday, end);
}

TEST(Dora, SaysThatThereIsNothingToMeasure) {
  const DoraFigures none = figures({});
  EXPECT_EQ(none.lead_time, Lengths{});
  EXPECT_EQ(none.lead_time.p50, std::nullopt);
  EXPECT_EQ(none.lead_time_standing, Standing::no_data);
  EXPECT_EQ(none.failures.ratio(), std::nullopt);
  EXPECT_EQ(none.failures_standing, Standing::no_data);
  EXPECT_EQ(none.recovery, Recovery{});
  EXPECT_EQ(none.deployment_time_standing, Standing::no_data);
  EXPECT_EQ(none.rework.ratio(), std::nullopt);
}

TEST(Dora, KnowsThatWeeksWithoutADeploymentAreWeeks) {
  const Frequency none = figures({}).frequency;
  EXPECT_EQ(none.weeks, 3U);
  EXPECT_EQ(none.median_week, 0U);
  EXPECT_EQ(none.mean_per_week, 0.0);
  EXPECT_EQ(none.standing, Standing::missed);
}

TEST(Dora, HasNoFiguresOfAnEmptyRange) {
  const std::vector<DoraInput> one{ended(Ending::succeeded, day(1))};
  EXPECT_EQ(dora(one, end, monday), DoraFigures{});
  EXPECT_EQ(dora(one, day(1), day(1)), DoraFigures{});
}

TEST(Dora, TakesAllTimeForARange) {
  const DoraFigures found =
      dora({ended(Ending::succeeded, day(1))}, Instant::min(), Instant::max());
  EXPECT_EQ(found.frequency.deployments, 1U);
  EXPECT_EQ(found.frequency.median_week, 0U);
  EXPECT_EQ(found.frequency.standing, Standing::missed);
}

TEST(Dora, CountsFromTheBeginningUntilJustBeforeTheEnd) {
  const auto counted = [](Instant at) {
    return figures({ended(Ending::succeeded, at)}).frequency.deployments;
  };
  EXPECT_EQ(counted(monday - 1us), 0U);
  EXPECT_EQ(counted(monday), 1U);
  EXPECT_EQ(counted(end - 1us), 1U);
  EXPECT_EQ(counted(end), 0U);
}

/// Deployments per week: 3, 0, 1.
std::vector<DoraInput> three_none_and_one() {
  return {ended(Ending::succeeded, day(0)), ended(Ending::rolled_back, day(1)),
          ended(Ending::succeeded, day(6, 24h) - 1us), ended(Ending::succeeded, day(14, 0h))};
}

TEST(DeploymentFrequency, IsOfTheMedianWeekAndOfTheMean) {
  const Frequency found = figures(three_none_and_one()).frequency;
  EXPECT_EQ(found.deployments, 4U);
  EXPECT_EQ(found.weeks, 3U);
  EXPECT_EQ(found.median_week, 1U);
  EXPECT_DOUBLE_EQ(found.mean_per_week.value(), 4.0 / 3.0);
  EXPECT_EQ(found.standing, Standing::met);
}

TEST(DeploymentFrequency, IsMissedWhenMostWeeksAreEmpty) {
  std::vector<DoraInput> inputs = three_none_and_one();
  inputs.pop_back();
  EXPECT_EQ(figures(inputs).frequency.median_week, 0U);
  EXPECT_EQ(figures(inputs).frequency.standing, Standing::missed);
}

TEST(DeploymentFrequency, HasAMedianOfWholeWeeksOnly) {
  const auto weeks = [](Instant from, Instant to) {
    return dora(three_none_and_one(), from, to).frequency;
  };
  EXPECT_EQ(weeks(monday + 1us, end - 1us).weeks, 1U);
  EXPECT_EQ(weeks(monday + 1us, end - 1us).median_week, 0U);
  const Frequency short_range = weeks(monday + 1us, monday + days(7));
  EXPECT_EQ(short_range.weeks, 0U);
  EXPECT_EQ(short_range.median_week, std::nullopt);
  EXPECT_EQ(short_range.standing, Standing::no_data);
  EXPECT_EQ(short_range.deployments, 3U);
}

TEST(DeploymentFrequency, TakesTheLowerOfTwoMiddleWeeks) {
  EXPECT_EQ(dora(three_none_and_one(), monday, monday + days(14)).frequency.median_week, 0U);
}

TEST(DeploymentFrequency, KnowsCalendarWeeksBeforeTheEpoch) {
  const Instant before = parse_instant("1969-12-22T00:00:00Z").value();
  const Frequency found =
      dora({ended(Ending::succeeded, before)}, before, before + days(14)).frequency;
  EXPECT_EQ(found.weeks, 2U);
}

TEST(DeploymentFrequency, CountsWhatWasDelivered) {
  const auto counted = [](Ending ending, bool deployed) {
    DoraInput input = ended(ending, day(1));
    if (!deployed) input.deployed_at.reset();
    return figures({input}).frequency.deployments;
  };
  EXPECT_EQ(counted(Ending::failed, false), 0U);
  EXPECT_EQ(counted(Ending::aborted, false), 0U);
  EXPECT_EQ(counted(Ending::failed, true), 1U);
  EXPECT_EQ(counted(Ending::aborted, true), 1U);
  for (const Ending ending : {Ending::succeeded, Ending::rolled_back, Ending::rollback_failed}) {
    EXPECT_EQ(counted(ending, false), 1U);
  }
}

TEST(LeadTime, IsFromTheCommitToSuccess) {
  std::vector<DoraInput> inputs;
  for (const Duration lead : {1h, 2h, 3h, 50h}) {
    inputs.push_back(ended(Ending::succeeded, day(3)));
    inputs.back().commit_time = inputs.back().ended_at - lead;
  }
  const DoraFigures found = figures(inputs);
  EXPECT_EQ(found.lead_time, (Lengths{4, 2h, 50h, 50h, 0, 0}));
  EXPECT_EQ(found.lead_time_standing, Standing::met);
}

TEST(LeadTime, MissesItsTargetAtADay) {
  DoraInput input = ended(Ending::succeeded, day(3));
  input.commit_time = input.ended_at - 24h;
  EXPECT_EQ(figures({input}).lead_time_standing, Standing::missed);
  *input.commit_time += 1us;
  EXPECT_EQ(figures({input}).lead_time_standing, Standing::met);
}

TEST(LeadTime, DropsWhatCannotBeAndCountsIt) {
  DoraInput negative = ended(Ending::succeeded, day(3));
  negative.commit_time = negative.ended_at + 1us;
  DoraInput without = ended(Ending::succeeded, day(4));
  without.commit_time.reset();
  const DoraFigures found = figures({negative, without, ended(Ending::rolled_back, day(5))});
  EXPECT_EQ(found.lead_time, (Lengths{0, {}, {}, {}, 1, 1}));
  EXPECT_EQ(found.lead_time_standing, Standing::no_data);
}

TEST(ChangeFailureRate, CountsEachFailureOnce) {
  std::vector<DoraInput> inputs(16, ended(Ending::succeeded, day(1)));
  inputs.push_back(ended(Ending::failed, day(2)));
  inputs.push_back(ended(Ending::rolled_back, day(2)));
  inputs.push_back(ended(Ending::rollback_failed, day(2)));
  inputs.push_back(ended(Ending::rolled_back, day(2)));
  inputs.back().rolled_back_later = true;
  EXPECT_EQ(figures(inputs).failures, (Share{4, 20}));
  EXPECT_EQ(figures(inputs).failures.ratio(), 0.2);
  EXPECT_EQ(figures(inputs).failures_standing, Standing::missed);
  inputs[0].rolled_back_later = true;
  EXPECT_EQ(figures(inputs).failures, (Share{5, 20}));
}

TEST(ChangeFailureRate, MissesItsTargetAtFifteenPercent) {
  std::vector<DoraInput> inputs(17, ended(Ending::succeeded, day(1)));
  inputs.insert(inputs.end(), 3, ended(Ending::failed, day(2)));
  EXPECT_EQ(figures(inputs).failures_standing, Standing::missed);
  inputs.push_back(ended(Ending::succeeded, day(3)));
  EXPECT_EQ(figures(inputs).failures_standing, Standing::met);
}

TEST(ChangeFailureRate, KnowsNothingOfAnAbortedDeploymentUnlessItWasRolledBack) {
  DoraInput aborted = ended(Ending::aborted, day(1));
  EXPECT_EQ(figures({aborted}).failures, (Share{0, 0}));
  EXPECT_EQ(figures({aborted}).failures_standing, Standing::no_data);
  EXPECT_EQ(figures({aborted}).aborted, 1U);
  aborted.rolled_back_later = true;
  EXPECT_EQ(figures({aborted}).failures, (Share{1, 1}));
  EXPECT_EQ(figures({aborted}).aborted, 0U);
}

TEST(ChangeFailureRate, DoesNotTakeARollbackForADeployment) {
  DoraInput rollback = recovered(day(2), 0s, 10s, 2min, 1min);
  rollback.manual_rollback = true;
  const DoraFigures found = figures({rollback, ended(Ending::succeeded, day(1))});
  EXPECT_EQ(found.failures, (Share{0, 1}));
  EXPECT_EQ(found.frequency.deployments, 1U);
  EXPECT_EQ(found.deployment_time.samples, 1U);
  EXPECT_EQ(found.recovery.total.p50, 3min + 10s) << "but its recovery is one";
}

TEST(Recovery, IsSplitIntoItsParts) {
  const DoraFigures found =
      figures({recovered(day(1), 15s, 1s, 2min, 30s), recovered(day(2), 45s, 3s, 4min, 50s),
               recovered(day(3), 20s, 2s, 20min, 40s)});
  EXPECT_EQ(found.recovery.detect, (Lengths{3, 20s, 45s, 45s, 0, 0}));
  EXPECT_EQ(found.recovery.decide, (Lengths{3, 2s, 3s, 3s, 0, 0}));
  EXPECT_EQ(found.recovery.act, (Lengths{3, 4min, 20min, 20min, 0, 0}));
  EXPECT_EQ(found.recovery.verify, (Lengths{3, 40s, 50s, 50s, 0, 0}));
  EXPECT_EQ(found.recovery.total, (Lengths{3, 4min + 53s, 20min + 42s, 20min + 42s, 0, 0}));
  EXPECT_EQ(found.recovery.standing, Standing::met);
}

TEST(Recovery, MissesItsTargetAtAQuarterOfAnHour) {
  EXPECT_EQ(figures({recovered(day(1), 1h, 0s, 14min, 1min)}).recovery.standing, Standing::missed);
  EXPECT_EQ(figures({recovered(day(1), 1h, 0s, 14min, 1min - 1us)}).recovery.standing,
            Standing::met);
}

TEST(Recovery, HoldsAFailedRollbackForLongerThanAnyOther) {
  const DoraInput never = ended(Ending::rollback_failed, day(4));
  const DoraInput quick = recovered(day(1), 0s, 0s, 1min, 1min);
  EXPECT_EQ(figures({never}).recovery.standing, Standing::missed);
  EXPECT_EQ(figures({never}).recovery.total, Lengths{});
  EXPECT_EQ(figures({quick, never}).recovery.standing, Standing::met);
  EXPECT_EQ(figures({quick, never, never}).recovery.standing, Standing::missed);
  EXPECT_EQ(figures({quick, never, never}).recovery.never, 2U);
  EXPECT_EQ(figures({quick, never, never}).recovery.total.p50, 2min);
}

TEST(Recovery, NamesWhatIsNotKnown) {
  DoraInput person = recovered(day(1), 0s, 1s, 1min, 1min);
  person.bad_since.reset();
  DoraInput odd = recovered(day(2), 0s, -1s, 1min, 1min);
  const Recovery found = figures({person, odd, ended(Ending::rolled_back, day(3))}).recovery;
  EXPECT_EQ(found.detect, (Lengths{1, 0s, 0s, 0s, 0, 2}));
  EXPECT_EQ(found.decide, (Lengths{1, 1s, 1s, 1s, 1, 1}));
  EXPECT_EQ(found.total.unknown, 1U);
}

TEST(DeploymentTime, IsFromTheAnnouncementToTheVersionInPlace) {
  EXPECT_EQ(figures({deployed_within(9min), deployed_within(3min)}).deployment_time,
            (Lengths{2, 3min, 9min, 9min, 0, 0}));
  EXPECT_EQ(figures({deployed_within(10min)}).deployment_time_standing, Standing::missed);
  EXPECT_EQ(figures({deployed_within(10min - 1us)}).deployment_time_standing, Standing::met);
  EXPECT_EQ(figures({deployed_within(-1s)}).deployment_time.negative, 1U);
}

TEST(Rework, IsAShareOfTheChanges) {
  DoraInput repair = ended(Ending::succeeded, day(2));
  repair.rework = true;
  EXPECT_EQ(figures({repair, ended(Ending::succeeded, day(1)), ended(Ending::failed, day(1)),
                     ended(Ending::succeeded, day(3))})
                .rework,
            (Share{1, 4}));
}

TEST(Percentiles, AreTheNearestRank) {
  // The 50th percentile of n values is the ceil(n/2)-th, the 90th the ceil(9n/10)-th.
  for (int n = 1; n <= 40; ++n) {
    std::vector<DoraInput> inputs;
    for (int minutes = n; minutes >= 1; --minutes) {
      inputs.push_back(deployed_within(std::chrono::minutes(minutes)));
    }
    const Lengths found = figures(inputs).deployment_time;
    EXPECT_EQ(found.p50, std::chrono::minutes((n + 1) / 2)) << n;
    EXPECT_EQ(found.p90, std::chrono::minutes((9 * n + 9) / 10)) << n;
    EXPECT_EQ(found.longest, std::chrono::minutes(n)) << n;
  }
}

TEST(AStanding, HasItsWord) {
  EXPECT_EQ(to_string(Standing::no_data), "no_data");
  EXPECT_EQ(to_string(Standing::met), "met");
  EXPECT_EQ(to_string(Standing::missed), "missed");
}

/// Deployments of every kind, some of them in range, with whatever may be known of them.
std::vector<DoraInput> some_inputs(std::mt19937_64& random) {
  std::vector<DoraInput> inputs(random() % 30);
  const auto one_in = [&](unsigned n) { return random() % n == 0; };
  const auto minutes = [&](int least, unsigned span) {
    return std::chrono::minutes(least + static_cast<int>(random() % span));
  };
  for (DoraInput& input : inputs) {
    input = recovered(monday - days(3) + minutes(0, 27 * 24 * 60), minutes(-2, 9), minutes(-2, 9),
                      minutes(-2, 30), minutes(-2, 9));
    input.ending = static_cast<Ending>(random() % 5);
    if (one_in(3)) input.commit_time.reset();
    if (one_in(3)) input.deployed_at.reset();
    if (one_in(3)) input.bad_since.reset();
    if (one_in(5)) input.tripped_at.reset();
    input.manual_rollback = one_in(5);
    input.rolled_back_later = one_in(5);
    input.rework = one_in(4);
    input.drill = one_in(6);
  }
  return inputs;
}

TEST(Dora, DoesNotCareAboutTheOrder) {
  for (std::uint64_t seed = 1; seed <= 500; ++seed) {
    std::mt19937_64 random(seed);
    std::vector<DoraInput> inputs = some_inputs(random);
    const DoraFigures found = figures(inputs);
    std::ranges::shuffle(inputs, random);
    ASSERT_EQ(figures(inputs), found) << "seed " << seed;
    std::ranges::reverse(inputs);
    ASSERT_EQ(figures(inputs), found) << "seed " << seed;
  }
}

TEST(ADrill, ChangesNothing) {
  for (std::uint64_t seed = 1; seed <= 500; ++seed) {
    std::mt19937_64 random(seed);
    std::vector<DoraInput> inputs = some_inputs(random);
    const DoraFigures found = figures(inputs);
    for (DoraInput& drill : some_inputs(random)) {
      drill.drill = true;
      inputs.push_back(drill);
    }
    ASSERT_EQ(figures(inputs), found) << "seed " << seed;
  }
}

TEST(Dora, AddsUpWhateverIsGiven) {
  for (std::uint64_t seed = 1; seed <= 500; ++seed) {
    std::mt19937_64 random(seed);
    const std::vector<DoraInput> inputs = some_inputs(random);
    const DoraFigures found = figures(inputs);
    const auto deployments =
        static_cast<std::size_t>(std::ranges::count_if(inputs, [](const DoraInput& input) {
          return !input.drill && !input.manual_rollback && input.ended_at >= monday &&
                 input.ended_at < end;
        }));
    ASSERT_EQ(found.failures.changes + found.aborted, deployments) << "seed " << seed;
    ASSERT_LE(found.failures.count, found.failures.changes);
    ASSERT_LE(found.frequency.deployments, deployments);
    for (const Lengths& lengths :
         {found.lead_time, found.deployment_time, found.recovery.total, found.recovery.act}) {
      ASSERT_EQ(lengths.p50.has_value(), lengths.samples > 0) << "seed " << seed;
      ASSERT_LE(lengths.p50, lengths.p90);
      ASSERT_LE(lengths.p90, lengths.longest);
    }
  }
}

}  // namespace
}  // namespace ripcord::deploy
