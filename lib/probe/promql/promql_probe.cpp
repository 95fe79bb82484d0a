#include "probe/promql/promql_probe.hpp"

#include "base/text.hpp"

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

std::string text_of(double number) {
  return fmt::format("{:.6g}", number);
}

}  // namespace

bool operator==(const PromqlProbeSettings& a, const PromqlProbeSettings& b) {
  const auto same_header = [](const net::Header& one, const net::Header& other) {
    return one.name == other.name && one.value == other.value;
  };
  return to_string(a.place) == to_string(b.place) && a.url == b.url && a.target == b.target &&
         std::ranges::equal(a.headers, b.headers, same_header) && a.query == b.query &&
         a.agg == b.agg && a.timeout == b.timeout;
}

Vocabulary vocabulary_of(const PromqlProbeSettings& settings) {
  if (settings.agg == promql::Agg::every) return {.values = {"min", "max"}, .occurrences = {}};
  return {.values = {"value"}, .occurrences = {}};
}

net::Request request_of(const PromqlProbeSettings& settings) {
  net::Request request{.method = "POST",
                       .target = query_target(settings.target),
                       .headers = settings.headers,
                       .body = {}};
  const auto add = [&request](std::string_view name, std::string_view value) {
    if (!net::find_header(request.headers, name)) {
      request.headers.push_back({std::string(name), std::string(value)});
    }
  };
  add("Content-Type", "application/x-www-form-urlencoded");
  add("Accept", "application/json");
  add("Accept-Encoding", "identity");
  // Thanos and VictoriaMetrics: half an answer is none. Prometheus does not know these two.
  request.body =
      fmt::format("query={}&timeout={}&partial_response=false&deny_partial_response=1",
                  escaped(settings.query), std::chrono::duration<double>(settings.timeout).count());
  return request;
}

PromqlProbe::PromqlProbe(asio::any_io_executor executor, net::Clock& clock, net::Resolver& resolver,
                         PromqlProbeSettings settings)
    : clock_(clock),
      settings_(std::move(settings)),
      client_(std::move(executor), clock, resolver, settings_.place, {.body_bytes = body_max}) {}

asio::awaitable<Sample> PromqlProbe::take() {
  const Instant started = clock_.now();
  details_.clear();
  details_.push_back({"server", printable(to_string(settings_.place))});
  details_.push_back({"query", printable(settings_.query)});
  net::Request request = request_of(settings_);
  const Result<net::Reply> reply =
      co_await client_.exchange(std::move(request), started + settings_.timeout);

  const Instant ended = clock_.now();
  Sample sample{.taken_at = started, .latency = ended - started, .reason = {}};
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
