// How the runtime tells people: receivers, silences, and what was open before the start.

#include "runtime/notify/journal_watch.hpp"
#include "runtime/runtime.hpp"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <functional>
#include <utility>

namespace ripcord::runtime {
namespace {

using namespace std::chrono_literals;

/// What is found at the start is written before it is acted on, unless the disk hangs.
constexpr Duration commit_patience = 5s;
/// For one who waits for a change.
constexpr Duration look_again = 1h;

bool sees_something(const engine::Snapshot& snapshot) {
  if (snapshot.blind_since) return false;
  return std::ranges::any_of(snapshot.services, [](const engine::ServiceSnapshot& service) {
    return std::ranges::any_of(service.probes, [](const engine::ProbeSnapshot& probe) {
      return probe.last && probe.last->outcome != Outcome::unknown;
    });
  });
}

/// Whether every trigger of which `open` has told, if it is still there, is known to pass.
bool has_passed(const notify::Message& open, const engine::ServiceSnapshot& service) {
  return std::ranges::all_of(service.triggers, [&open](const engine::TriggerSnapshot& trigger) {
    const bool was_told =
        std::ranges::find(open.numbers, trigger.name, &notify::Number::name) != open.numbers.end();
    return !was_told || trigger.finding.state == FindingState::pass;
  });
}

/// The end of `open`, which nobody else tells of.
notify::Message end_of(notify::Message open, Instant now, std::string title, std::string text) {
  open.id = fmt::format("{}/{}", open.id, now.time_since_epoch().count());
  open.standing = notify::Standing::resolved;
  open.at = now;
  open.ended_at = now;
  open.title = std::move(title);
  open.what_happened = std::move(text);
  open.what_ripcord_did.clear();
  open.what_you_should_do.clear();
  open.numbers.clear();
  return open;
}

notify::Message test_message(const std::string& receiver, const std::string& by, Instant now) {
  return {.id = fmt::format("test/{}/{}", receiver, now.time_since_epoch().count()),
          .event = "notify.test",
          .severity = Severity::info,
          .standing = notify::Standing::notice,
          .service = {},
          .deployment = {},
          .version = {},
          .previous_version = {},
          .incident = "test",
          .started_at = now,
          .at = now,
          .ended_at = std::nullopt,
          .title = "ripcord: this is a test",
          .what_happened = fmt::format("{} has asked for a test of receiver {}.", by, receiver),
          .numbers = {},
          .what_ripcord_did = "Nothing else.",
          .what_you_should_do = "Nothing.",
          .links = {},
          .by = by};
}

}  // namespace

Herald::View Runtime::view_for_herald() {
  return {.service = [this](const std::string& name) -> std::optional<engine::ServiceSnapshot> {
            const auto id = driver_.engine().find(name);
            if (!id) return std::nullopt;
            return driver_.engine().snapshot_of(*id, world_.clock.now());
          },
          .evidence =
              [this](const std::string& deployment) {
                return world_.evidence.enabled ? evidence_.place_of(deployment) : std::string();
              },
          .is_silenced =
              [this](const std::string& service, const std::string& trigger) {
                return silences_.is_silenced(service, trigger);
              },
          .page = world_.page};
}

boost::asio::awaitable<void> Runtime::restore_telling() {
  co_await mailroom_.restore();
  using All = std::vector<Silence>;
  std::function<Result<All>(store::Journal&)> ask = [](store::Journal& journal) {
    return journal.silences();
  };
  Result<All> all = co_await recorder_.query<All>(std::move(ask));
  if (all) {
    silences_.restore(*std::move(all));
  } else {
    spdlog::error("silences cannot be read, so none is in force: {}", all.error().message);
  }
  mailroom_.set_receivers(configured_.receivers);
}

void Runtime::keep_telling() {
  tasks_.spawn("receivers", mailroom_.keep_applied());
  tasks_.spawn("reminders", mailroom_.keep_reminding());
  tasks_.spawn("old messages", mailroom_.keep_tidy());
  for (notify::Message& open : mailroom_.open_incidents()) {
    watch_incident(open);
    if (open.event == "daemon.journal_failed") {
      // It was opened and read; if it cannot be written still, that is told anew.
      notify::Message end = end_of(open, world_.clock.now(), "ripcord has begun anew",
                                   "Its journal was read; whether it can be written will show.");
      end.event = "daemon.journal_works";
      tell(end);
    }
    if (open.event == "daemon.blind") {
      tasks_.spawn("blindness of before", end_blindness(std::move(open)));
    }
  }
  tasks_.spawn("journal's trouble", watch_journal(recorder_, world_.clock, [this](Record record) {
                 performer_.enqueue({std::move(record)});
               }));
  tasks_.spawn("silences", silences_.watch([this](const Silence& ended) {
    // What tripped meanwhile, and is tripped still, was told to nobody.
    const auto now = herald_.trips_now(ended.service, world_.clock.now());
    if (now) tell(*now);
  }));
}

boost::asio::awaitable<void> Runtime::record(Effects effects) {
  store::Commit commit;
  commit.outbox = mailroom_.address(herald_.announce(effects));
  const std::vector<store::OutboxEntry> told = commit.outbox;
  for (Effect& effect : effects) {
    if (auto* save = std::get_if<Save>(&effect)) {
      commit.deployments.push_back(std::move(save->deployment));
    } else if (auto* record = std::get_if<Record>(&effect)) {
      spdlog::critical("{} {}: {}", record->deployment, record->kind, record->text);
      commit.records.push_back(std::move(*record));
    }
  }
  (void)co_await recorder_.commit(std::move(commit), world_.clock.now() + commit_patience);
  mailroom_.post(told);
}

void Runtime::tell(const notify::Message& message) {
  store::Commit commit;
  commit.outbox = mailroom_.address({message});
  if (commit.outbox.empty()) return;
  const std::vector<store::OutboxEntry> told = commit.outbox;
  recorder_.post(std::move(commit));
  mailroom_.post(told);
}

void Runtime::watch_incident(const notify::Message& open) {
  const bool is_of_trips = open.incident == trips_incident(open.service);
  if (!is_of_trips || !watched_trips_.insert(open.service).second) return;
  tasks_.spawn("trips", end_trips(open.service));
}

boost::asio::awaitable<void> Runtime::end_trips(std::string service) {
  for (;;) {
    const std::optional<notify::Message> open = mailroom_.open_incident(trips_incident(service));
    if (!open) break;
    const Instant now = world_.clock.now();
    const auto id = driver_.engine().find(service);
    std::uint64_t revision = 0;
    bool is_over = !id;
    if (id) {
      const engine::ServiceSnapshot seen = driver_.engine().snapshot_of(*id, now);
      revision = seen.revision;
      is_over = has_passed(*open, seen);
    }
    if (is_over) {
      tell(herald_.trips_ended(service, now));
      break;
    }
    co_await driver_.wait_for_change(service, revision, now + look_again);
  }
  watched_trips_.erase(service);
}

void Runtime::end_incidents_of_gone_services() {
  for (notify::Message& open : mailroom_.open_incidents()) {
    const bool is_gone = !open.service.empty() && !in_force_.contains(open.service);
    if (!is_gone) continue;
    std::string title = fmt::format("{}: it is not watched any more", open.service);
    tell(end_of(std::move(open), world_.clock.now(), std::move(title),
                "The service is gone from the configuration."));
  }
}

void Runtime::end_unknown_runs() {
  for (notify::Message& open : mailroom_.open_incidents()) {
    if (open.event != "daemon.unknown_runs") continue;
    tell(end_of(std::move(open), world_.clock.now(), "the unknown runs are gone",
                "No run directory is there that the journal does not know."));
  }
}

boost::asio::awaitable<void> Runtime::end_blindness(notify::Message open) {
  while (!sees_something(driver_.snapshot())) {
    co_await driver_.wait_for_any_change(world_.clock.now() + look_again);
    // Blind again: the engine has told so, and will tell when that is over.
    if (driver_.snapshot().blind_since) co_return;
  }
  notify::Message end = end_of(std::move(open), world_.clock.now(), "ripcord sees again",
                               "Since the daemon's start its probes can tell something.");
  end.event = "daemon.sees";
  tell(end);
}

boost::asio::awaitable<Result<Silence>> Runtime::silence(Silence asked) {
  return silences_.begin(std::move(asked));
}

boost::asio::awaitable<Result<Silence>> Runtime::end_silence(std::int64_t number, std::string by) {
  return silences_.end(number, std::move(by));
}

std::vector<api::ReceiverView> Runtime::receivers() {
  return mailroom_.view();
}

boost::asio::awaitable<Result<api::ReceiverTest>> Runtime::test_receiver(std::string receiver,
                                                                         std::string by) {
  notify::Message message = test_message(receiver, by, world_.clock.now());
  return mailroom_.test(std::move(receiver), std::move(message));
}

std::vector<metrics::ReceiverFigures> Runtime::receiver_figures() const {
  std::vector<metrics::ReceiverFigures> figures;
  const Instant now = world_.clock.now();
  for (const api::ReceiverView& receiver : mailroom_.view()) {
    figures.push_back(
        {.name = receiver.name,
         .notifications = receiver.delivered + receiver.failed + receiver.retried,
         .notifications_failed = receiver.failed + receiver.retried,
         .outbox_depth = receiver.waiting,
         .outbox_oldest = receiver.waiting_since ? now - *receiver.waiting_since : Duration{}});
  }
  return figures;
}

}  // namespace ripcord::runtime
