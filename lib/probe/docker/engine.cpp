#include "probe/docker/engine.hpp"

#include "net/before.hpp"
#include "probe/finally.hpp"

#include <algorithm>
#include <chrono>
#include <iterator>
#include <utility>

namespace asio = boost::asio;

namespace ripcord::probe::docker {
namespace {

using namespace std::chrono_literals;

/// For one request of the leader. Longer than a busy engine needs, shorter than anybody waits.
constexpr Duration patience = 5s;
constexpr Duration first_pause = 100ms;
constexpr Duration pause_max = 2s;
/// How soon the leader notices a new follower.
constexpr Duration slice = 500ms;

/// Sets a flag for as long as it lives, and wakes who waits for its end.
class Holding {
 public:
  Holding(bool& flag, net::Wakeup& released) : flag_(flag), released_(released) { flag_ = true; }
  ~Holding() {
    flag_ = false;
    released_.notify();
  }
  Holding(const Holding&) = delete;
  Holding& operator=(const Holding&) = delete;

 private:
  bool& flag_;
  net::Wakeup& released_;
};

}  // namespace

Engine::Engine(asio::any_io_executor executor, net::Clock& clock, net::Resolver& resolver,
               net::Place place, Pace pace)
    : clock_(clock),
      place_(place),
      pace_(pace),
      api_(executor, clock, resolver, place),
      pulse_(executor, clock, resolver, place),
      stream_(executor, clock, resolver, std::move(place)),
      vacated_(executor),
      asked_(executor),
      looked_(executor) {}

asio::awaitable<void> Engine::follow(Ledger& ledger, std::function<void()> changed) {
  followers_.push_back({ledger, std::move(changed)});
  const auto place = std::prev(followers_.end());
  const Finally leave([this, place] { followers_.erase(place); });
  for (;;) {
    if (led_) {
      (void)co_await vacated_.wait();
    } else {
      const Holding leadership(led_, vacated_);
      co_await lead();
    }
  }
}

asio::awaitable<void> Engine::lead() {
  const Finally end([this] {
    live_ = false;
    stream_.close();
  });
  Duration pause = first_pause;
  for (;;) {
    const Result<void> ended = co_await session();
    pause = live_ ? first_pause : std::min(2 * pause, pause_max);
    stream_.close();
    trouble_ = ended ? "the engine ended the stream of events" : ended.error().message;
    if (std::exchange(live_, false)) {
      for (const Follower& follower : followers_) follower.changed();
    }
    co_await clock_.sleep_until(clock_.now() + pause);
  }
}

asio::awaitable<Result<void>> Engine::session() {
  std::string path = reader_.begin();
  const Result<void> opened = co_await api_.open(stream_, std::move(path), clock_.now() + patience);
  const bool may_not = !opened && opened.error().fault == Fault::refused;
  if (!opened && !may_not) co_return opened;
  Result<void> looked = co_await look_at_all();
  if (!looked) co_return looked;
  surprised_ = false;
  if (may_not) co_return co_await watch_without_stream();
  co_return co_await watch_stream();
}

asio::awaitable<Result<void>> Engine::watch_without_stream() {
  for (;;) {
    co_await clock_.sleep_until(clock_.now() + pace_.look_without_events);
    Result<void> looked = co_await look_at_all();
    if (!looked) co_return looked;
  }
}

asio::awaitable<Result<void>> Engine::watch_stream() {
  look_due_ = clock_.now() + pace_.look;
  doubtful_from_.reset();
  for (;;) {
    Result<void> done = co_await look_when_due();
    if (!done) co_return done;
    const Instant until = std::min(look_due_, clock_.now() + slice);
    Result<std::string> piece = co_await stream_.read(until);
    if (!piece && piece.error().fault == Fault::timeout) continue;
    if (!piece) co_return std::unexpected(std::move(piece).error());
    done = co_await take_piece(*std::move(piece));
    if (!done) co_return done;
  }
}

asio::awaitable<Result<void>> Engine::look_when_due() {
  const Instant now = clock_.now();
  if (doubtful_from_ && now >= *doubtful_from_) {
    co_return failure(Fault::closed, "the engine's stream of events tells nothing any more");
  }
  if (now < look_due_ && !has_newcomer()) co_return Result<void>();
  Result<void> looked = co_await look_at_all();
  look_due_ = clock_.now() + pace_.look;
  if (surprised_ && !doubtful_from_) doubtful_from_ = clock_.now() + pace_.event_delay_max;
  co_return looked;
}

asio::awaitable<Result<void>> Engine::take_piece(std::string piece) {
  if (piece.empty()) co_return failure(Fault::closed, "the engine ended the stream of events");
  doubtful_from_.reset();
  const auto events = reader_.take(piece);
  if (!events) co_return std::unexpected(events.error());
  Doubts doubts = spread(*events);
  if (!doubts.list && doubts.ids.empty()) co_return Result<void>();
  const Holding doubting(looking_, looked_);
  Result<void> looked = co_await look_at(std::move(doubts));
  co_return looked;
}

Engine::Doubts Engine::spread(const std::vector<ContainerEvent>& events) {
  Doubts doubts;
  for (Follower& follower : followers_) {
    bool concerned = false;
    for (const ContainerEvent& event : events) {
      if (!follower.ledger.concerns(event)) continue;
      concerned = true;
      const bool is_new = !follower.ledger.knows(event.id);
      follower.ledger.take(event);
      if (changes_list(event) || is_new) {
        doubts.list = true;
      } else if (changes_state(event)) {
        doubts.ids.insert(event.id);
      }
    }
    if (concerned) follower.changed();
  }
  return doubts;
}

asio::awaitable<Result<void>> Engine::look_at(Doubts doubts) {
  const Instant deadline = clock_.now() + patience;
  while (!doubts.list && !doubts.ids.empty()) {
    std::string id = doubts.ids.extract(doubts.ids.begin()).value();
    const Result<Container> container = co_await api_.inspect(std::move(id), deadline);
    if (container) {
      for (Follower& follower : followers_) {
        if (!follower.ledger.knows(container->id)) continue;
        follower.ledger.take_one(*container);
        follower.changed();
      }
    } else if (container.error().fault == Fault::missing) {
      doubts.list = true;
    } else {
      co_return std::unexpected(container.error());
    }
  }
  if (!doubts.list) co_return Result<void>();
  co_return co_await look_at_all();
}

asio::awaitable<Result<void>> Engine::look_at_all() {
  const Instant began = clock_.now();
  const Instant deadline = began + patience;
  Result<std::vector<Listed>> listed = co_await api_.list(deadline);
  if (!listed) co_return std::unexpected(std::move(listed).error());
  std::vector<Listed> kept = *listed;
  const auto inspected = co_await inspect_selected(std::move(kept), deadline);
  if (!inspected) co_return std::unexpected(inspected.error());
  proven_at_ = began;
  has_answered_ = true;
  surprised_ = false;
  live_ = true;
  trouble_.clear();
  for (Follower& follower : followers_) {
    std::vector<Container> containers;
    for (const Listed& one : *listed) {
      const auto place = inspected->find(one.id);
      const bool is_its = place != inspected->end() && selects(follower.ledger.selector(), one);
      if (is_its) containers.push_back(place->second);
    }
    surprised_ = follower.ledger.take_all(std::move(containers)) || surprised_;
    follower.changed();
  }
  co_return Result<void>();
}

asio::awaitable<Result<std::map<std::string, Container>>> Engine::inspect_selected(
    std::vector<Listed> listed, Instant deadline) {
  std::map<std::string, Container> inspected;
  for (const Listed& one : listed) {
    const bool wanted = std::ranges::any_of(followers_, [&](const Follower& follower) {
      return selects(follower.ledger.selector(), one);
    });
    if (!wanted) continue;
    std::string id = one.id;
    Result<Container> container = co_await api_.inspect(std::move(id), deadline);
    if (container) {
      inspected.emplace(one.id, *std::move(container));
    } else if (container.error().fault != Fault::missing) {
      co_return std::unexpected(std::move(container).error());
    }
  }
  co_return inspected;
}

bool Engine::has_newcomer() const {
  return std::ranges::any_of(followers_,
                             [](const Follower& follower) { return !follower.ledger.is_known(); });
}

asio::awaitable<Result<void>> Engine::settle(Instant deadline) {
  while (looking_) {
    const Result<void> looked = co_await net::before(clock_, deadline, looked_.wait());
    if (!looked) co_return failure(Fault::timeout, "the engine does not answer");
  }
  co_return Result<void>();
}

asio::awaitable<Result<void>> Engine::prove(Instant deadline) {
  for (;;) {
    Result<void> settled = co_await settle(deadline);
    if (!settled) co_return settled;
    const Instant now = clock_.now();
    if (has_answered_ && now - proven_at_ <= pace_.proof_age_max) co_return Result<void>();
    if (!asking_) break;
    const Result<void> asked = co_await net::before(clock_, deadline, asked_.wait());
    if (!asked) co_return failure(Fault::timeout, "the engine does not answer");
  }
  const Instant asked_at = clock_.now();
  const Holding question(asking_, asked_);
  Result<void> answered = co_await pulse_.ping(deadline);
  if (answered) {
    proven_at_ = asked_at;
    has_answered_ = true;
  }
  co_return answered;
}

Engines::Engines(asio::any_io_executor executor, net::Clock& clock, net::Resolver& resolver,
                 Pace pace)
    : executor_(std::move(executor)), clock_(clock), resolver_(resolver), pace_(pace) {}

Engine& Engines::at(const net::Place& place) {
  const auto found =
      std::ranges::find_if(engines_, [&](const auto& engine) { return engine->place() == place; });
  if (found != engines_.end()) return **found;
  return *engines_.emplace_back(
      std::make_unique<Engine>(executor_, clock_, resolver_, place, pace_));
}

}  // namespace ripcord::probe::docker
