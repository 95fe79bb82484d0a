#include "probe/http/http_probe.hpp"

#include "base/text.hpp"
#include "probe/http/redirect.hpp"
#include "probe/pattern.hpp"
#include "probe/secrets.hpp"
#include "probe/target_fault.hpp"
#include "probe/trace_details.hpp"

#include <boost/asio/this_coro.hpp>
#include <fmt/format.h>

#include <re2/re2.h>
#include <utility>

namespace asio = boost::asio;

namespace ripcord::probe {
namespace {

/// What of an unexpected body is shown.
constexpr std::size_t excerpt_bytes = 80;

/// What of a body is kept for details().
constexpr std::size_t remembered_bytes = 512;
constexpr std::size_t shown_url_bytes = 200;

/// The places of the values in vocabulary_of().
enum : std::uint16_t {
  status_value,
  first_byte_value,
  total_value,
  connect_value,
  dns_value,
  tls_value,
  expiry_value,
  values_max,
};

RequestForm form_of(const HttpProbeSettings& settings) {
  return RequestForm(settings.http, settings.method, settings.body);
}

}  // namespace

Result<void> check_request(const HttpProbeSettings& settings) {
  return net::check_sendable({.method = settings.method,
                              .target = settings.http.target,
                              .headers = settings.http.headers,
                              .body = settings.body.text});
}

Vocabulary vocabulary_of(const HttpProbeSettings& settings) {
  Vocabulary vocabulary;
  vocabulary.values = {"status", "first_byte_seconds", "total_seconds", "connect_seconds"};
  if (settings.http.place.unix_path.empty()) vocabulary.values.emplace_back("dns_seconds");
  if (settings.http.place.tls) {
    vocabulary.values.emplace_back("tls_seconds");
    vocabulary.values.emplace_back("certificate_expiry_days");
  }
  return vocabulary;
}

HttpProbe::HttpProbe(asio::any_io_executor executor, net::Clock& clock, net::Resolver& resolver,
                     Shared<HttpProbeSettings> settings)
    : clock_(clock),
      resolver_(resolver),
      settings_(std::move(settings)),
      client_(std::move(executor), clock, resolver, settings_->http.place,
              {.body_bytes = settings_->body_max}),
      body_pattern_(compile_pattern(settings_->body_matches)) {
  auto form = std::make_unique<RequestForm>(form_of(*settings_));
  const bool is_plain = !settings_->http.place.tls && settings_->redirects_max == 0;
  const Result<net::Request> request = form->fill();
  if (is_plain && form->is_constant() && request) {
    Result<net::WireRequest> composed = client_.compose(*request);
    if (composed) constant_ = *std::move(composed);
  }
  if (!constant_) form_ = std::move(form);
}

HttpProbe::~HttpProbe() = default;

asio::awaitable<Sample> HttpProbe::take() {
  const Instant started = clock_.now();
  Result<net::Reply> reply = co_await ask(started + settings_->timeout);
  Sample sample = conclude(started, reply);
  if (reply) remember(*std::move(reply));
  co_return sample;
}

bool HttpProbe::begin(Taken taken) {
  if (!constant_) return false;
  forget();
  asked_ = true;
  taken_ = std::move(taken);
  begun_at_ = clock_.now();
  client_.begin(*constant_, begun_at_ + settings_->timeout, [this](Result<net::Reply> reply) {
    Sample sample = conclude(begun_at_, reply);
    if (reply && sample.outcome != Outcome::good) remember(*std::move(reply));
    std::exchange(taken_, nullptr)(std::move(sample));
  });
  return true;
}

void HttpProbe::forget() {
  redirection_.reset();
  seen_.reset();
  asked_ = false;
}

Sample HttpProbe::conclude(Instant started, const Result<net::Reply>& reply) const {
  const Instant ended = clock_.now();
  Sample sample{.taken_at = started, .latency = ended - started, .reason = {}};
  sample.readings = readings(ended, sample.latency);
  if (reply) {
    sample.readings.push_back({status_value, static_cast<double>(reply->status)});
    sample.reason = judge(*reply);
    sample.outcome = sample.reason.empty() ? Outcome::good : Outcome::bad;
    sample.latency_kind = LatencyKind::measured;
    return sample;
  }
  const Error& error = reply.error();
  const bool never_sent = error.fault == Fault::malformed && !check_request(*settings_);
  sample.outcome = is_targets(error.fault) && !never_sent ? Outcome::bad : Outcome::unknown;
  sample.latency_kind = error.fault == Fault::timeout ? LatencyKind::at_least : LatencyKind::none;
  sample.reason = printable(error.message);
  return sample;
}

asio::awaitable<Result<net::Reply>> HttpProbe::ask(Instant deadline) {
  forget();
  Result<net::Request> request = form_ ? form_->fill() : form_of(*settings_).fill();
  if (!request) co_return std::unexpected(std::move(request).error());
  asked_ = true;
  if (settings_->redirects_max == 0) {
    Result<net::Reply> only = co_await client_.exchange(*std::move(request), deadline);
    co_return only;
  }
  net::Request first = *request;
  Result<net::Reply> reply = co_await client_.exchange(std::move(first), deadline);
  if (!reply || !is_redirect(reply->status)) co_return reply;
  Result<net::Reply> followed = co_await follow(*std::move(request), *std::move(reply), deadline);
  co_return followed;
}

asio::awaitable<Result<net::Reply>> HttpProbe::follow(net::Request request, net::Reply reply,
                                                      Instant deadline) {
  HttpTarget here = settings_->http;
  Result<net::Reply> answer = std::move(reply);
  for (std::uint32_t followed = 0; answer && is_redirect(answer->status); ++followed) {
    if (followed == settings_->redirects_max) {
      co_return failure(Fault::malformed,
                        fmt::format("more than {}; the last is from {}",
                                    plural(settings_->redirects_max, "redirect"),
                                    printable(without_secrets(here.url), shown_url_bytes)));
    }
    Result<Redirected> next = redirected(here, request, *answer);
    if (!next) co_return std::unexpected(std::move(next).error());
    here = std::move(next->to);
    request = std::move(next->request);
    redirection_ = Redirection{.url = here.url};
    net::Request again = request;
    if (here.place == settings_->http.place) {
      answer = co_await client_.exchange(std::move(again), deadline);
    } else {
      net::HttpClient guest(co_await asio::this_coro::executor, clock_, resolver_, here.place,
                            {.body_bytes = settings_->body_max});
      answer = co_await guest.exchange(std::move(again), deadline);
      redirection_->away = guest.trace();
    }
  }
  co_return answer;
}

std::vector<Reading> HttpProbe::readings(Instant now, Duration total) const {
  std::vector<Reading> known;
  if (!asked_) return known;
  known.reserve(values_max);
  const net::Trace& went = trace();
  const auto add = [&known](std::uint16_t value, const std::optional<Duration>& duration) {
    if (duration) known.push_back({value, in_seconds(*duration)});
  };
  add(first_byte_value, went.first_byte);
  add(total_value, total);
  add(connect_value, went.connect);
  if (!settings_->http.place.unix_path.empty()) return known;
  add(dns_value, went.dns);
  if (!settings_->http.place.tls) return known;
  add(tls_value, went.tls);
  if (went.secured && went.secured->expires) {
    known.push_back({expiry_value, in_days(*went.secured->expires - now)});
  }
  return known;
}

const net::Trace& HttpProbe::trace() const {
  return redirection_ && redirection_->away ? *redirection_->away : client_.trace();
}

void HttpProbe::remember(net::Reply reply) {
  const std::size_t bytes = reply.body.size();
  if (bytes > remembered_bytes) reply.body = reply.body.substr(0, remembered_bytes);
  seen_ = Seen{.reply = std::move(reply), .bytes = bytes};
}

std::string HttpProbe::judge(const net::Reply& reply) const {
  if (!settings_->status.contains(reply.status)) {
    return fmt::format("status {}, expected {}", reply.status, settings_->status.text());
  }
  if (body_pattern_ && !RE2::PartialMatch(reply.body, *body_pattern_)) {
    return fmt::format(R"(body does not match "{}": got "{}")",
                       printable(settings_->body_matches, excerpt_bytes),
                       printable(reply.body, excerpt_bytes));
  }
  return settings_->json.empty() ? std::string() : unmet(settings_->json, reply.body);
}

}  // namespace ripcord::probe
