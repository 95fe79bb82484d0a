#include "probe/postgres/postgres_probe.hpp"

#include "base/text.hpp"
#include "net/before.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <utility>

namespace asio = boost::asio;

namespace ripcord::probe {

using postgres::Place;
using postgres::Protocol;
using postgres::State;
using postgres::Statistics;
using postgres::Table;
using postgres::Tried;
using postgres::Trouble;

namespace {

/// Name servers may answer with many.
constexpr std::size_t places_max = 16;

/// Whether another place may do better: this one did not take us at all.
bool may_do_better_elsewhere(State state) {
  return state == State::refused || state == State::unreachable || state == State::timeout ||
         state == State::closed || state == State::not_accepting;
}

std::string connect_words(State state, const std::string& place) {
  if (state == State::refused) return fmt::format("connection refused by {}", place);
  if (state == State::unreachable) return fmt::format("no route to {}", place);
  if (state == State::closed) return fmt::format("{} closed the connection", place);
  return {};
}

}  // namespace

/// While it lives the session is the sample's. Ends the session when it dies by an exception.
class PostgresProbe::InUse {
 public:
  explicit InUse(PostgresProbe& probe) : probe_(probe) { probe_.busy_ = true; }
  ~InUse() {
    if (!kept_) probe_.session_.close();
    probe_.busy_ = false;
    probe_.changed_.notify();
  }
  InUse(const InUse&) = delete;
  InUse& operator=(const InUse&) = delete;

  void keep() { kept_ = true; }

 private:
  PostgresProbe& probe_;
  bool kept_ = false;
};

PostgresProbe::PostgresProbe(asio::any_io_executor executor, net::Clock& clock,
                             net::Resolver& resolver, PostgresProbeSettings settings)
    : clock_(clock),
      resolver_(resolver),
      settings_(std::move(settings)),
      session_(executor),
      changed_(executor) {}

asio::awaitable<Sample> PostgresProbe::take() {
  const Instant started = clock_.now();
  const Instant deadline = started + settings_.timeout;
  InUse in_use(*this);
  details_.clear();
  const Result<Sample> looked = co_await net::before(clock_, deadline, look(deadline));
  Sample sample = looked ? *looked : timed_out();
  if (looked) in_use.keep();
  sample.taken_at = started;
  sample.latency = clock_.now() - started;
  if (sample.outcome == Outcome::good) sample.latency_kind = LatencyKind::measured;
  if (!sample.reason.empty()) note("reason", sample.reason);
  co_return sample;
}

asio::awaitable<void> PostgresProbe::watch(Watcher& watcher) {
  for (;;) {
    if (busy_ || !session_.is_open()) {
      (void)co_await changed_.wait();
      continue;
    }
    co_await session_.stirred();
    if (busy_ || !session_.is_open()) continue;
    loss_ = session_.ended();
    if (!loss_) continue;
    session_.close();
    watcher.look_now();
  }
}

/// A session that turns out to be gone is replaced by another, once.
asio::awaitable<Result<Sample>> PostgresProbe::look(Instant deadline) {
  if (session_.is_open()) {
    const Tried<Seen> seen = co_await read(deadline);
    if (seen || !seen.error().ends_session) co_return sample_of(seen);
    loss_ = seen.error();
    session_.close();
  }
  const Tried<void> connected = co_await connect(deadline);
  if (!connected) co_return not_connected(connected.error());
  const std::optional<Trouble> healed = std::exchange(loss_, std::nullopt);
  if (healed) note("connection", fmt::format("made anew, after: {}", describe(*healed)));
  was_connected_ = true;
  const Tried<Seen> seen = co_await read(deadline);
  if (seen || !seen.error().ends_session) co_return sample_of(seen);
  session_.close();
  co_return not_connected(seen.error());
}

/// Tries the places in turn, each with its share of the time that is left. The trouble is that of
/// the first which may not do better elsewhere, or else of the last.
asio::awaitable<Tried<void>> PostgresProbe::connect(Instant deadline) {
  connecting_ = true;
  place_.clear();
  doing_ = "looking up where the server is";
  const Tried<std::vector<Place>> places = co_await find_places();
  if (!places) co_return std::unexpected(places.error());
  auto untried = static_cast<Duration::rep>(places->size());
  Tried<void> connected;
  for (const Place& place : *places) {
    const Duration share = left_until(deadline) / untried--;
    place_ = to_string(place);
    doing_ = fmt::format("connecting to {}", place_);
    Attempt attempt{.place = place,
                    .until = untried > 0 ? std::optional(clock_.now() + share) : std::nullopt};
    connected = co_await connect(std::move(attempt));
    if (connected || !may_do_better_elsewhere(connected.error().state)) break;
  }
  if (connected) connecting_ = false;
  co_return connected;
}

asio::awaitable<Tried<void>> PostgresProbe::connect(Attempt attempt) {
  if (!attempt.until) {
    Tried<void> opened =
        co_await session_.open(settings_.dsn, std::move(attempt.place), settings_.timeout);
    co_return opened;
  }
  // before() hands on a Result; ours is inside it.
  struct Open {
    static asio::awaitable<Result<Tried<void>>> session(postgres::Session& session, std::string dsn,
                                                        Place place, Duration patience) {
      Tried<void> opened = co_await session.open(std::move(dsn), std::move(place), patience);
      co_return opened;
    }
  };
  auto opening =
      Open::session(session_, settings_.dsn, std::move(attempt.place), settings_.timeout);
  const Result<Tried<void>> opened =
      co_await net::before(clock_, *attempt.until, std::move(opening));
  if (opened) co_return *opened;
  session_.close();
  co_return std::unexpected(
      Trouble{.state = State::timeout, .message = "timeout while " + doing_, .ends_session = true});
}

/// Every address of every host that the connection string names. A host whose lookup fails is left
/// out, unless there is no other.
asio::awaitable<Tried<std::vector<Place>>> PostgresProbe::find_places() {
  const Tried<std::vector<Place>> named = postgres::places_of(settings_.dsn);
  if (!named) co_return named;
  std::vector<Place> places;
  Trouble trouble{.state = State::own, .message = "there is no place to go to"};
  for (const Place& place : *named) {
    if (!place.needs_lookup()) {
      places.push_back(place);
      continue;
    }
    doing_ = fmt::format("looking \"{}\" up", printable(place.host, 100));
    const auto addresses = co_await resolver_.resolve(place.host);
    if (!addresses) trouble.message = addresses.error().message;
    if (!addresses) continue;
    for (const auto& address : *addresses) {
      places.push_back({.host = place.host, .address = address.to_string(), .port = place.port});
    }
  }
  if (places.empty()) co_return std::unexpected(trouble);
  if (places.size() > places_max) places.resize(places_max);
  co_return places;
}

asio::awaitable<Tried<Statistics>> PostgresProbe::read_statistics(Instant deadline) {
  doing_ = fmt::format("reading the statistics of {}", place_);
  note_session();
  std::string sql = postgres::statistics_query(left_until(deadline));
  const Tried<Table> table = co_await session_.ask(std::move(sql), Protocol::simple);
  const bool failed = !table && !table.error().ends_session;
  if (failed && session_.is_in_transaction()) {
    const Tried<Table> undone = co_await session_.ask("ROLLBACK", Protocol::simple);
    if (!undone) co_return std::unexpected(undone.error());
  }
  if (!table) co_return std::unexpected(table.error());
  Tried<Statistics> statistics = postgres::parse_statistics(*table);
  if (statistics) note_statistics(*statistics);
  co_return statistics;
}

asio::awaitable<Tried<PostgresProbe::Seen>> PostgresProbe::read(Instant deadline) {
  Tried<Statistics> statistics = co_await read_statistics(deadline);
  if (!statistics) co_return std::unexpected(statistics.error());
  Seen seen{.readings = std::move(statistics->readings), .unknown_for = {}};
  if (!statistics->missing_grant.empty()) {
    seen.unknown_for = fmt::format("the role \"{}\" may not see the sessions of others; run: {}",
                                   session_.user(), statistics->missing_grant);
  }
  auto first = static_cast<std::uint16_t>(postgres::statistics.size());
  for (const PostgresQuery& query : settings_.queries) {
    PostgresQuery copy = query;
    auto readings = co_await read_query(std::move(copy), first, deadline);
    first = static_cast<std::uint16_t>(first + std::max<std::size_t>(query.columns.size(), 1));
    if (readings) {
      seen.readings.insert(seen.readings.end(), readings->begin(), readings->end());
      continue;
    }
    const Trouble& trouble = readings.error();
    if (trouble.ends_session || outcome_of(trouble, true) == Outcome::bad) {
      co_return std::unexpected(trouble);
    }
    if (seen.unknown_for.empty()) seen.unknown_for = in_words(trouble);
  }
  co_return seen;
}

/// In a transaction of its own, that is rolled back whatever happened.
asio::awaitable<Tried<std::vector<Reading>>> PostgresProbe::read_query(PostgresQuery query,
                                                                       std::uint16_t first,
                                                                       Instant deadline) {
  doing_ = fmt::format("waiting for the query \"{}\" of {}", query.name, place_);
  std::string begin = postgres::begin_query(left_until(deadline));
  const Tried<Table> begun = co_await session_.ask(std::move(begin), Protocol::simple);
  if (!begun) co_return std::unexpected(begun.error());
  std::string sql = postgres::bounded(query.sql);
  const Tried<Table> table = co_await session_.ask(std::move(sql), Protocol::extended);
  if (!table && table.error().ends_session) co_return std::unexpected(table.error());
  const Tried<Table> undone = co_await session_.ask("ROLLBACK", Protocol::simple);
  if (!undone) co_return std::unexpected(undone.error());

  Tried<std::vector<Reading>> readings =
      table ? postgres::parse_query(query, first, *table) : std::unexpected(table.error());
  if (!readings) {
    readings.error().message =
        fmt::format("query \"{}\": {}", query.name, readings.error().message);
    note("query." + query.name, describe(readings.error()));
    co_return readings;
  }
  const Vocabulary vocabulary = vocabulary_of(settings_);
  for (const Reading& reading : *readings) {
    note(vocabulary.values.at(reading.value), fmt::format("{:.6g}", reading.number));
  }
  co_return readings;
}

Duration PostgresProbe::left_until(Instant deadline) const {
  return std::max(deadline - clock_.now(), Duration{1});
}

Sample PostgresProbe::sample_of(const Tried<Seen>& seen) const {
  Sample sample;
  if (seen) {
    sample.outcome = seen->unknown_for.empty() ? Outcome::good : Outcome::unknown;
    sample.reason = seen->unknown_for;
    sample.readings = seen->readings;
    return sample;
  }
  sample.outcome = outcome_of(seen.error(), was_connected_);
  sample.reason = in_words(seen.error());
  if (seen.error().state == State::timeout) sample.latency_kind = LatencyKind::at_least;
  return sample;
}

/// There is no session, and none could be made.
Sample PostgresProbe::not_connected(const Trouble& trouble) const {
  Sample sample;
  sample.outcome = outcome_of(trouble, was_connected_);
  sample.connection_lost =
      was_connected_ && sample.outcome == Outcome::bad && trouble.state != State::saturated;
  if (trouble.state == State::timeout) sample.latency_kind = LatencyKind::at_least;
  sample.reason = in_words(trouble);
  if (loss_) {
    sample.reason = fmt::format("the session is gone ({}), and the reconnect failed: {}",
                                describe(*loss_), sample.reason);
  }
  return sample;
}

Sample PostgresProbe::timed_out() const {
  const Trouble trouble{
      .state = State::timeout,
      .message = fmt::format("timeout after {} while {}", for_people(settings_.timeout), doing_),
      .ends_session = true};
  Sample sample = not_connected(trouble);
  // That the server is slow does not make the session that it had lost: the next attempt tells.
  sample.connection_lost = sample.connection_lost && connecting_;
  return sample;
}

std::string PostgresProbe::in_words(const Trouble& trouble) const {
  const std::string words = connecting_ ? connect_words(trouble.state, place_) : std::string();
  if (!words.empty()) return words;
  std::string text = describe(trouble);
  if (trouble.state == State::denied) {
    std::string_view refusal = trouble.message;
    if (const std::size_t at = refusal.find("permission denied"); at < refusal.size()) {
      refusal.remove_prefix(at);
    }
    const std::string grant = postgres::grant_for(refusal, session_.user());
    if (!grant.empty()) text += "; run: " + grant;
  }
  return text;
}

void PostgresProbe::note(std::string name, std::string text) {
  details_.push_back({.name = std::move(name), .text = std::move(text)});
}

void PostgresProbe::note_session() {
  const std::string tls = session_.tls_version();
  note("server", fmt::format("PostgreSQL {} at {}", session_.parameter("server_version"), place_));
  note("database", session_.database());
  note("role", session_.user());
  note("encryption", tls.empty() ? "none" : tls);
}

void PostgresProbe::note_statistics(const Statistics& statistics) {
  note("state", statistics.role);
  note("counted since", statistics.counted_since);
  for (const Reading& reading : statistics.readings) {
    note(std::string(postgres::statistics.at(reading.value)),
         fmt::format("{:.6g}", reading.number));
  }
}

}  // namespace ripcord::probe
