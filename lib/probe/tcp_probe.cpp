#include "probe/tcp_probe.hpp"

#include "base/text.hpp"
#include "net/before.hpp"
#include "net/socket_fault.hpp"
#include "net/url.hpp"
#include "probe/target_fault.hpp"
#include "probe/trace_details.hpp"

#include <boost/asio/error.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <re2/re2.h>
#include <utility>

namespace asio = boost::asio;

namespace ripcord::probe {
namespace {

/// The pattern is tried anew with whatever comes: a peer that drips shall not keep us busy.
constexpr std::size_t heard_bytes_max = 16UL * 1024;
constexpr std::size_t read_bytes = 4096;
/// What of an unexpected answer is shown.
constexpr std::size_t excerpt_bytes = 80;
constexpr std::size_t remembered_bytes = 512;

std::string_view received_by(const net::Connection& connection) {
  const auto bytes = connection.received.data();
  return {static_cast<const char*>(bytes.data()), bytes.size()};
}

}  // namespace

Result<net::Place> parse_address(std::string_view text) {
  const bool is_unix = text.starts_with("unix:/");
  // The rules for a host and a port are those of a URL; a unix socket has no target here.
  auto url = net::parse_http_url(is_unix ? std::string(text) : fmt::format("http://{}/", text));
  const bool is_plain = url && url->target == "/" &&
                        (is_unix || (text.ends_with(fmt::format(":{}", url->place.port))));
  if (!is_plain) {
    return failure(Fault::malformed,
                   fmt::format("\"{}\" is no address; write \"host:port\", \"[::1]:port\" or "
                               "\"unix:/path\"",
                               printable(text, 200)));
  }
  return std::move(url->place);
}

Vocabulary vocabulary_of(const TcpProbeSettings& settings) {
  Vocabulary vocabulary;
  vocabulary.values = {"connect_seconds", "total_seconds"};
  if (!settings.expect.empty()) vocabulary.values.emplace_back("first_byte_seconds");
  if (settings.place.unix_path.empty()) vocabulary.values.emplace_back("dns_seconds");
  if (settings.place.tls) {
    vocabulary.values.emplace_back("tls_seconds");
    vocabulary.values.emplace_back("certificate_expiry_days");
  }
  return vocabulary;
}

TcpProbe::TcpProbe(asio::any_io_executor executor, net::Clock& clock, net::Resolver& resolver,
                   TcpProbeSettings settings)
    : executor_(std::move(executor)),
      clock_(clock),
      resolver_(resolver),
      settings_(std::move(settings)),
      name_(printable(to_string(settings_.place))),
      pattern_(compile_pattern(settings_.expect)) {}

TcpProbe::~TcpProbe() = default;

asio::awaitable<Sample> TcpProbe::take() {
  const Instant started = clock_.now();
  trace_ = {};
  heard_.clear();
  const net::Limit limit{.at = started + settings_.timeout, .length = settings_.timeout};
  const Result<void> met = co_await meet(limit);

  const Instant ended = clock_.now();
  trace_.total = ended - started;
  Sample sample{.taken_at = started, .latency = trace_.total, .reason = {}};
  sample.readings = readings(ended);
  if (met) {
    sample.outcome = Outcome::good;
    sample.latency_kind = LatencyKind::measured;
    co_return sample;
  }
  const Fault fault = met.error().fault;
  sample.outcome = is_targets(fault) ? Outcome::bad : Outcome::unknown;
  sample.latency_kind = fault == Fault::timeout ? LatencyKind::at_least : LatencyKind::none;
  sample.reason = printable(met.error().message);
  co_return sample;
}

asio::awaitable<Result<void>> TcpProbe::meet(net::Limit limit) {
  Result<net::Socket> socket =
      co_await net::connect(executor_, clock_, resolver_, settings_.place, limit, &trace_);
  if (!socket) co_return std::unexpected(std::move(socket).error());
  net::Connection connection(*std::move(socket), heard_bytes_max);
  if (settings_.place.tls) {
    net::Acquaintance stranger;
    Result<void> secured =
        co_await net::secure(clock_, settings_.place, limit, connection, stranger, trace_);
    if (!secured) co_return secured;
  }
  if (settings_.send.empty() && !pattern_) co_return Result<void>();

  Result<void> talked = co_await net::before(clock_, limit.at, talk(connection));
  heard_ = received_by(connection).substr(0, remembered_bytes);
  if (!talked && talked.error().fault == Fault::timeout)
    talked = std::unexpected(too_late(limit.length));
  co_return talked;
}

asio::awaitable<Result<void>> TcpProbe::talk(net::Connection& connection) {
  if (!settings_.send.empty()) {
    const net::Transferred sent = co_await connection.write(settings_.send);
    // What it said before it hung up may be all that is expected.
    if (sent.error && !pattern_) co_return std::unexpected(explain(sent.error, connection));
  }
  if (!pattern_) co_return Result<void>();
  Result<void> heard = co_await listen(connection);
  co_return heard;
}

asio::awaitable<Result<void>> TcpProbe::listen(net::Connection& connection) {
  const Instant began = clock_.now();
  while (connection.received.size() < heard_bytes_max) {
    const std::size_t room = heard_bytes_max - connection.received.size();
    const std::size_t before = connection.received.size();
    const auto error = co_await connection.read_more(std::min(read_bytes, room));
    const bool came = connection.received.size() > before;
    if (came && !trace_.first_byte) trace_.first_byte = clock_.now() - began;
    if (came && RE2::PartialMatch(received_by(connection), *pattern_)) co_return Result<void>();
    if (error) co_return std::unexpected(explain(error, connection));
  }
  co_return failure(Fault::too_large,
                    fmt::format("{} said nothing that matches \"{}\" in {} bytes", name_,
                                printable(settings_.expect, excerpt_bytes), heard_bytes_max));
}

Error TcpProbe::explain(const boost::system::error_code& error,
                        const net::Connection& connection) const {
  if (connection.tls && connection.tls->complaint()) {
    return connection.tls->complaint()->about(name_);
  }
  const std::string_view heard = received_by(connection);
  if (error == asio::error::eof && heard.empty()) {
    return {Fault::closed, fmt::format("{} closed the connection without a word", name_)};
  }
  if (error == asio::error::eof) {
    return {Fault::malformed, fmt::format(R"({} did not say "{}": got "{}")", name_,
                                          printable(settings_.expect, excerpt_bytes),
                                          printable(heard, excerpt_bytes))};
  }
  if (net::is_hang_up(error)) {
    return {Fault::closed, fmt::format("{} reset the connection", name_)};
  }
  return {net::fault_of(error),
          fmt::format("the connection to {} broke: {}", name_, error.message())};
}

Error TcpProbe::too_late(Duration given) const {
  if (!pattern_) {
    return {Fault::timeout,
            fmt::format("timeout after {} sending to {}", for_people(given), name_)};
  }
  const std::string got =
      heard_.empty() ? "got nothing" : fmt::format("got \"{}\"", printable(heard_, excerpt_bytes));
  return {Fault::timeout,
          fmt::format("timeout after {} waiting for {} to say \"{}\": {}", for_people(given), name_,
                      printable(settings_.expect, excerpt_bytes), got)};
}

std::vector<Reading> TcpProbe::readings(Instant now) const {
  std::vector<Reading> known;
  std::uint16_t place = 0;
  const auto add = [&](const std::optional<Duration>& duration) {
    if (duration) known.push_back({place, in_seconds(*duration)});
    ++place;
  };
  add(trace_.connect);
  add(trace_.total);
  if (pattern_) add(trace_.first_byte);
  if (settings_.place.unix_path.empty()) add(trace_.dns);
  if (!settings_.place.tls) return known;
  add(trace_.tls);
  if (trace_.secured && trace_.secured->expires) {
    known.push_back({place, in_days(*trace_.secured->expires - now)});
  }
  return known;
}

std::vector<Detail> TcpProbe::details() const {
  std::vector<Detail> details;
  append_trace(details, settings_.place, trace_, clock_.now());
  if (!heard_.empty()) details.push_back({"heard", printable(heard_)});
  return details;
}

}  // namespace ripcord::probe
