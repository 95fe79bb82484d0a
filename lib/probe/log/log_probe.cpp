#include "probe/log/log_probe.hpp"

#include "base/text.hpp"
#include "probe/docker/api.hpp"
#include "probe/finally.hpp"
#include "probe/log/file_reader.hpp"
#include "probe/log/splitters.hpp"

#include <fmt/format.h>

#include <chrono>
#include <cstddef>
#include <utility>

namespace asio = boost::asio;

namespace ripcord::probe {
namespace {

using namespace std::chrono_literals;

/// The engine cuts longer ones itself.
constexpr std::size_t line_bytes_max = 16UL * 1024;
constexpr unsigned glance_lines = 20;
constexpr std::size_t glance_bytes = 4096;
constexpr Duration for_ever = 24h;

}  // namespace

Vocabulary vocabulary_of(const LogProbeSettings& settings) {
  return log::vocabulary_of(settings.patterns);
}

LogProbe::LogProbe(asio::any_io_executor executor, net::Clock& clock, net::Resolver& resolver,
                   docker::Engines& engines, LogProbeSettings settings, const log::Past& past)
    : clock_(clock),
      settings_(std::move(settings)),
      place_(docker::place_of(docker::with_environment(settings_.engine))),
      tally_(settings_.patterns, settings_.lines_max) {
  if (!settings_.file.empty()) {
    file_.emplace(std::move(executor), clock, settings_.file, line_bytes_max, settings_.look_back,
                  past);
  } else if (place_) {
    engine_ = &engines.at(*place_);
    api_.emplace(executor, clock, resolver, *place_);
    containers_.emplace(std::move(executor), clock, resolver, *engine_, settings_.selector,
                        line_bytes_max, past.is_recalled ? settings_.look_back : Duration{});
  }
}

asio::awaitable<Sample> LogProbe::take() {
  const Instant started = clock_.now();
  Sample sample{.taken_at = started, .reason = {}, .readings = {}};
  Result<void> followed = co_await check(started + settings_.timeout);
  if (followed) {
    sample.outcome = Outcome::good;
    if (watching_) sample.readings = tally_.read(clock_.now());
  } else {
    sample.reason = printable(followed.error().message);
  }
  sample.latency = clock_.now() - started;
  co_return sample;
}

asio::awaitable<Result<void>> LogProbe::check(Instant deadline) {
  if (!file_ && engine_ == nullptr) co_return std::unexpected(place_.error());
  if (!watching_) {
    Result<void> seen = co_await glance(deadline);
    co_return seen;
  }
  if (engine_ != nullptr && engine_->is_live()) {
    Result<void> proven = co_await engine_->prove(deadline);
    if (!proven) co_return proven;
  }
  const std::string why = trouble();
  if (!why.empty()) co_return failure(Fault::missing, why);
  co_return Result<void>();
}

std::string LogProbe::trouble() const {
  return file_ ? file_->trouble() : containers_->trouble();
}

/// Without anybody watching: whether the log can be read at all, and its last lines.
asio::awaitable<Result<void>> LogProbe::glance(Instant deadline) {
  const auto keep = [this](std::string_view line) { tally_.take(line, clock_.now()); };
  if (file_) {
    log::FileReader reader(settings_.file, line_bytes_max);
    Result<void> looked = reader.look(glance_bytes);
    if (looked) (void)reader.read(glance_bytes, keep);
    co_return looked;
  }
  docker::Selector selector = settings_.selector;
  auto found = co_await api_->find(std::move(selector), deadline);
  if (!found) co_return std::unexpected(found.error());
  for (const docker::Container& container : docker::current(settings_.selector, *found)) {
    std::string id = container.id;
    const auto body = co_await api_->last_lines(std::move(id), glance_lines, deadline);
    if (!body) co_return std::unexpected(body.error());
    log::LineSplitter lines(line_bytes_max);
    const auto cut = [&](int /*stream*/, std::string_view payload) { lines.take(payload, keep); };
    log::FrameSplitter frames;
    if (container.tty) {
      cut(0, *body);
    } else if (Result<void> taken = frames.take(*body, cut); !taken) {
      co_return taken;
    }
  }
  co_return Result<void>();
}

asio::awaitable<void> LogProbe::watch(Watcher& watcher) {
  watching_ = true;
  const Finally end([this] { watching_ = false; });
  log::Listener listener{
      .on_line = [this](std::string_view line) { tally_.take(line, clock_.now()); },
      .on_past_line = [this](std::string_view line, Instant at) { tally_.recall(line, at); },
      .changed = [this, &watcher] { tell(watcher); }};
  told_trouble_ = "nothing has been told yet";
  while (!file_ && !containers_) co_await clock_.sleep_until(clock_.now() + for_ever);
  if (file_) {
    co_await file_->follow(std::move(listener));
  } else {
    co_await containers_->follow(std::move(listener));
  }
}

void LogProbe::tell(Watcher& watcher) {
  for (Occurrence& occurrence : tally_.drain(clock_.now())) watcher.occurred(std::move(occurrence));
  std::string now = trouble();
  if (now == told_trouble_) return;
  told_trouble_ = std::move(now);
  watcher.look_now();
}

std::vector<Detail> LogProbe::details() const {
  std::vector<Detail> details;
  details.push_back({"follows", file_ ? printable(settings_.file, 200)
                                      : "log of " + to_string(settings_.selector)});
  if (file_ && !file_->marks_trouble().empty()) {
    details.push_back({"not kept over a restart", file_->marks_trouble()});
  }
  details.push_back({"lines", std::to_string(tally_.lines())});
  details.push_back({"dropped lines", std::to_string(tally_.dropped())});
  for (const std::string& line : tally_.last_lines()) details.push_back({"line", line});
  return details;
}

}  // namespace ripcord::probe
