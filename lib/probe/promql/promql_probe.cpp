#include "probe/promql/promql_probe.hpp"

#include "base/text.hpp"
#include "probe/trace_details.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <utility>

namespace asio = boost::asio;

namespace ripcord::probe {
namespace {

constexpr std::size_t body_max = 4UL * 1024 * 1024;

/// Further from now an answer is not about now: how far Prometheus itself looks back.
constexpr Duration apart_max = std::chrono::minutes(5);

/// `text` as it stands in a form (application/x-www-form-urlencoded).
std::string escaped(std::string_view text) {
  std::string form;
  for (const char c : text) {
    const bool is_plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                          (c >= '0' && c <= '9') || c == '-' || c == '.' || c == '_' || c == '~';
    if (is_plain) {
      form.push_back(c);
    } else {
      form += fmt::format("%{:02X}", static_cast<unsigned char>(c));
    }
  }
  return form;
}

/// `/prefix?x=y` → `/prefix/api/v1/query?x=y`
std::string query_target(std::string_view target) {
  const std::size_t end = std::min(target.find('?'), target.size());
  std::string_view path = target.substr(0, end);
  while (path.ends_with('/')) path.remove_suffix(1);
  return fmt::format("{}/api/v1/query{}", path, target.substr(end));
}

/// The target with what is asked of it besides; a header of the user's stands.
HttpTarget asked_of(HttpTarget target) {
  const auto add = [&target](std::string_view name, std::string_view value) {
    if (net::find_header(target.headers, name)) return;
    target.headers.push_back({std::string(name), std::string(value)});
  };
  target.target = query_target(target.target);
  add("Content-Type", "application/x-www-form-urlencoded");
  add("Accept", "application/json");
  add("Accept-Encoding", "identity");
  return target;
}

std::string form_of(const PromqlProbeSettings& settings) {
  // Thanos and VictoriaMetrics: half an answer is none. Prometheus does not know these two.
  return fmt::format("query={}&timeout={}&partial_response=false&deny_partial_response=1",
                     escaped(settings.query),
                     std::chrono::duration<double>(settings.timeout).count());
}

std::string text_of(double number) {
  return fmt::format("{:.6g}", number);
}

}  // namespace

Vocabulary vocabulary_of(const PromqlProbeSettings& settings) {
  if (settings.agg == promql::Agg::every) return {.values = {"min", "max"}, .occurrences = {}};
  return {.values = {"value"}, .occurrences = {}};
}

net::Request request_of(const PromqlProbeSettings& settings) {
  HttpTarget asked = asked_of(settings.http);
  return {.method = "POST",
          .target = std::move(asked.target),
          .headers = std::move(asked.headers),
          .body = form_of(settings)};
}

PromqlProbe::PromqlProbe(asio::any_io_executor executor, net::Clock& clock, net::Resolver& resolver,
                         PromqlProbeSettings settings)
    : clock_(clock),
      settings_(std::move(settings)),
      asked_(asked_of(settings_.http)),
      form_(asked_, "POST", {.text = form_of(settings_)}),
      client_(std::move(executor), clock, resolver, settings_.http.place,
              {.body_bytes = body_max}) {}

asio::awaitable<Sample> PromqlProbe::take() {
  const Instant started = clock_.now();
  details_.clear();
  details_.push_back({"query", printable(settings_.query)});
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
    sample.reason = printable(reply.error().message);
    co_return sample;
  }
  const auto numbers = judge(*reply, ended);
  if (!numbers) {
    sample.reason = printable(numbers.error().message);
    co_return sample;
  }
  sample.outcome = Outcome::good;
  for (std::size_t i = 0; i < numbers->size(); ++i) {
    sample.readings.push_back({.value = static_cast<std::uint16_t>(i), .number = (*numbers)[i]});
  }
  co_return sample;
}

Result<std::vector<double>> PromqlProbe::judge(const net::Reply& reply, Instant now) {
  details_.push_back({"status", std::to_string(reply.status)});
  const auto answer = promql::read_answer(reply.status, reply.body);
  if (!answer) return std::unexpected(answer.error());
  tell(*answer);
  for (const Instant at : answer->times) {
    if (at >= now - apart_max && at <= now + apart_max) continue;
    return failure(Fault::missing, fmt::format("the answer is about {}, but here it is {}",
                                               to_rfc3339(at), to_rfc3339(now)));
  }
  return promql::numbers_of(*answer, settings_.agg);
}

void PromqlProbe::tell(const promql::Answer& answer) {
  details_.push_back(
      {"result", answer.is_scalar ? std::string("a scalar")
                                  : fmt::format("a vector of {} series", answer.elements.size())});
  for (const promql::Element& element : answer.elements) {
    if (!element.labels.empty()) details_.push_back({element.labels, text_of(element.number)});
    if (answer.is_scalar) details_.push_back({"scalar", text_of(element.number)});
  }
  for (const std::string& note : answer.notes) details_.push_back({"warning", note});
}

}  // namespace ripcord::probe
