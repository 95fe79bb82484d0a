#include "api/control_api.hpp"

#include "api/authority.hpp"
#include "api/bodies.hpp"
#include "api/evidence_replies.hpp"
#include "api/json.hpp"
#include "api/replies.hpp"
#include "api/routes.hpp"
#include "base/text.hpp"

#include <boost/json/object.hpp>
#include <boost/json/string.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <string_view>
#include <utility>
#include <vector>

namespace asio = boost::asio;
namespace json = boost::json;

namespace ripcord::api {
namespace {

// Every coroutine takes its parameters by value, but for the backend, which outlives them all.

net::Reply bad_request(const Error& error) {
  return error_reply(400, error.message);
}

bool is_json(const net::Request& request) {
  const auto type = net::find_header(request.headers, "Content-Type");
  if (!type) return false;
  const std::string_view media = trim(type->substr(0, type->find(';')));
  return std::ranges::equal(media, std::string_view("application/json"), [](char a, char b) {
    return (a >= 'A' && a <= 'Z' ? static_cast<char>(a - 'A' + 'a') : a) == b;
  });
}

net::Reply no_such_service(const engine::Snapshot& snapshot, std::string_view name) {
  std::vector<std::string> known;
  known.reserve(snapshot.services.size());
  for (const engine::ServiceSnapshot& service : snapshot.services) known.push_back(service.name);
  std::string message = fmt::format("no service is called {:?}", printable(name, 100));
  const std::string meant = nearest(name.substr(0, 100), known);
  if (!meant.empty()) message += fmt::format("; did you mean {}?", meant);
  return error_reply(404, message);
}

const engine::ServiceSnapshot* find(const engine::Snapshot& snapshot, std::string_view name) {
  const auto found = std::ranges::find(snapshot.services, name, &engine::ServiceSnapshot::name);
  return found == snapshot.services.end() ? nullptr : &*found;
}

net::Reply status(Backend& backend, const Call& call) {
  if (const Result<void> none = read_no_query(call.query); !none) return bad_request(none.error());
  return json_reply(200, to_json(backend.snapshot(), backend.daemon()));
}

asio::awaitable<net::Reply> service(Backend& backend, Call call) {
  const Result<std::optional<LongPoll>> poll = read_long_poll(call.query);
  if (!poll) co_return bad_request(poll.error());

  engine::Snapshot snapshot = backend.snapshot();
  const engine::ServiceSnapshot* found = find(snapshot, call.name);
  // A revision that is still to come is one of an earlier life of the daemon: that caller has
  // nothing of this one yet.
  if (found != nullptr && *poll && (*poll)->after <= found->revision) {
    co_await backend.wait_for_change(call.name, (*poll)->after, (*poll)->wait);
    snapshot = backend.snapshot();
    found = find(snapshot, call.name);
  }
  if (found == nullptr) co_return no_such_service(snapshot, call.name);
  co_return json_reply(200, json::object{{"at", to_rfc3339_ms(snapshot.at)},
                                         {"revision", found->revision},
                                         {"service", to_json(*found)}});
}

asio::awaitable<net::Reply> deployments(Backend& backend, Call call) {
  const Result<ListQuery> query = read_list_query(call.query);
  if (!query) co_return bad_request(query.error());
  const Result<std::vector<Deployment>> found =
      co_await backend.deployments(query->service, query->limit);
  if (!found) co_return error_reply(found.error());
  // A service that is no longer configured still has its history; a misspelt one has none.
  if (found->empty() && !query->service.empty()) {
    const engine::Snapshot snapshot = backend.snapshot();
    if (find(snapshot, query->service) == nullptr) {
      co_return no_such_service(snapshot, query->service);
    }
  }
  co_return json_reply(200, to_json(*found));
}

asio::awaitable<net::Reply> deployment(Backend& backend, Call call) {
  if (const Result<void> none = read_no_query(call.query); !none) {
    co_return bad_request(none.error());
  }
  const Result<DeploymentView> found = co_await backend.deployment(call.name);
  if (!found) co_return error_reply(found.error());
  co_return json_reply(200, to_json(*found));
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

asio::awaitable<net::Reply> reload(Backend& backend, std::string by) {
  const Result<std::string> message = co_await backend.reload(std::move(by));
  if (!message) {
    // The caller's request is in order; what the files say is not.
    const bool is_mistake = message.error().fault == Fault::malformed;
    co_return is_mistake ? error_reply(422, message.error().message) : error_reply(message.error());
  }
  co_return json_reply(200, json::object{{"message", json::string(printable_lines(*message))}});
}

asio::awaitable<net::Reply> probe(Backend& backend, std::string service, std::string body) {
  Result<std::string> name = read_probe(body);
  if (!name) co_return bad_request(name.error());
  const Result<ProbeReport> report = co_await backend.probe(std::move(service), std::move(*name));
  if (!report) co_return error_reply(report.error());
  co_return json_reply(200, to_json(*report));
}

/// What a command asks for, by its body.
Result<Request> read_command(Operation operation, std::string_view body) {
  if (operation == Operation::start) {
    Result<StartDeployment> start = read_start(body);
    if (!start) return std::unexpected(start.error());
    return std::move(*start);
  }
  if (operation == Operation::finish) {
    const Result<void> nothing = read_nothing(body);
    if (!nothing) return std::unexpected(nothing.error());
    return FinishDeployment{};
  }
  Result<std::string> reason = read_reason(body);
  if (!reason) return std::unexpected(reason.error());
  if (operation == Operation::fail) return FailDeployment{std::move(*reason)};
  if (operation == Operation::roll_back) {
    return RollBackService{.reason = std::move(*reason), .version = ""};
  }
  return AbortDeployment{std::move(*reason)};
}

unsigned status_of(Operation operation, AnswerKind kind) {
  switch (kind) {
    case AnswerKind::accepted:
      return operation == Operation::start ? 201 : 200;
    case AnswerKind::unknown_service:
      return 404;
    case AnswerKind::conflict:
      return 409;
    case AnswerKind::unrecorded:
      break;
  }
  return 503;
}

asio::awaitable<net::Reply> command(Backend& backend, Call call, std::string by, std::string body) {
  Result<Request> request = read_command(call.operation, body);
  if (!request) co_return bad_request(request.error());
  const engine::Snapshot snapshot = backend.snapshot();
  if (find(snapshot, call.name) == nullptr) co_return no_such_service(snapshot, call.name);

  const Answer answer = co_await backend.command(call.name, std::move(by), std::move(*request));
  const unsigned status = status_of(call.operation, answer.kind);
  if (answer.kind != AnswerKind::accepted) co_return error_reply(status, answer.message);
  co_return json_reply(status,
                       json::object{{"deployment", json::string(printable(answer.deployment))},
                                    {"message", json::string(printable(answer.message, 4096))}});
}

asio::awaitable<net::Reply> post(Backend& backend, Call call, net::IncomingRequest incoming) {
  if (!is_json(incoming.request)) {
    co_return error_reply(415, "send Content-Type: application/json");
  }
  if (const Result<void> none = read_no_query(call.query); !none) {
    co_return bad_request(none.error());
  }
  if (call.operation == Operation::probe) {
    co_return co_await probe(backend, std::move(call.name), std::move(incoming.request.body));
  }
  std::string by = name_of(*incoming.peer);
  if (call.operation != Operation::reload) {
    co_return co_await command(backend, std::move(call), std::move(by),
                               std::move(incoming.request.body));
  }
  const Result<void> empty = read_nothing(incoming.request.body);
  if (!empty) co_return bad_request(empty.error());
  co_return co_await reload(backend, std::move(by));
}

}  // namespace

asio::awaitable<net::Reply> ControlApi::handle(net::IncomingRequest request) {
  if (!is_authorised(authority_, request.peer)) {
    co_return error_reply(403, explain_refusal(authority_, request.peer));
  }
  std::expected<Call, net::Reply> call = find_route(request.request);
  if (!call) co_return call.error();
  switch (call->operation) {
    case Operation::status:
      co_return status(backend_, *call);
    case Operation::service:
      co_return co_await service(backend_, std::move(*call));
    case Operation::deployments:
      co_return co_await deployments(backend_, std::move(*call));
    case Operation::deployment:
      co_return co_await deployment(backend_, std::move(*call));
    case Operation::evidence:
      co_return co_await evidence(backend_, std::move(*call));
    case Operation::evidence_file:
      co_return co_await evidence_file(backend_, std::move(*call));
    default:
      co_return co_await post(backend_, std::move(*call), std::move(request));
  }
}

}  // namespace ripcord::api
