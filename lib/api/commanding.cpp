#include "api/commanding.hpp"

#include "api/alerts.hpp"
#include "api/bodies.hpp"
#include "api/json.hpp"
#include "api/queries.hpp"
#include "api/reading.hpp"
#include "api/replies.hpp"
#include "api/telling.hpp"
#include "base/contract.hpp"
#include "base/text.hpp"

#include <boost/json/object.hpp>
#include <boost/json/string.hpp>

#include <algorithm>
#include <string_view>
#include <utility>

namespace asio = boost::asio;
namespace json = boost::json;

namespace ripcord::api {
namespace {

// Every coroutine takes its parameters by value, but for the backend, which outlives them all.

bool is_json(const net::Request& request) {
  const auto type = net::find_header(request.headers, "Content-Type");
  if (!type) return false;
  const std::string_view media = trim(type->substr(0, type->find(';')));
  return std::ranges::equal(media, std::string_view("application/json"), [](char a, char b) {
    return (a >= 'A' && a <= 'Z' ? static_cast<char>(a - 'A' + 'a') : a) == b;
  });
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

asio::awaitable<net::Reply> gate(Backend& backend, std::string service, std::string by,
                                 std::string body) {
  Result<deploy::GateRequest> request = read_gate(body, by);
  if (!request) co_return bad_request(request.error());
  const engine::Snapshot snapshot = backend.snapshot();
  if (find_service(snapshot, service) == nullptr) co_return no_such_service(snapshot, service);
  const Result<deploy::GateVerdict> verdict =
      co_await backend.gate(std::move(service), std::move(*request));
  if (verdict) co_return json_reply(200, to_json(*verdict));
  const bool is_mistake = verdict.error().fault == Fault::malformed;
  co_return is_mistake ? bad_request(verdict.error()) : error_reply(verdict.error());
}

/// What was read, as one of all requests.
template <class T>
Result<Request> as_request(Result<T> read) {
  if (!read) return std::unexpected(read.error());
  return std::move(*read);
}

/// A request that has a reason and nothing else.
template <class T>
Result<Request> with_reason(std::string_view body) {
  Result<std::string> reason = read_reason(body);
  if (!reason) return std::unexpected(reason.error());
  return T{std::move(*reason)};
}

template <class T>
Result<Request> without_words(std::string_view body) {
  const Result<void> nothing = read_nothing(body);
  if (!nothing) return std::unexpected(nothing.error());
  return T{};
}

/// What a command asks for, by its body.
Result<Request> read_request(Operation operation, std::string_view body, const std::string& by) {
  switch (operation) {
    case Operation::start:
      return as_request(read_start(body, by));
    case Operation::finish:
      return as_request(read_finish(body));
    case Operation::fail:
      return as_request(read_fail(body));
    case Operation::promote:
      return without_words<PromoteDeployment>(body);
    case Operation::hold:
      return with_reason<HoldDeployment>(body);
    case Operation::resume:
      return without_words<ResumeDeployment>(body);
    case Operation::roll_back:
      return as_request(read_rollback(body));
    case Operation::signal:
      return as_request(read_signal(body));
    default:
      RIPCORD_CONTRACT(operation == Operation::abort);
      return with_reason<AbortDeployment>(body);
  }
}

unsigned status_of(Operation operation, AnswerKind kind) {
  switch (kind) {
    case AnswerKind::preexisting:
    case AnswerKind::accepted:
      return operation == Operation::start ? 201 : 200;
    case AnswerKind::unknown_service:
    case AnswerKind::unknown_signal:
      return 404;
    case AnswerKind::conflict:
      return 409;
    case AnswerKind::unrecorded:
      break;
  }
  return 503;
}

asio::awaitable<net::Reply> order(Backend& backend, Call call, std::string by, std::string body) {
  Result<Request> request = read_request(call.operation, body, by);
  if (!request) co_return bad_request(request.error());
  const engine::Snapshot snapshot = backend.snapshot();
  if (find_service(snapshot, call.name) == nullptr) co_return no_such_service(snapshot, call.name);

  const Answer answer = co_await backend.command(call.name, std::move(by), std::move(*request));
  const unsigned status = status_of(call.operation, answer.kind);
  if (answer.kind != AnswerKind::accepted) co_return error_reply(status, answer.message);
  co_return json_reply(status,
                       json::object{{"deployment", json::string(printable(answer.deployment))},
                                    {"message", json::string(printable(answer.message, 4096))}});
}

}  // namespace

asio::awaitable<net::Reply> command(Backend& backend, Call call, std::string by,
                                    net::Request request) {
  if (!is_json(request)) co_return error_reply(415, "send Content-Type: application/json");
  if (call.operation == Operation::alerts) {
    co_return co_await take_alerts(backend, std::move(call), std::move(by),
                                   std::move(request.body));
  }
  if (const Result<void> none = read_no_query(call.query); !none) {
    co_return bad_request(none.error());
  }
  if (call.operation == Operation::silence) {
    co_return co_await begin_silence(backend, std::move(call.name), std::move(by),
                                     std::move(request.body));
  }
  if (call.operation == Operation::end_silence) {
    co_return co_await end_silence(backend, std::move(call.name), std::move(by),
                                   std::move(request.body));
  }
  if (call.operation == Operation::test_receiver) {
    co_return co_await test_receiver(backend, std::move(call.name), std::move(by),
                                     std::move(request.body));
  }
  if (call.operation == Operation::probe) {
    co_return co_await probe(backend, std::move(call.name), std::move(request.body));
  }
  if (call.operation == Operation::gate) {
    co_return co_await gate(backend, std::move(call.name), std::move(by), std::move(request.body));
  }
  if (call.operation != Operation::reload) {
    co_return co_await order(backend, std::move(call), std::move(by), std::move(request.body));
  }
  const Result<void> empty = read_nothing(request.body);
  if (!empty) co_return bad_request(empty.error());
  co_return co_await reload(backend, std::move(by));
}

}  // namespace ripcord::api
