#pragma once

#include "net/clock.hpp"
#include "net/resolver.hpp"
#include "net/wakeup.hpp"
#include "probe/postgres/places.hpp"
#include "probe/postgres/session.hpp"
#include "probe/postgres/settings.hpp"
#include "probe/postgres/statistics.hpp"
#include "probe/postgres/trouble.hpp"
#include "probe/probe.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/json/object.hpp>

#include <optional>
#include <string>
#include <vector>

namespace ripcord::probe {

/// Good when the server answers what is asked of it, in time, over one session that is kept.
///
/// Bad when it refuses, hangs, hangs up, starts, stops, or has no connection to spare; with
/// Sample::connection_lost when a session that stood is gone and the one reconnect that follows at
/// once fails too, unless for want of a connection. Unknown when it does not let us in, a right is
/// missing or a query is wrong: then we cannot see, and the reason says what to do.
class PostgresProbe final : public Probe {
 public:
  /// Borrows `clock` and `resolver`, which must outlive the probe. Pre: check_dsn(settings.dsn).
  PostgresProbe(boost::asio::any_io_executor executor, net::Clock& clock, net::Resolver& resolver,
                PostgresProbeSettings settings);

  boost::asio::awaitable<Sample> take() override;

  [[nodiscard]] bool watches() const override { return true; }
  /// Has a sample taken at once when the server ends the session.
  boost::asio::awaitable<void> watch(Watcher& watcher) override;

  [[nodiscard]] std::vector<Detail> details() const override { return details_; }

  /// `postgres.json`: the sessions of the server, by a session of its own.
  boost::asio::awaitable<Result<Exhibits>> exhibits(Instant deadline) override;

 private:
  class InUse;

  /// What one look brought.
  struct Seen {
    std::vector<Reading> readings;
    std::string unknown_for;  ///< why not all could be seen; empty when it could
  };
  /// A place, and until when it may be tried; the last one has all the time that is left.
  struct Attempt {
    postgres::Place place;
    std::optional<Instant> until;
  };

  boost::asio::awaitable<Result<Sample>> look(Instant deadline);
  /// Does not end by itself at the deadline.
  boost::asio::awaitable<Result<boost::json::object>> activity_of(Instant deadline);
  boost::asio::awaitable<postgres::Tried<void>> connect(Instant deadline);
  boost::asio::awaitable<postgres::Tried<void>> connect(Attempt attempt);
  boost::asio::awaitable<postgres::Tried<std::vector<postgres::Place>>> find_places();
  boost::asio::awaitable<postgres::Tried<postgres::Statistics>> read_statistics(Instant deadline);
  boost::asio::awaitable<postgres::Tried<Seen>> read(Instant deadline);
  boost::asio::awaitable<postgres::Tried<std::vector<Reading>>> read_query(PostgresQuery query,
                                                                           std::uint16_t first,
                                                                           Instant deadline);

  [[nodiscard]] Duration left_until(Instant deadline) const;
  [[nodiscard]] Sample sample_of(const postgres::Tried<Seen>& seen) const;
  [[nodiscard]] Sample not_connected(const postgres::Trouble& trouble) const;
  [[nodiscard]] Sample timed_out() const;
  [[nodiscard]] std::string in_words(const postgres::Trouble& trouble) const;
  void note(std::string name, std::string text);
  void note_session();
  void note_statistics(const postgres::Statistics& statistics);

  net::Clock& clock_;
  net::Resolver& resolver_;
  PostgresProbeSettings settings_;
  postgres::Session session_;
  net::Wakeup changed_;  ///< the session is free again
  bool busy_ = false;    ///< a sample is being taken
  bool was_connected_ = false;
  std::optional<postgres::Trouble> loss_;  ///< how the last session ended, while there is none
  std::string doing_;                      ///< for the words of a timeout
  bool connecting_ = false;
  std::string place_;  ///< where the last attempt went
  std::vector<Detail> details_;
};

}  // namespace ripcord::probe
