#include "api/telling.hpp"

#include "api/bodies.hpp"
#include "api/body.hpp"
#include "api/json.hpp"
#include "api/queries.hpp"
#include "api/reading.hpp"
#include "api/replies.hpp"
#include "base/text.hpp"

#include <boost/json/array.hpp>
#include <boost/json/string.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <chrono>
#include <cstdint>
#include <utility>
#include <vector>

namespace asio = boost::asio;
namespace json = boost::json;

namespace ripcord::api {
namespace {

using namespace std::chrono_literals;

constexpr Duration silence_min = 1s;
constexpr Duration silence_max = std::chrono::days(7);
constexpr std::size_t request_bytes_max = 64UL * 1024;

json::value text_or_null(const std::string& text) {
  if (text.empty()) return nullptr;
  return json::string(printable(text, 1000));
}

json::value time_or_null(const std::optional<Instant>& instant) {
  if (!instant) return nullptr;
  return json::string(to_rfc3339_ms(*instant));
}

Result<Silence> read_silence(std::string_view text, std::string service, std::string by,
                             Instant now) {
  Body body(text, {"for", "reason", "trigger"});
  Silence silence{.number = 0,
                  .service = std::move(service),
                  .trigger = body.text("trigger").value_or(""),
                  .from = now,
                  .until = now,
                  .reason = body.reason("reason"),
                  .by = std::move(by)};
  const Result<Duration> length = parse_duration(body.required_text("for"));
  if (!length || *length < silence_min || *length > silence_max) {
    body.note(fmt::format(R"(member "for" must be a length of time from {} to {}, such as "2h")",
                          to_string(silence_min), to_string(silence_max)));
  } else {
    silence.until = now + *length;
  }
  if (body.mistake()) return std::unexpected(*body.mistake());
  return silence;
}

net::Reply no_such_trigger(const engine::ServiceSnapshot& service, std::string_view trigger) {
  std::vector<std::string> known;
  known.reserve(service.triggers.size());
  for (const engine::TriggerSnapshot& each : service.triggers) known.push_back(each.name);
  return no_such(
      fmt::format("{} has no trigger called {:?}", service.name, printable(trigger, 100)), trigger,
      known);
}

/// All of a list, under its name.
template <class Each>
net::Reply list(const Call& call, std::string_view name, const std::vector<Each>& all) {
  if (const Result<void> none = read_no_query(call.query); !none) return bad_request(none.error());
  json::array array;
  for (const Each& each : all) array.push_back(to_json(each));
  return json_reply(200, json::object{{name, std::move(array)}});
}

}  // namespace

json::object to_json(const Silence& silence) {
  return {{"number", silence.number},
          {"service", json::string(printable(silence.service))},
          {"trigger", text_or_null(silence.trigger)},
          {"from", to_rfc3339_ms(silence.from)},
          {"until", to_rfc3339_ms(silence.until)},
          {"ended_at", time_or_null(silence.ended_at)},
          {"reason", json::string(printable(silence.reason, 4096))},
          {"by", json::string(printable(silence.by))}};
}

json::object to_json(const ReceiverView& receiver) {
  return {{"name", json::string(printable(receiver.name))},
          {"type", receiver.type},
          {"delivered", receiver.delivered},
          {"failed", receiver.failed},
          {"retried", receiver.retried},
          {"waiting", receiver.waiting},
          {"waiting_since", time_or_null(receiver.waiting_since)},
          {"trouble", text_or_null(receiver.trouble)},
          {"disabled", text_or_null(receiver.disabled)},
          {"lost", receiver.lost},
          {"last_loss", text_or_null(receiver.last_loss)}};
}

json::object to_json(const ReceiverTest& test) {
  const auto lines = [](const std::string& text) {
    return json::string(printable_lines(text.substr(0, request_bytes_max)));
  };
  return {{"receiver", json::string(printable(test.receiver))},
          {"request", lines(test.request)},
          {"answer", test.answer.empty() ? json::value(nullptr) : json::value(lines(test.answer))},
          {"delivered", test.is_delivered},
          {"verdict", json::string(printable(test.verdict, 4096))}};
}

net::Reply list_silences(Backend& backend, const Call& call) {
  return list(call, "silences", backend.silences());
}

net::Reply list_receivers(Backend& backend, const Call& call) {
  return list(call, "receivers", backend.receivers());
}

asio::awaitable<net::Reply> begin_silence(Backend& backend, std::string service, std::string by,
                                          std::string body) {
  Result<Silence> asked = read_silence(body, service, std::move(by), backend.now());
  if (!asked) co_return bad_request(asked.error());
  const engine::Snapshot snapshot = backend.snapshot();
  const engine::ServiceSnapshot* known = find_service(snapshot, service);
  if (known == nullptr) co_return no_such_service(snapshot, service);
  const bool has_trigger =
      asked->trigger.empty() ||
      std::ranges::find(known->triggers, asked->trigger, &engine::TriggerSnapshot::name) !=
          known->triggers.end();
  if (!has_trigger) co_return no_such_trigger(*known, asked->trigger);
  const Result<Silence> begun = co_await backend.silence(*std::move(asked));
  if (!begun) {
    co_return error_reply(503, fmt::format("nobody is silenced, because that cannot be recorded: "
                                           "{}",
                                           begun.error().message));
  }
  co_return json_reply(201, to_json(*begun));
}

asio::awaitable<net::Reply> end_silence(Backend& backend, std::string number, std::string by,
                                        std::string body) {
  if (const Result<void> nothing = read_nothing(body); !nothing) {
    co_return bad_request(nothing.error());
  }
  std::int64_t read = 0;
  const char* const last = number.data() + number.size();
  const auto [end, error] = std::from_chars(number.data(), last, read);
  if (error != std::errc() || end != last) {
    co_return error_reply(404,
                          fmt::format("{:?} is no number of a silence", printable(number, 100)));
  }
  const Result<Silence> ended = co_await backend.end_silence(read, std::move(by));
  co_return ended ? json_reply(200, to_json(*ended)) : error_reply(ended.error());
}

asio::awaitable<net::Reply> test_receiver(Backend& backend, std::string receiver, std::string by,
                                          std::string body) {
  if (const Result<void> nothing = read_nothing(body); !nothing) {
    co_return bad_request(nothing.error());
  }
  std::vector<std::string> known;
  for (ReceiverView& each : backend.receivers()) known.push_back(std::move(each.name));
  if (std::ranges::find(known, receiver) == known.end()) {
    co_return no_such(fmt::format("no receiver is called {:?}", printable(receiver, 100)), receiver,
                      known);
  }
  const Result<ReceiverTest> test =
      co_await backend.test_receiver(std::move(receiver), std::move(by));
  // What is missing is a file of ours, not what the caller has asked for.
  if (!test) co_return error_reply(503, test.error().message);
  co_return json_reply(200, to_json(*test));
}

}  // namespace ripcord::api
