#pragma once

#include "base/result.hpp"
#include "base/time.hpp"
#include "net/clock.hpp"
#include "net/http_client.hpp"
#include "net/reply_stream.hpp"
#include "net/resolver.hpp"
#include "net/wakeup.hpp"
#include "probe/docker/api.hpp"
#include "probe/docker/event_reader.hpp"
#include "probe/docker/ledger.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include <chrono>
#include <functional>
#include <list>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace ripcord::probe::docker {

/// How often an engine that is followed is asked.
struct Pace {
  Duration look = std::chrono::seconds(10);  ///< between two lists, whatever the events tell
  /// The same where the engine refuses to tell events (a filtering proxy).
  Duration look_without_events = std::chrono::seconds(2);
  /// An event may be on its way while the engine already shows what it tells; a stream that is
  /// later than this is dead.
  Duration event_delay_max = std::chrono::seconds(2);
  Duration proof_age_max = std::chrono::seconds(1);  ///< an older answer proves nothing
};

/// One Docker engine, followed once for all the probes that look at its containers: a hundred of
/// them cost it one stream of events, one list every ten seconds and one ping a second.
///
/// On every connection, and then periodically, it subscribes, then lists, then reconciles; between,
/// it looks again at what an event is about. Of one executor.
class Engine {
 public:
  /// Borrows `clock` and `resolver`, which must outlive it.
  Engine(boost::asio::any_io_executor executor, net::Clock& clock, net::Resolver& resolver,
         net::Place place, Pace pace = {});

  /// Keeps `ledger` true until cancelled; never ends otherwise. `changed` is called after anything
  /// was taken into it, and when it is not live any more. One of the followers does the work for
  /// all of them.
  boost::asio::awaitable<void> follow(Ledger& ledger, std::function<void()> changed);

  /// Whether the ledgers that are followed show what is: the engine is being followed.
  [[nodiscard]] bool is_live() const { return live_; }
  /// Whether the ledgers are true: the engine has answered within the last second (it is asked
  /// otherwise, once for all who want to know), and what its events were about has been looked at.
  boost::asio::awaitable<Result<void>> prove(Instant deadline);
  /// Why it is not live; empty when it is.
  [[nodiscard]] const std::string& trouble() const { return trouble_; }
  [[nodiscard]] const net::Place& place() const { return place_; }

 private:
  struct Follower {
    Ledger& ledger;
    std::function<void()> changed;
  };
  /// What the events of one read ask for.
  struct Doubts {
    bool list = false;
    std::set<std::string> ids;
  };

  boost::asio::awaitable<void> lead();
  boost::asio::awaitable<Result<void>> session();
  boost::asio::awaitable<Result<void>> watch_stream();
  boost::asio::awaitable<Result<void>> look_when_due();
  boost::asio::awaitable<Result<void>> watch_without_stream();
  boost::asio::awaitable<Result<void>> look_at_all();
  boost::asio::awaitable<Result<std::map<std::string, Container>>> inspect_selected(
      std::vector<Listed> listed, Instant deadline);
  boost::asio::awaitable<Result<void>> look_at(Doubts doubts);
  boost::asio::awaitable<Result<void>> take_piece(std::string piece);
  boost::asio::awaitable<Result<void>> settle(Instant deadline);
  [[nodiscard]] Doubts spread(const std::vector<ContainerEvent>& events);
  [[nodiscard]] bool has_newcomer() const;

  net::Clock& clock_;
  net::Place place_;
  Pace pace_;
  EngineApi api_;    ///< of the leader
  EngineApi pulse_;  ///< of prove()
  net::ReplyStream stream_;
  EventReader reader_;
  std::list<Follower> followers_;
  std::string trouble_ = "the engine has not been asked yet";
  net::Wakeup vacated_;  ///< the leader's place
  net::Wakeup asked_;
  net::Wakeup looked_;
  Instant proven_at_;  ///< when it was asked what it answered
  Instant look_due_;
  std::optional<Instant> doubtful_from_;  ///< when the stream is dead unless it says something
  bool led_ = false;
  bool live_ = false;
  bool has_answered_ = false;
  bool asking_ = false;     ///< for prove()
  bool looking_ = false;    ///< again, because of an event
  bool surprised_ = false;  ///< the last look showed what no event had told
};

/// The engines that the probes of this process look at, by address; none is forgotten.
class Engines {
 public:
  /// Borrows `clock` and `resolver`, which must outlive it.
  Engines(boost::asio::any_io_executor executor, net::Clock& clock, net::Resolver& resolver,
          Pace pace = {});

  /// The one at `place`. Lives as long as this does.
  Engine& at(const net::Place& place);

 private:
  boost::asio::any_io_executor executor_;
  net::Clock& clock_;
  net::Resolver& resolver_;
  Pace pace_;
  std::vector<std::unique_ptr<Engine>> engines_;
};

}  // namespace ripcord::probe::docker
