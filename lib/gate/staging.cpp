#include "gate/staging.hpp"

#include "base/text.hpp"
#include "net/file.hpp"
#include "net/http_client.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>
#include <boost/system/error_code.hpp>
#include <fmt/format.h>

#include <optional>
#include <string>
#include <utility>

namespace json = boost::json;

namespace ripcord::gate {
namespace {

constexpr std::size_t answer_bytes_max = std::size_t{4} * 1024 * 1024;
constexpr std::size_t token_bytes_max = std::size_t{8} * 1024;
constexpr unsigned deployments_max = 200;

std::unexpected<Error> no_such_answer(std::string_view what) {
  return failure(Fault::malformed,
                 fmt::format("it is not what /api/v1/deployments answers: {}", what));
}

std::optional<std::string> text_at(const json::object& object, std::string_view key) {
  const json::value* member = object.if_contains(key);
  const json::string* text = member == nullptr ? nullptr : member->if_string();
  if (text == nullptr) return std::nullopt;
  return std::string(*text);
}

bool flag_at(const json::object& object, std::string_view key) {
  const json::value* member = object.if_contains(key);
  const bool* flag = member == nullptr ? nullptr : member->if_bool();
  return flag != nullptr && *flag;
}

/// Nothing for a deployment that says nothing about its version.
Result<std::optional<deploy::StagingRecord>> record_of(const json::value& value,
                                                       std::string_view service) {
  const json::object* object = value.if_object();
  if (object == nullptr) return no_such_answer("a deployment is no object");
  const auto of = text_at(*object, "service");
  const auto version = text_at(*object, "version");
  const auto phase = text_at(*object, "phase");
  const auto started = text_at(*object, "started_at");
  if (!of || !version || !phase || !started) {
    return no_such_answer("a deployment has no service, version, phase or started_at");
  }
  if (*of != service || flag_at(*object, "drill")) return std::nullopt;
  const Result<Phase> parsed = parse_phase(*phase);
  if (!parsed) return no_such_answer(parsed.error().message);
  const Result<Instant> at = parse_instant(text_at(*object, "ended_at").value_or(*started));
  if (!at) return no_such_answer(at.error().message);
  return deploy::StagingRecord{.version = *version, .phase = *parsed, .at = *at};
}

/// Of `source.service`, and no more than that: a name needs no encoding.
Result<net::Request> request_of(const StagingSource& source) {
  net::Request request;
  request.target = fmt::format("{}/api/v1/deployments?service={}&limit={}", source.prefix,
                               source.service, deployments_max);
  request.headers.push_back({"Accept", "application/json"});
  if (source.token_file.empty()) return request;
  const Result<std::string> token =
      net::read_file(source.token_file, token_bytes_max, net::Readers::not_all);
  if (!token) return std::unexpected(token.error());
  request.headers.push_back({"Authorization", fmt::format("Bearer {}", trim(*token))});
  if (const Result<void> sendable = net::check_sendable(request); !sendable) {
    return failure(Fault::malformed,
                   fmt::format("{} does not hold a token", printable(source.token_file)));
  }
  return request;
}

}  // namespace

Result<deploy::StagingFact> parse_deployments(std::string_view text, std::string_view service) {
  boost::system::error_code error;
  const json::value value = json::parse(text, error);
  const json::object* object = error ? nullptr : value.if_object();
  const json::value* list = object == nullptr ? nullptr : object->if_contains("deployments");
  const json::array* deployments = list == nullptr ? nullptr : list->if_array();
  if (deployments == nullptr) return no_such_answer("it has no list of deployments");
  deploy::StagingFact fact;
  for (const json::value& one : *deployments) {
    Result<std::optional<deploy::StagingRecord>> record = record_of(one, service);
    if (!record) return std::unexpected(std::move(record).error());
    if (*record) fact.records.push_back(**std::move(record));
  }
  return fact;
}

boost::asio::awaitable<Result<deploy::StagingFact>> ask_staging(
    boost::asio::any_io_executor executor, net::Clock& clock, net::Resolver& resolver,
    StagingSource source) {
  const Instant deadline = clock.now() + source.timeout;
  Result<net::Request> request = request_of(source);
  if (!request) co_return std::unexpected(request.error());
  net::HttpClient client(std::move(executor), clock, resolver, source.place.value_or(net::Place{}),
                         {.header_bytes = 16UL * 1024, .body_bytes = answer_bytes_max});
  const Result<net::Reply> reply = co_await client.exchange(*std::move(request), deadline);
  if (!reply) co_return std::unexpected(reply.error());
  if (reply->status != 200) {
    co_return failure(Fault::refused, fmt::format("{} answered with status {}",
                                                  to_string(*source.place), reply->status));
  }
  co_return parse_deployments(reply->body, source.service);
}

Result<deploy::StagingFact> read_staging(const StagingSource& source) {
  const Result<std::string> text = net::read_file(source.file, answer_bytes_max, net::Readers::any);
  if (!text) return std::unexpected(text.error());
  Result<deploy::StagingFact> fact = parse_deployments(*text, source.service);
  if (fact) return fact;
  return failure(fact.error().fault,
                 fmt::format("{}: {}", printable(source.file), fact.error().message));
}

}  // namespace ripcord::gate
