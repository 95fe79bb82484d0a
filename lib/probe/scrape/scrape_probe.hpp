#pragma once

#include "model/vocabulary.hpp"
#include "net/clock.hpp"
#include "net/http_client.hpp"
#include "probe/http_target.hpp"
#include "probe/probe.hpp"
#include "probe/request_form.hpp"
#include "probe/scrape/exposition.hpp"
#include "probe/scrape/meter.hpp"

#include <boost/asio/any_io_executor.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace ripcord::probe {

/// One number of an exposition, by a name of the user's.
struct ScrapeValue {
  std::string name;
  std::string select;  ///< a selector
  scrape::ReadAs read_as = scrape::ReadAs::by_type;
  scrape::Agg agg = scrape::Agg::sum;

  friend bool operator==(const ScrapeValue&, const ScrapeValue&) = default;
};

/// A quantile of the histogram `latency`, over what was observed in `window`; in its own unit,
/// which is seconds.
struct ScrapeQuantile {
  double quantile = 0.95;  ///< in (0, 1]
  Duration window = std::chrono::minutes(1);
  std::string value_name;
  std::uint32_t samples_min = 1;  ///< with fewer observations in the window it is not known

  friend bool operator==(const ScrapeQuantile&, const ScrapeQuantile&) = default;
};

struct ScrapeProbeSettings {
  HttpTarget http;
  std::string requests;  ///< selector of counters; empty: none
  std::string errors;    ///< selector of counters; empty: none
  std::string latency;   ///< selector of histograms; empty: none
  std::vector<ScrapeValue> values;
  std::vector<ScrapeQuantile> quantiles;            ///< of `latency`; empty without it
  Duration timeout = std::chrono::seconds(2);       ///< of the whole exchange
  Duration stale_after = std::chrono::seconds(15);  ///< the longest gap that makes a rate
  std::size_t body_max = 16UL * 1024 * 1024;        ///< bytes of an exposition

  friend bool operator==(const ScrapeProbeSettings&, const ScrapeProbeSettings&) = default;
};

/// The values in this order: `requests` and `errors` where they are selected, those of `values`,
/// those of `quantiles`. No occurrences.
[[nodiscard]] Vocabulary vocabulary_of(const ScrapeProbeSettings& settings);

/// Whether the target and the headers make one well-formed request; Fault::malformed with what is
/// wrong.
[[nodiscard]] Result<void> check_request(const ScrapeProbeSettings& settings);

/// Whether `text` is a selector of series; Fault::malformed with what is wrong.
[[nodiscard]] Result<void> check_selector(std::string_view text);
/// Whether `text` selects histograms: a selector without a condition on `le`.
[[nodiscard]] Result<void> check_histogram_selector(std::string_view text);

/// Scrapes the application's own metrics: Prometheus text 0.0.4 or OpenMetrics.
///
/// `requests` and `errors` are counters that never fall while this probe lives, whichever worker
/// is restarted: each series adds what it has grown (see scrape::CounterMeter); what is still
/// lost when this process restarts is found by window::Counters, as their first reading only sets
/// the base. A selector that matches nothing is 0 only where the exposition has such series (see
/// scrape::Picker::has_none_yet); otherwise the value is left out, and details() says why.
///
/// Good when the endpoint answered 200 with a whole, well-formed exposition in time; bad when it
/// answered anything else, for it is the target's own; unknown when our own side failed, or when
/// the exposition is beyond our own limits. A scrape that is not good changes nothing of what is
/// remembered. Memory: the exposition while it is
/// read, and the series that are selected.
class ScrapeProbe final : public Probe {
 public:
  /// Borrows `clock` and `resolver`, which must outlive the probe.
  /// Pre: each selector is empty or passes its check; the request can be sent.
  ScrapeProbe(boost::asio::any_io_executor executor, net::Clock& clock, net::Resolver& resolver,
              ScrapeProbeSettings settings);
  ~ScrapeProbe() override;

  boost::asio::awaitable<Sample> take() override;
  void begin_epoch(Instant epoch) override;
  [[nodiscard]] std::vector<Detail> details() const override { return details_; }

 private:
  class Meters;
  struct Judged {
    Outcome outcome = Outcome::good;
    std::string reason;
  };

  /// Good when `reply` brought a whole exposition, which is then committed.
  boost::asio::awaitable<Judged> read(const net::Reply& reply, Instant started);

  net::Clock& clock_;
  ScrapeProbeSettings settings_;
  HttpTarget asked_;
  RequestForm form_;
  net::HttpClient client_;
  std::unique_ptr<Meters> meters_;
  std::vector<Detail> details_;
};

}  // namespace ripcord::probe
