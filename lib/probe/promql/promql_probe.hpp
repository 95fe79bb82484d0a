#pragma once

#include "model/vocabulary.hpp"
#include "net/clock.hpp"
#include "net/http_client.hpp"
#include "net/http_message.hpp"
#include "probe/http_target.hpp"
#include "probe/probe.hpp"
#include "probe/promql/answer.hpp"
#include "probe/request_form.hpp"

#include <boost/asio/any_io_executor.hpp>

#include <string>
#include <vector>

namespace ripcord::probe {

struct PromqlProbeSettings {
  HttpTarget http;  ///< where the server's API begins: `/api/v1/query` is added to its path
  std::string query;
  promql::Agg agg = promql::Agg::only;
  Duration timeout = std::chrono::seconds(2);  ///< of the whole exchange

  friend bool operator==(const PromqlProbeSettings&, const PromqlProbeSettings&) = default;
};

/// One value, `value`; with `every` two, `min` and `max`: every series is above a limit when the
/// smallest is, and below when the largest is. No occurrences.
[[nodiscard]] Vocabulary vocabulary_of(const PromqlProbeSettings& settings);

/// What is asked, but for secrets.
[[nodiscard]] net::Request request_of(const PromqlProbeSettings& settings);

/// Asks a server that speaks Prometheus' HTTP API for the result of an instant query.
///
/// Good when it answered a number, which is the sample's value; unknown in every other case, for
/// the server is not the target: an empty answer, NaN, an error, a server that is away or hangs.
/// Its latency says nothing either. A number may be five minutes old, as the server looks back so
/// far for the last sample of a series that went silent; a query can ask for younger ones with
/// timestamp(). An answer that was computed for another time than now, by more than those five
/// minutes, is unknown: a clock is wrong, or a cache in between.
class PromqlProbe final : public Probe {
 public:
  /// Borrows `clock` and `resolver`, which must outlive the probe. Pre: the request can be sent.
  PromqlProbe(boost::asio::any_io_executor executor, net::Clock& clock, net::Resolver& resolver,
              PromqlProbeSettings settings);

  boost::asio::awaitable<Sample> take() override;
  [[nodiscard]] std::vector<Detail> details() const override { return details_; }

 private:
  [[nodiscard]] Result<std::vector<double>> judge(const net::Reply& reply, Instant now);
  void tell(const promql::Answer& answer);

  net::Clock& clock_;
  PromqlProbeSettings settings_;
  HttpTarget asked_;
  RequestForm form_;
  net::HttpClient client_;
  std::vector<Detail> details_;
};

}  // namespace ripcord::probe
