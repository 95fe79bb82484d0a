#pragma once

#include "base/indirect.hpp"
#include "base/shared.hpp"
#include "model/vocabulary.hpp"
#include "net/clock.hpp"
#include "net/http_client.hpp"
#include "net/http_message.hpp"
#include "probe/http/json_condition.hpp"
#include "probe/http_target.hpp"
#include "probe/pattern.hpp"
#include "probe/probe.hpp"
#include "probe/request_form.hpp"

#include <boost/asio/any_io_executor.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace ripcord::probe {

/// A set of HTTP status codes, written `"200"`, `"200-299"` or `"2xx"`, several by comma.
/// `"200-299"` unless told otherwise.
class StatusSet {
 public:
  /// Fault::malformed with what is wrong.
  [[nodiscard]] static Result<StatusSet> parse(std::string_view text);

  [[nodiscard]] bool contains(unsigned status) const;
  /// As it was written, for messages.
  [[nodiscard]] const std::string& text() const { return text_; }

  friend bool operator==(const StatusSet&, const StatusSet&) = default;

 private:
  struct Range {
    unsigned first = 0;
    unsigned last = 0;
    friend bool operator==(const Range&, const Range&) = default;
  };
  std::string text_ = "200-299";
  std::vector<Range> ranges_{Range{.first = 200, .last = 299}};
};

struct HttpProbeSettings {
  HttpTarget http;
  std::string method = "GET";
  RequestBody body;
  StatusSet status;                 ///< what is good
  std::string body_matches;         ///< an RE2 pattern that the body must contain; empty: any body
  std::vector<JsonCondition> json;  ///< what the body must say, as JSON
  std::uint32_t body_max = 64 * 1024;  ///< bytes of a reply's body; one that is larger is bad
  std::uint32_t redirects_max = 0;     ///< how many are followed; with 0 a redirect is a reply
  Duration timeout = std::chrono::seconds(2);  ///< of all of it, name lookup and redirects included

  friend bool operator==(const HttpProbeSettings&, const HttpProbeSettings&) = default;
};

/// Whether the method, target, headers and body make one well-formed request; Fault::malformed with
/// what is wrong. A probe that cannot even ask reports unknown.
[[nodiscard]] Result<void> check_request(const HttpProbeSettings& settings);

/// `status` of the reply; `first_byte_seconds` from the request to the beginning of the reply,
/// `total_seconds` of all of it; `connect_seconds`, `dns_seconds` (not of a unix socket) and
/// `tls_seconds` (only of https), which are absent over a kept connection; and, of https,
/// `certificate_expiry_days`, below 0 for one that has expired.
[[nodiscard]] Vocabulary vocabulary_of(const HttpProbeSettings& settings);

/// Good when the target answers one of the expected statuses, with the expected body, in time.
///
/// Bad, each with its own reason, when it refuses, is unreachable, is too slow, hangs up, breaks
/// the protocol, cannot be trusted, sends too much or answers wrongly. Unknown when the name lookup
/// or our own side failed.
class HttpProbe final : public Probe {
 public:
  /// Borrows `clock` and `resolver`, which must outlive the probe.
  /// Pre: check_pattern(settings.body_matches), check_request(settings) and check_pointer() of each
  /// condition.
  HttpProbe(boost::asio::any_io_executor executor, net::Clock& clock, net::Resolver& resolver,
            Shared<HttpProbeSettings> settings);
  ~HttpProbe() override;

  boost::asio::awaitable<Sample> take() override;
  /// Of a place without TLS, when nothing of the request stands in a file and no redirect is
  /// followed. Of a good reply nothing is remembered for details().
  bool begin(Taken taken) override;
  void cancel() override { client_.cancel(); }
  [[nodiscard]] std::vector<Detail> details() const override;

 private:
  /// Where a redirect has led.
  struct Redirection {
    std::string url = {};
    std::optional<net::Trace> away = std::nullopt;  ///< when that is another place
  };
  struct Seen {
    net::Reply reply = {};  ///< its body cut short
    std::size_t bytes = 0;  ///< of the whole body
  };

  boost::asio::awaitable<Result<net::Reply>> ask(Instant deadline);
  /// Goes on from `reply`, a redirect that answered `request`.
  boost::asio::awaitable<Result<net::Reply>> follow(net::Request request, net::Reply reply,
                                                    Instant deadline);
  void forget();
  [[nodiscard]] Sample conclude(Instant started, const Result<net::Reply>& reply) const;
  void remember(net::Reply reply);
  [[nodiscard]] std::string judge(const net::Reply& reply) const;
  [[nodiscard]] std::vector<Reading> readings(Instant now, Duration total) const;
  [[nodiscard]] const net::Trace& trace() const;

  net::Clock& clock_;
  net::Resolver& resolver_;
  Shared<HttpProbeSettings> settings_;
  net::HttpClient client_;
  Pattern body_pattern_;  ///< none when any body will do

  std::optional<net::WireRequest> constant_;  ///< what begin() sends; nothing when it cannot
  std::unique_ptr<RequestForm> form_;         ///< none of a constant one
  Instant begun_at_;
  Taken taken_;

  // What the last sample saw. Most see nothing that is worth its room.
  bool asked_ = false;  ///< a request was sent, or would have been
  OptionalIndirect<Redirection> redirection_;
  OptionalIndirect<Seen> seen_;
};

}  // namespace ripcord::probe
