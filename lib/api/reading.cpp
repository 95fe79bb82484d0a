#include "api/reading.hpp"

#include "api/discretion.hpp"
#include "api/evidence_replies.hpp"
#include "api/history_json.hpp"
#include "api/json.hpp"
#include "api/queries.hpp"
#include "api/replies.hpp"
#include "api/telling.hpp"
#include "base/contract.hpp"
#include "base/text.hpp"
#include "deploy/explain.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/string.hpp>
#include <boost/url/encode.hpp>
#include <boost/url/rfc/unreserved_chars.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace asio = boost::asio;
namespace json = boost::json;

namespace ripcord::api {
namespace {

// Every coroutine takes its parameters by value, but for the backend, which outlives them all.

constexpr std::size_t sentence_bytes_max = 4096;

std::string encoded(std::string_view text) {
  return boost::urls::encode(text, boost::urls::unreserved_chars);
}

engine::Snapshot snapshot_for(Audience audience, Backend& backend) {
  engine::Snapshot snapshot = backend.snapshot();
  return audience == Audience::anybody ? discreet(std::move(snapshot)) : snapshot;
}

/// `service` with whether it could be rolled back.
json::object with_readiness(json::object service, Backend& backend) {
  service["readiness"] = to_json(backend.readiness(std::string(service.at("name").as_string())));
  return service;
}

net::Reply status(Backend& backend, const Call& call, Audience audience) {
  if (const Result<void> none = read_no_query(call.query); !none) return bad_request(none.error());
  json::object reply = to_json(snapshot_for(audience, backend), backend.daemon());
  for (json::value& each : reply.at("services").as_array()) {
    each = with_readiness(std::move(each.as_object()), backend);
  }
  return json_reply(200, reply);
}

asio::awaitable<net::Reply> service(Backend& backend, Call call, Audience audience) {
  const Result<std::optional<LongPoll>> poll = read_long_poll(call.query);
  if (!poll) co_return bad_request(poll.error());

  engine::Snapshot snapshot = snapshot_for(audience, backend);
  const engine::ServiceSnapshot* found = find_service(snapshot, call.name);
  // A revision that is still to come is one of an earlier life of the daemon: that caller has
  // nothing of this one yet.
  if (found != nullptr && *poll && (*poll)->after <= found->revision) {
    co_await backend.wait_for_change(call.name, (*poll)->after, (*poll)->wait);
    snapshot = snapshot_for(audience, backend);
    found = find_service(snapshot, call.name);
  }
  if (found == nullptr) co_return no_such_service(snapshot, call.name);
  co_return json_reply(200, json::object{{"at", to_rfc3339_ms(snapshot.at)},
                                         {"revision", found->revision},
                                         {"service", with_readiness(to_json(*found), backend)}});
}

/// A service that is no longer configured still has its history; a misspelt one has none: the reply
/// that says so.
std::optional<net::Reply> misspelt(Backend& backend, const std::string& service) {
  if (service.empty()) return std::nullopt;
  const engine::Snapshot snapshot = backend.snapshot();
  if (find_service(snapshot, service) != nullptr) return std::nullopt;
  return no_such_service(snapshot, service);
}

/// Where the older ones are; null when there are none, as far as is known.
json::value next_page(const Call& call, const DeploymentQuery& query,
                      const std::vector<Deployment>& found) {
  if (found.size() < query.limit) return nullptr;
  std::string target = "/api/v1/deployments?before=" + encoded(found.back().id);
  for (const Parameter& parameter : call.query) {
    if (parameter.name == "before") continue;
    target += fmt::format("&{}={}", parameter.name, encoded(parameter.value));
  }
  return json::string(target);
}

asio::awaitable<net::Reply> deployments(Backend& backend, Call call, Audience audience) {
  Result<DeploymentQuery> query = read_list_query(call.query, backend.now());
  if (!query) co_return bad_request(query.error());
  Result<std::vector<Deployment>> found = co_await backend.deployments(*query);
  if (!found) co_return error_reply(found.error());
  if (found->empty()) {
    if (std::optional<net::Reply> reply = misspelt(backend, query->service)) {
      co_return *std::move(reply);
    }
  }
  if (audience == Audience::anybody) {
    for (Deployment& each : *found) each = discreet(std::move(each));
  }
  json::object reply = to_json(*found);
  reply["next"] = next_page(call, *query, *found);
  co_return json_reply(200, reply);
}

asio::awaitable<net::Reply> dora(Backend& backend, Call call) {
  const Result<FiguresQuery> query = read_figures_query(call.query, backend.now());
  if (!query) co_return bad_request(query.error());
  const Result<deploy::DoraReport> report = co_await backend.dora(query->service, query->length);
  if (!report) co_return error_reply(report.error());
  if (report->from == report->to) {
    if (std::optional<net::Reply> reply = misspelt(backend, query->service)) {
      co_return *std::move(reply);
    }
  }
  co_return json_reply(200, to_json(query->service, *report));
}

/// One deployment and its story, as far as the audience may know it.
asio::awaitable<Result<DeploymentView>> view_of(Backend& backend, std::string id,
                                                Audience audience) {
  Result<DeploymentView> found = co_await backend.deployment(std::move(id));
  if (found && audience == Audience::anybody) found = discreet(*std::move(found));
  co_return found;
}

asio::awaitable<net::Reply> deployment(Backend& backend, Call call, Audience audience) {
  if (const Result<void> none = read_no_query(call.query); !none) {
    co_return bad_request(none.error());
  }
  const Result<DeploymentView> found = co_await view_of(backend, call.name, audience);
  if (!found) co_return error_reply(found.error());
  if (call.operation == Operation::deployment) co_return json_reply(200, to_json(*found));
  json::array sentences;
  for (const std::string& sentence : deploy::explain(found->deployment, found->history)) {
    sentences.emplace_back(json::string(printable(sentence, sentence_bytes_max)));
  }
  co_return json_reply(200, json::object{{"deployment", json::string(printable(call.name))},
                                         {"sentences", std::move(sentences)}});
}

asio::awaitable<net::Reply> evidence(Backend& backend, Call call) {
  if (const Result<void> none = read_no_query(call.query); !none) {
    co_return bad_request(none.error());
  }
  const Result<EvidenceView> found = co_await backend.evidence(call.name);
  if (!found) co_return error_reply(found.error());
  co_return evidence_reply(*found);
}

asio::awaitable<net::Reply> evidence_file(Backend& backend, Call call) {
  if (const Result<void> none = read_no_query(call.query); !none) {
    co_return bad_request(none.error());
  }
  Result<std::string> bytes = co_await backend.evidence_file(call.name, call.file);
  if (!bytes) co_return error_reply(bytes.error());
  co_return evidence_file_reply(call.file, *std::move(bytes));
}

}  // namespace

asio::awaitable<net::Reply> read(Backend& backend, Call call, Audience audience) {
  switch (call.operation) {
    case Operation::status:
      co_return status(backend, call, audience);
    case Operation::service:
      co_return co_await service(backend, std::move(call), audience);
    case Operation::deployments:
      co_return co_await deployments(backend, std::move(call), audience);
    case Operation::dora:
      co_return co_await dora(backend, std::move(call));
    case Operation::silences:
      co_return list_silences(backend, call);
    case Operation::receivers:
      co_return list_receivers(backend, call);
    case Operation::evidence:
      co_return co_await evidence(backend, std::move(call));
    case Operation::evidence_file:
      co_return co_await evidence_file(backend, std::move(call));
    default:
      RIPCORD_CONTRACT(call.operation == Operation::deployment ||
                       call.operation == Operation::explanation);
      co_return co_await deployment(backend, std::move(call), audience);
  }
}

const engine::ServiceSnapshot* find_service(const engine::Snapshot& snapshot,
                                            std::string_view name) {
  const auto found = std::ranges::find(snapshot.services, name, &engine::ServiceSnapshot::name);
  return found == snapshot.services.end() ? nullptr : &*found;
}

net::Reply no_such_service(const engine::Snapshot& snapshot, std::string_view name) {
  std::vector<std::string> known;
  known.reserve(snapshot.services.size());
  for (const engine::ServiceSnapshot& service : snapshot.services) known.push_back(service.name);
  return no_such(fmt::format("no service is called {:?}", printable(name, 100)), name, known);
}

}  // namespace ripcord::api
