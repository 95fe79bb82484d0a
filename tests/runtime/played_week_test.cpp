// Two weeks of deployments, played to the engine in virtual time and written to a real journal; the
// figures that come out are those of a reckoning by hand.

#include "deploy/dora_report.hpp"
#include "engine/engine.hpp"
#include "store/sqlite_journal.hpp"
#include "tests/engine/story.hpp"
#include "tests/support/temp_dir.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace ripcord {
namespace {

using namespace std::chrono_literals;
using deploy::DoraLine;
using deploy::DoraReport;
using deploy::Standing;
using deploy::Trend;
using std::chrono::days;

const Instant first_monday = parse_instant("2026-10-26T00:00:00Z").value();
const Instant monday = first_monday + days(7);
const Instant week_end = monday + days(7);

constexpr Duration beat = 30s;

/// How long each step of the way back takes.
Duration length_of(StepId step) {
  if (step.kind == StepKind::verify) return 10s;
  return step.index == 0 ? 20s : 40s;
}

/// The service, its probe, its scripts, the people who deploy it, and the journal.
class Host {
 public:
  Host() {
    settings_.probes.front().timing.interval = beat;
    settings_.probes.front().timing.stale_after = 3 * beat;
    settings_.recipe.bake = 15min;
    (void)engine_.apply(settings_, "first");
    commit({Record{.at = now_,
                   .service = "backend",
                   .deployment = "",
                   .kind = "daemon.sees",
                   .text = "",
                   .by = "ripcord",
                   .severity = Severity::info}});
  }

  /// Time goes by; whatever is due meanwhile happens in its order.
  void live_until(Instant until) {
    for (;;) {
      Instant next = std::min(until, next_sample_);
      if (const auto wake = engine_.wake_at()) next = std::min(next, std::max(*wake, now_));
      if (!ends_.empty()) next = std::min(next, ends_.begin()->first);
      if (next >= until) break;
      now_ = next;
      happen();
    }
    now_ = until;
  }

  void announce(const std::string& version, Duration commit_age, bool rework = false,
                bool drill = false) {
    StartDeployment start = test::announce(version);
    start.commit_time = now_ - commit_age;
    start.rework = rework;
    start.drill = drill;
    say(start);
  }
  void finish() { say(FinishDeployment{}); }

  /// From `since` on the service is broken, until it has been rolled back.
  void break_at(Instant since) { broken_since_ = since; }

  [[nodiscard]] DoraReport report(Instant to, Duration length) const {
    std::vector<deploy::DoraRecord> records;
    const auto rows = journal_->ended("backend", to - 2 * length, to).value();
    for (const store::EndedRow& row : rows) {
      records.push_back({row.deployment, row.acting_since, row.acted_until});
    }
    return deploy::dora_report(deploy::dora_inputs(records), *journal_->known_since("backend"),
                               length, to);
  }

  [[nodiscard]] Deployment last() const { return journal_->deployments({}).value().front(); }

 private:
  void happen() {
    if (!ends_.empty() && ends_.begin()->first == now_) {
      const RunEnded end = ends_.begin()->second;
      ends_.erase(ends_.begin());
      if (end.step == test::rollback_2) broken_since_.reset();
      feed(end);
    } else if (next_sample_ == now_) {
      next_sample_ += beat;
      const bool is_bad = broken_since_ && *broken_since_ <= now_;
      feed(SampleTaken{.probe = {.service = *engine_.find("backend"), .index = 0},
                       .sample = Sample{.taken_at = now_,
                                        .latency = 10ms,
                                        .latency_kind = LatencyKind::measured,
                                        .outcome = is_bad ? Outcome::bad : Outcome::good,
                                        .reason = is_bad ? "status 500" : "",
                                        .readings = {}}});
    } else {
      feed(TimePassed{});
    }
  }

  void say(Request request) {
    feed(Command{.ticket = Ticket{++ticket_},
                 .service = "backend",
                 .by = "uid 1000 (ana)",
                 .request = std::move(request)});
  }

  void feed(const Event& event) { commit(engine_.step(now_, event)); }

  void commit(const Effects& effects) {
    store::Commit commit;
    for (const Effect& effect : effects) {
      if (const auto* save = std::get_if<Save>(&effect)) {
        commit.deployments.push_back(save->deployment);
      } else if (const auto* record = std::get_if<Record>(&effect)) {
        commit.records.push_back(*record);
      } else if (const auto* end = std::get_if<SaveRun>(&effect)) {
        commit.ends.push_back({end->deployment, end->step, end->result});
      } else if (const auto* start = std::get_if<StartRun>(&effect)) {
        commit.intents.push_back({.deployment = start->deployment,
                                  .step = start->step,
                                  .step_name = start->step_name,
                                  .idempotent = start->idempotent,
                                  .at = now_,
                                  .boot_id = "c3d1",
                                  .facts = start->facts});
        const Instant ends_at = now_ + length_of(start->step);
        ends_.emplace(ends_at, RunEnded{.deployment = start->deployment,
                                        .step = start->step,
                                        .result = {.outcome = RunOutcome::exited,
                                                   .code = 0,
                                                   .started_at = now_,
                                                   .ended_at = ends_at,
                                                   .message = ""}});
      }
    }
    const Result<void> written = journal_->commit(commit);
    ASSERT_TRUE(written) << written.error().message;
  }

  test::TempDir directory_;
  std::unique_ptr<store::Journal> journal_ =
      store::open_journal(directory_.path() / "journal.db").value();
  engine::ServiceSettings settings_ = test::service();
  engine::Engine engine_;
  Instant now_ = first_monday;
  Instant next_sample_ = first_monday + beat;
  std::multimap<Instant, RunEnded> ends_;
  std::optional<Instant> broken_since_;
  std::uint64_t ticket_ = 0;
};

const DoraLine& line(const DoraReport& report, std::string_view name) {
  return *std::ranges::find(report.lines, name, &DoraLine::name);
}

void expect(const DoraReport& report, std::string_view name, double current, std::size_t samples,
            Standing standing) {
  const DoraLine& found = line(report, name);
  ASSERT_TRUE(found.current) << name;
  EXPECT_DOUBLE_EQ(*found.current, current) << name;
  EXPECT_EQ(found.samples, samples) << name;
  EXPECT_EQ(found.standing, standing) << name;
}

constexpr double hour = 3600;
constexpr double minute = 60;

/// Begins `version` at `at`, and its pipeline is done after `takes`.
void deploy(Host& host, Instant at, const std::string& version, Duration commit_age, Duration takes,
            bool rework = false, bool drill = false) {
  host.live_until(at);
  host.announce(version, commit_age, rework, drill);
  host.live_until(at + takes);
  host.finish();
}

TEST(PlayedWeek, GivesTheFiguresThatAHandReckons) {
  Host host;
  // The week before: one, of a commit two days old, in place after 9 minutes.
  deploy(host, first_monday + days(1) + 19h, "v2", 48h, 9min);
  // Tuesday 19:00, a commit of 9:00; 8 minutes, and a bake of 15.
  deploy(host, monday + days(1) + 19h, "v3", 10h, 8min);
  // Thursday 19:00, a commit of 18:00 the day before; 12 minutes. Three bad samples, from 19:15:00
  // to 19:16:00, trip. 20 s and 40 s for the steps; the first good sample is that of 19:17:00, in
  // the instant in which they end. 10 s to settle and 10 s for the script, healthy all the while.
  deploy(host, monday + days(3) + 19h, "v4", 25h, 12min);
  host.break_at(monday + days(3) + 19h + 15min);
  // Saturday noon, what mends it: a commit of 20:00 the day before; 5 minutes.
  deploy(host, monday + days(5) + 12h, "v5", 16h, 5min, true);
  // Sunday, a drill, which counts nowhere.
  deploy(host, monday + days(6) + 10h, "v6", 1h, 30min, false, true);
  host.live_until(week_end);
  ASSERT_EQ(name(host.last().phase), "succeeded");

  const DoraReport report = host.report(week_end, days(7));
  EXPECT_EQ(report.from, monday);
  EXPECT_EQ(report.before_from, first_monday);
  expect(report, "deployment_frequency", 3, 3, Standing::met);
  // 10 h 23 min and 16 h 20 min; the lower of two in the middle.
  expect(report, "lead_time", 10 * hour + 23 * minute, 2, Standing::met);
  expect(report, "change_failure_rate", 1.0 / 3, 3, Standing::missed);
  expect(report, "recovery_time", 80, 1, Standing::met);
  expect(report, "recovery_detect", 60, 1, Standing::no_data);
  expect(report, "recovery_decide", 0, 1, Standing::no_data);
  expect(report, "recovery_act", 60, 1, Standing::no_data);
  expect(report, "recovery_verify", 20, 1, Standing::no_data);
  // 5, 8 and 12 minutes.
  expect(report, "deployment_time", 8 * minute, 3, Standing::met);
  expect(report, "rework_rate", 1.0 / 3, 3, Standing::no_data);

  EXPECT_EQ(line(report, "deployment_frequency").before, 1);
  EXPECT_EQ(line(report, "deployment_frequency").trend, Trend::better);
  EXPECT_EQ(line(report, "lead_time").before, 48 * hour + 24 * minute);
  EXPECT_EQ(line(report, "lead_time").trend, Trend::better);
  EXPECT_EQ(line(report, "change_failure_rate").before, 0);
  EXPECT_EQ(line(report, "change_failure_rate").trend, Trend::worse);
  EXPECT_EQ(line(report, "deployment_time").trend, Trend::better);
  EXPECT_EQ(line(report, "recovery_time").trend, Trend::no_data);
}

TEST(PlayedWeek, MakesNoFigureOfTheTimeBeforeAnythingWasKnown) {
  Host host;
  deploy(host, first_monday + days(1) + 19h, "v2", 48h, 9min);
  host.live_until(first_monday + days(4));
  const DoraReport report = host.report(first_monday + days(4), days(90));
  EXPECT_EQ(report.from, first_monday);
  EXPECT_EQ(report.before_from, report.from);
  const DoraLine& frequency = line(report, "deployment_frequency");
  EXPECT_EQ(frequency.current, std::nullopt) << "no week is over";
  EXPECT_EQ(frequency.samples, 1);
  EXPECT_EQ(frequency.standing, Standing::no_data);
  EXPECT_EQ(line(report, "lead_time").trend, Trend::no_data);
}

}  // namespace
}  // namespace ripcord
