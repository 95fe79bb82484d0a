#pragma once

#include "net/clock.hpp"
#include "net/http_client.hpp"
#include "net/http_message.hpp"
#include "probe/probe.hpp"

#include <boost/asio/any_io_executor.hpp>

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace re2 {
class RE2;
}

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
  net::Place place;
  std::string url;  ///< as it was written, for messages
  std::string method = "GET";
  std::string target = "/";
  std::vector<net::Header> headers;
  StatusSet status;          ///< what is good
  std::string body_matches;  ///< an RE2 pattern that the body must contain; empty: any body
  Duration timeout = std::chrono::seconds(2);  ///< of the whole exchange, name lookup included

  friend bool operator==(const HttpProbeSettings& a, const HttpProbeSettings& b);
};

/// Whether RE2 takes `pattern`; Fault::malformed with its own words otherwise.
[[nodiscard]] Result<void> check_pattern(const std::string& pattern);

/// Whether the method, target and headers make one well-formed request; Fault::malformed with what
/// is wrong. A probe that cannot even ask reports unknown.
[[nodiscard]] Result<void> check_request(const HttpProbeSettings& settings);

/// Good when the target answers one of the expected statuses, with the expected body, in time.
///
/// Bad, each with its own reason, when it refuses, is unreachable, is too slow, hangs up, breaks
/// the protocol, sends too much or answers wrongly. Unknown when the name lookup or our own side
/// failed.
class HttpProbe final : public Probe {
 public:
  /// Borrows `clock` and `resolver`, which must outlive the probe.
  /// Pre: check_pattern(settings.body_matches) and check_request(settings).
  HttpProbe(boost::asio::any_io_executor executor, net::Clock& clock, net::Resolver& resolver,
            HttpProbeSettings settings);
  ~HttpProbe() override;

  boost::asio::awaitable<Sample> take() override;

 private:
  [[nodiscard]] std::string judge(const net::Reply& reply) const;

  net::Clock& clock_;
  HttpProbeSettings settings_;
  net::HttpClient client_;
  std::unique_ptr<re2::RE2> body_pattern_;  ///< none when any body will do
};

}  // namespace ripcord::probe
