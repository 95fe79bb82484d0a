#include "probe/http_probe.hpp"

#include "base/text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <re2/re2.h>
#include <utility>

namespace asio = boost::asio;

namespace ripcord::probe {
namespace {

/// What of an unexpected body is shown.
constexpr std::size_t excerpt_bytes = 80;

/// For compiling and matching: a pattern that needs more is refused by check_pattern().
constexpr std::int64_t pattern_memory = 1024L * 1024;

RE2::Options pattern_options() {
  RE2::Options options;
  options.set_log_errors(false);
  options.set_max_mem(pattern_memory);
  return options;
}

std::unique_ptr<RE2> compile(const std::string& pattern) {
  if (pattern.empty()) return nullptr;
  return std::make_unique<RE2>(pattern, pattern_options());
}

net::Request request_of(const HttpProbeSettings& settings) {
  return {.method = settings.method,
          .target = settings.target,
          .headers = settings.headers,
          .body = {}};
}

/// Whether `fault` of an exchange is the target's doing; everything else is ours, and says nothing
/// about the target.
bool is_targets(Fault fault) {
  switch (fault) {
    case Fault::refused:
    case Fault::unreachable:
    case Fault::timeout:
    case Fault::closed:
    case Fault::malformed:
    case Fault::too_large:
      return true;
    default:
      return false;
  }
}

}  // namespace

bool operator==(const HttpProbeSettings& a, const HttpProbeSettings& b) {
  const auto same_header = [](const net::Header& one, const net::Header& other) {
    return one.name == other.name && one.value == other.value;
  };
  return a.place.host == b.place.host && a.place.port == b.place.port &&
         a.place.unix_path == b.place.unix_path && a.url == b.url && a.method == b.method &&
         a.target == b.target && std::ranges::equal(a.headers, b.headers, same_header) &&
         a.status == b.status && a.body_matches == b.body_matches && a.timeout == b.timeout;
}

Result<void> check_pattern(const std::string& pattern) {
  const RE2 compiled(pattern, pattern_options());
  if (compiled.ok()) return {};
  return failure(Fault::malformed,
                 fmt::format("\"{}\" is not a pattern: {}", printable(pattern, 100),
                             printable(compiled.error())));
}

Result<void> check_request(const HttpProbeSettings& settings) {
  return net::check_sendable(request_of(settings));
}

HttpProbe::HttpProbe(asio::any_io_executor executor, net::Clock& clock, net::Resolver& resolver,
                     HttpProbeSettings settings)
    : clock_(clock),
      settings_(std::move(settings)),
      client_(std::move(executor), clock, resolver, settings_.place),
      body_pattern_(compile(settings_.body_matches)) {}

HttpProbe::~HttpProbe() = default;

asio::awaitable<Sample> HttpProbe::take() {
  const Instant started = clock_.now();
  net::Request request = request_of(settings_);
  const Result<net::Reply> reply =
      co_await client_.exchange(std::move(request), started + settings_.timeout);

  Sample sample{.taken_at = started, .latency = clock_.now() - started, .reason = {}};
  if (reply) {
    sample.reason = judge(*reply);
    sample.outcome = sample.reason.empty() ? Outcome::good : Outcome::bad;
    sample.latency_kind = LatencyKind::measured;
    co_return sample;
  }
  const Error& error = reply.error();
  const bool never_sent = error.fault == Fault::malformed && !check_request(settings_);
  sample.outcome = is_targets(error.fault) && !never_sent ? Outcome::bad : Outcome::unknown;
  sample.latency_kind = error.fault == Fault::timeout ? LatencyKind::at_least : LatencyKind::none;
  sample.reason = printable(error.message);
  co_return sample;
}

std::string HttpProbe::judge(const net::Reply& reply) const {
  if (!settings_.status.contains(reply.status)) {
    return fmt::format("status {}, expected {}", reply.status, settings_.status.text());
  }
  if (body_pattern_ && !RE2::PartialMatch(reply.body, *body_pattern_)) {
    return fmt::format(R"(body does not match "{}": got "{}")",
                       printable(settings_.body_matches, excerpt_bytes),
                       printable(reply.body, excerpt_bytes));
  }
  return {};
}

}  // namespace ripcord::probe
