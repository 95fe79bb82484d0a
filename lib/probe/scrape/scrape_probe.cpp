#include "probe/scrape/scrape_probe.hpp"

#include "base/text.hpp"
#include "net/http_text.hpp"
#include "probe/scrape/selector.hpp"
#include "probe/target_fault.hpp"
#include "probe/trace_details.hpp"

#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <iterator>
#include <optional>
#include <utility>

namespace asio = boost::asio;

namespace ripcord::probe {
namespace {

/// OpenMetrics before text, as it says where it ends; anything before nothing.
constexpr std::string_view accepted =
    "application/openmetrics-text;version=1.0.0;q=0.9,text/plain;version=0.0.4;q=0.8,"
    "text/plain;q=0.5,*/*;q=0.1";

/// What is parsed before others have their turn.
constexpr std::size_t slice_bytes = 128UL * 1024;

constexpr std::size_t excerpt_bytes = 80;

/// The target with what is asked of it besides; a header of the user's stands.
HttpTarget asked_of(HttpTarget target) {
  const auto add = [&target](std::string_view name, std::string_view value) {
    if (net::find_header(target.headers, name)) return;
    target.headers.push_back({std::string(name), std::string(value)});
  };
  add("Accept", accepted);
  add("Accept-Encoding", "identity");
  return target;
}

std::string_view content_type_of(const net::Reply& reply) {
  return net::find_header(reply.headers, "Content-Type").value_or(std::string_view());
}

scrape::Format format_of(std::string_view content_type) {
  const std::string_view media_type = trim(content_type.substr(0, content_type.find(';')));
  return net::same_name(media_type, "application/openmetrics-text") ? scrape::Format::openmetrics
                                                                    : scrape::Format::text;
}

/// Whether the end of the body is known from more than that the connection was closed.
bool has_length(const net::Reply& reply) {
  return net::find_header(reply.headers, "Content-Length").has_value() ||
         net::find_header(reply.headers, "Transfer-Encoding").has_value();
}

bool is_encoded(const net::Reply& reply) {
  const auto encoding = net::find_header(reply.headers, "Content-Encoding");
  return encoding && !net::same_name(trim(*encoding), "identity");
}

scrape::Selector selector_of(const std::string& text) {
  return *scrape::Selector::parse(text);
}

/// The windows of the quantiles, each once.
std::vector<Duration> windows_of(const std::vector<ScrapeQuantile>& quantiles) {
  std::vector<Duration> windows;
  for (const ScrapeQuantile& quantile : quantiles) {
    if (std::ranges::find(windows, quantile.window) == windows.end()) {
      windows.push_back(quantile.window);
    }
  }
  return windows;
}

}  // namespace

/// The meters of one probe, and the places of their numbers among its readings.
class ScrapeProbe::Meters final : public scrape::ExpositionSink {
 public:
  explicit Meters(const ScrapeProbeSettings& settings)
      : quantiles_(settings.quantiles), windows_(windows_of(settings.quantiles)) {
    if (!settings.requests.empty()) requests_.emplace(selector_of(settings.requests));
    if (!settings.errors.empty()) errors_.emplace(selector_of(settings.errors));
    for (const ScrapeValue& value : settings.values) {
      values_.emplace_back(selector_of(value.select), value.read_as, value.agg,
                           settings.stale_after);
    }
    if (!settings.latency.empty()) latency_.emplace(selector_of(settings.latency), windows_);

    if (requests_) all_.push_back({"requests", &*requests_});
    if (errors_) all_.push_back({"errors", &*errors_});
    for (std::size_t i = 0; i < values_.size(); ++i) {
      all_.push_back({settings.values[i].name, &values_[i]});
    }
    if (latency_) all_.push_back({"latency", &*latency_});
  }

  void begin(Instant now) {
    now_ = now;
    for (const Named& named : all_) named.meter->begin();
  }

  void declared(const scrape::Family& family) override {
    for (const Named& named : all_) named.meter->declared(family);
  }

  void sampled(const scrape::SeriesSample& sample) override {
    for (const Named& named : all_) named.meter->sampled(sample, now_);
  }

  void begin_epoch(Instant epoch) {
    if (latency_) latency_->begin_epoch(epoch);
  }

  void commit() {
    for (const Named& named : all_) named.meter->commit(now_);
  }

  /// What is known after commit(), in the order of vocabulary_of().
  [[nodiscard]] std::vector<Reading> readings() const {
    std::vector<Reading> readings;
    std::uint16_t place = 0;
    const auto add = [&](std::optional<double> number) {
      if (number) readings.push_back({.value = place, .number = *number});
      ++place;
    };
    if (requests_) add(requests_->total());
    if (errors_) add(errors_->total());
    for (const scrape::ValueMeter& value : values_) add(value.value());
    for (const ScrapeQuantile& quantile : quantiles_) add(number_of(quantile));
    return readings;
  }

  void tell(std::vector<Detail>& details) const {
    for (const Named& named : all_) details.push_back({named.name, named.meter->told()});
    for (const ScrapeQuantile& quantile : quantiles_) {
      const auto number = number_of(quantile);
      details.push_back({quantile.value_name, number ? fmt::format("{:.6g} over {}", *number,
                                                                   for_people(quantile.window))
                                                     : "not known"});
    }
  }

 private:
  struct Named {
    std::string name;
    scrape::Meter* meter;
  };

  [[nodiscard]] std::optional<double> number_of(const ScrapeQuantile& quantile) const {
    if (!latency_) return std::nullopt;
    const auto window = std::ranges::find(windows_, quantile.window) - windows_.begin();
    return latency_->quantile(quantile.quantile, static_cast<std::size_t>(window),
                              quantile.samples_min);
  }

  std::vector<ScrapeQuantile> quantiles_;
  std::vector<Duration> windows_;
  std::optional<scrape::CounterMeter> requests_;
  std::optional<scrape::CounterMeter> errors_;
  std::vector<scrape::ValueMeter> values_;
  std::optional<scrape::HistogramMeter> latency_;
  std::vector<Named> all_;
  Instant now_;
};

Vocabulary vocabulary_of(const ScrapeProbeSettings& settings) {
  Vocabulary vocabulary;
  if (!settings.requests.empty()) vocabulary.values.emplace_back("requests");
  if (!settings.errors.empty()) vocabulary.values.emplace_back("errors");
  for (const ScrapeValue& value : settings.values) vocabulary.values.push_back(value.name);
  for (const ScrapeQuantile& quantile : settings.quantiles) {
    vocabulary.values.push_back(quantile.value_name);
  }
  return vocabulary;
}

Result<void> check_request(const ScrapeProbeSettings& settings) {
  return net::check_sendable({.method = "GET",
                              .target = settings.http.target,
                              .headers = settings.http.headers,
                              .body = {}});
}

Result<void> check_selector(std::string_view text) {
  const auto selector = scrape::Selector::parse(text);
  if (!selector) return std::unexpected(selector.error());
  return {};
}

Result<void> check_histogram_selector(std::string_view text) {
  const auto selector = scrape::Selector::parse(text);
  if (!selector) return std::unexpected(selector.error());
  if (!selector->asks_for("le")) return {};
  return failure(Fault::malformed,
                 fmt::format(R"("{}" has a condition on "le", but a quantile needs every bucket)",
                             printable(text, excerpt_bytes)));
}

ScrapeProbe::ScrapeProbe(asio::any_io_executor executor, net::Clock& clock, net::Resolver& resolver,
                         ScrapeProbeSettings settings)
    : clock_(clock),
      settings_(std::move(settings)),
      asked_(asked_of(settings_.http)),
      form_(asked_),
      client_(std::move(executor), clock, resolver, settings_.http.place,
              {.body_bytes = settings_.body_max}),
      meters_(std::make_unique<Meters>(settings_)) {}

ScrapeProbe::~ScrapeProbe() = default;

void ScrapeProbe::begin_epoch(Instant epoch) {
  meters_->begin_epoch(epoch);
}

asio::awaitable<Sample> ScrapeProbe::take() {
  const Instant started = clock_.now();
  details_.clear();
  Sample sample{.taken_at = started, .reason = {}};
  Result<net::Request> request = form_.fill();
  if (!request) {
    sample.reason = printable(request.error().message);
    co_return sample;
  }
  const Result<net::Reply> reply =
      co_await client_.exchange(*std::move(request), started + settings_.timeout);

  const Instant ended = clock_.now();
  sample.latency = ended - started;
  append_trace(details_, settings_.http.place, client_.trace(), ended);
  if (!reply) {
    const Error& error = reply.error();
    const bool never_sent = error.fault == Fault::malformed && !check_request(settings_);
    // What is too large is so for us.
    const bool is_bad = is_targets(error.fault) && error.fault != Fault::too_large && !never_sent;
    sample.outcome = is_bad ? Outcome::bad : Outcome::unknown;
    sample.latency_kind = error.fault == Fault::timeout ? LatencyKind::at_least : LatencyKind::none;
    sample.reason = printable(error.message);
    co_return sample;
  }
  sample.latency_kind = LatencyKind::measured;
  Judged judged = co_await read(*reply, started);
  sample.outcome = judged.outcome;
  sample.reason = std::move(judged.reason);
  if (sample.outcome == Outcome::good) sample.readings = meters_->readings();
  co_return sample;
}

asio::awaitable<ScrapeProbe::Judged> ScrapeProbe::read(const net::Reply& reply, Instant started) {
  const std::string content_type = printable(content_type_of(reply), excerpt_bytes);
  details_.push_back({"status", std::to_string(reply.status)});
  details_.push_back({"content_type", content_type});
  details_.push_back({"bytes", std::to_string(reply.body.size())});
  const auto wrong = [&content_type](const Error& error) {
    return Judged{
        .outcome = error.fault == Fault::too_large ? Outcome::unknown : Outcome::bad,
        .reason = fmt::format("no exposition of metrics ({}): {}",
                              content_type.empty() ? "no content type" : content_type.c_str(),
                              error.message)};
  };
  if (reply.status != 200) {
    co_return Judged{Outcome::bad, fmt::format("status {}, expected 200", reply.status)};
  }
  if (is_encoded(reply)) {
    co_return Judged{Outcome::bad, "the exposition is compressed, which was not asked for"};
  }

  meters_->begin(started);
  scrape::ExpositionParser parser(format_of(content_type), *meters_);
  for (std::string_view rest = reply.body; !rest.empty();) {
    const Result<void> fed = parser.feed(rest.substr(0, slice_bytes));
    if (!fed) co_return wrong(fed.error());
    rest.remove_prefix(std::min(slice_bytes, rest.size()));
    if (!rest.empty()) co_await asio::post(asio::use_awaitable);
  }
  const Result<void> finished = parser.finish(has_length(reply));
  if (!finished) co_return wrong(finished.error());
  meters_->commit();
  details_.push_back({"series", std::to_string(parser.series())});
  meters_->tell(details_);
  co_return Judged{};
}

}  // namespace ripcord::probe
