#pragma once

#include "api/backend.hpp"
#include "api/routes.hpp"
#include "base/result.hpp"
#include "base/time.hpp"
#include "net/http_message.hpp"

#include <boost/asio/awaitable.hpp>

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace ripcord::api {

/// One alert of a notification.
struct Alert {
  bool is_firing = false;
  std::string service;  ///< its label `ripcord_service`; empty without one
  std::string name;     ///< its label `alertname`: what is counted
  std::string mark;     ///< tells it from every other one, and from its own next time
  Instant since;
  std::string summary;  ///< may be empty
};

/// What Alertmanager's webhook sends, as far as it is used.
struct AlertGroup {
  std::vector<Alert> alerts;
  std::size_t truncated = 0;  ///< those that it left out
};

/// Version 4 of the body
/// (https://prometheus.io/docs/alerting/latest/configuration/#webhook_config); members that are not
/// known here are passed over, as newer versions have more. Fault::malformed with a message for the
/// caller.
[[nodiscard]] Result<AlertGroup> read_alerts(std::string_view body);

/// Reports each firing alert as a signal of its service, once however often it is sent. The reply
/// says what became of each: 404 when one of them is counted by nobody, 503 when it should be sent
/// again. Borrows `backend`.
boost::asio::awaitable<net::Reply> take_alerts(Backend& backend, Call call, std::string by,
                                               std::string body);

}  // namespace ripcord::api
