#include "api/events.hpp"

#include "api/discretion.hpp"
#include "api/history_json.hpp"
#include "api/json.hpp"
#include "api/queries.hpp"
#include "api/replies.hpp"
#include "base/counted.hpp"
#include "base/text.hpp"

#include <boost/json/object.hpp>
#include <boost/json/string.hpp>
#include <fmt/format.h>

#include <charconv>
#include <optional>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

namespace asio = boost::asio;
namespace json = boost::json;

namespace ripcord::api {
namespace {

/// Between two events.
constexpr const char* event_end = "\n\n";

/// The last thing that a reader hears.
std::string farewell(std::string_view name, std::string_view why) {
  return fmt::format("event: {}\ndata: {}{}", name,
                     to_text(json::object{{"reason", json::string(printable(why))}}), event_end);
}

std::string in_event(NumberedRecord record, Audience audience) {
  if (audience == Audience::anybody) record.record = discreet(std::move(record.record));
  return fmt::format("id: {}\ndata: {}{}", record.sequence, to_text(to_json(record)), event_end);
}

Result<std::optional<std::uint64_t>> read_last_id(const net::Request& request) {
  const auto shown = net::find_header(request.headers, "Last-Event-ID");
  if (!shown || shown->empty()) return std::nullopt;
  std::uint64_t id = 0;
  const auto [end, error] = std::from_chars(shown->data(), shown->data() + shown->size(), id);
  if (error == std::errc() && end == shown->data() + shown->size()) return id;
  return failure(Fault::malformed,
                 fmt::format("Last-Event-ID is {:?}, which is no number", printable(*shown, 40)));
}

}  // namespace

asio::awaitable<net::Response> EventStreams::open(Call call, net::Request request,
                                                  Audience audience) {
  if (const Result<void> none = read_no_query(call.query); !none) {
    co_return bad_request(none.error());
  }
  const Result<std::optional<std::uint64_t>> last = read_last_id(request);
  if (!last) co_return bad_request(last.error());
  const Result<std::uint64_t> newest = co_await backend_.last_record();
  if (!newest) co_return error_reply(newest.error());
  if (readers_ >= limits_.readers_max) {
    co_return error_reply(503, fmt::format("{} read the events already", limits_.readers_max));
  }
  // What is still to come is of another journal: this one is told from its beginning.
  const bool is_lost = *last && **last > *newest;
  const std::uint64_t after = is_lost ? 0 : last->value_or(*newest);
  net::Response response(net::Reply{.status = 200,
                                    .headers = {{"Content-Type", "text/event-stream"},
                                                {"Cache-Control", "no-store"},
                                                {"X-Accel-Buffering", "no"},
                                                {"X-Content-Type-Options", "nosniff"}},
                                    .body = ""});
  response.stream = [this, after, is_lost, audience](net::StreamWriter& writer) {
    return follow(after, is_lost, audience, writer);
  };
  co_return response;
}

asio::awaitable<void> EventStreams::follow(std::uint64_t after, bool is_lost, Audience audience,
                                           net::StreamWriter& writer) {
  if (readers_ >= limits_.readers_max) {
    (void)co_await writer.write(farewell("full", "too many read the events"));
    co_return;
  }
  const Counted counted(readers_);
  std::string text = fmt::format(": the history of ripcordd{}", event_end);
  if (is_lost) {
    text += farewell("renumbered", "this history is another one, and is told from its beginning");
  }
  for (;;) {
    const Result<void> written = co_await writer.write(std::move(text));
    if (!written) {
      if (written.error().fault != Fault::timeout) co_return;
      co_await writer.end(event_end, farewell("dropped", "too slow; go on with the Last-Event-ID"));
      co_return;
    }
    Result<std::vector<NumberedRecord>> found =
        co_await backend_.records(after, limits_.page, limits_.heartbeat);
    if (!found) {
      (void)co_await writer.write(farewell("dropped", found.error().message));
      co_return;
    }
    text = found->empty() ? fmt::format(":{}", event_end) : "";
    for (NumberedRecord& record : *found) {
      after = record.sequence;
      text += in_event(std::move(record), audience);
    }
  }
}

}  // namespace ripcord::api
