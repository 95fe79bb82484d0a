#include "ripcord/telling.hpp"

#include "base/text.hpp"
#include "base/time.hpp"
#include "ripcord/members.hpp"

#include <boost/json/value.hpp>
#include <fmt/format.h>

#include <string>
#include <utility>

namespace ripcord::cli {
namespace {

namespace json = boost::json;

Silence silence_of(const Members& members) {
  return {.number = members.number<std::int64_t>("number").value_or(0),
          .service = members.text("service"),
          .trigger = members.text("trigger"),
          .from = members.time("from").value_or(Instant{}),
          .until = members.time("until").value_or(Instant{}),
          .reason = members.text("reason"),
          .by = members.text("by"),
          .ended_at = members.time("ended_at")};
}

api::ReceiverView receiver_of(const Members& members) {
  return {.name = members.text("name"),
          .type = members.text("type"),
          .delivered = members.count("delivered"),
          .failed = members.count("failed"),
          .retried = members.count("retried"),
          .waiting = members.count("waiting"),
          .waiting_since = members.time("waiting_since"),
          .trouble = members.text("trouble"),
          .disabled = members.text("disabled"),
          .lost = members.count("lost"),
          .last_loss = members.text("last_loss")};
}

/// Each element of the array `name` of `body`.
template <class Each>
Result<std::vector<Each>> read_list(std::string_view body, std::string_view name,
                                    Each (*read)(const Members&)) {
  const Result<json::value> value = parse_object(body);
  if (!value) return std::unexpected(value.error());
  std::vector<Each> all;
  for (const json::value& each : Members(*value).array(name)) all.push_back(read(Members(each)));
  return all;
}

std::string trouble_of(const api::ReceiverView& receiver) {
  if (!receiver.disabled.empty()) return "sends nothing more: " + receiver.disabled;
  if (!receiver.trouble.empty() || receiver.lost == 0) return receiver.trouble;
  return fmt::format("was not told \"{}\"", receiver.last_loss);
}

void add_lines(Lines& lines, std::string_view text, Tone tone) {
  for (const std::string_view line : split(trim(text), '\n')) {
    lines.push_back({{"  "}, {std::string(line), tone}});
  }
}

}  // namespace

Result<Silence> read_silence(std::string_view body) {
  const Result<json::value> value = parse_object(body);
  if (!value) return std::unexpected(value.error());
  return silence_of(Members(*value));
}

Result<std::vector<Silence>> read_silences(std::string_view body) {
  return read_list<Silence>(body, "silences", silence_of);
}

Result<std::vector<api::ReceiverView>> read_receivers(std::string_view body) {
  return read_list<api::ReceiverView>(body, "receivers", receiver_of);
}

Result<api::ReceiverTest> read_receiver_test(std::string_view body) {
  const Result<json::value> value = parse_object(body);
  if (!value) return std::unexpected(value.error());
  const Members members(*value);
  return api::ReceiverTest{.receiver = members.text("receiver"),
                           .request = members.text("request"),
                           .answer = members.text("answer"),
                           .is_delivered = members.flag("delivered"),
                           .verdict = members.text("verdict")};
}

Lines silence_view(const Silence& silence) {
  return silences_view({silence});
}

Lines silences_view(const std::vector<Silence>& silences) {
  if (silences.empty()) return {{{"no silence is in force"}}};
  std::vector<std::vector<Span>> rows{{{"NUMBER", Tone::strong},
                                       {"SERVICE", Tone::strong},
                                       {"TRIGGER", Tone::strong},
                                       {"UNTIL", Tone::strong},
                                       {"BY", Tone::strong},
                                       {"REASON", Tone::strong}}};
  for (const Silence& silence : silences) {
    rows.push_back({{fmt::format("{}", silence.number)},
                    {silence.service},
                    {silence.trigger.empty() ? "every one" : silence.trigger},
                    {silence.ended_at ? "ended" : to_rfc3339(silence.until)},
                    {silence.by},
                    {silence.reason}});
  }
  return table(rows);
}

Lines receivers_view(const std::vector<api::ReceiverView>& receivers) {
  if (receivers.empty()) return {{{"no receiver is configured: nobody is told"}}};
  std::vector<std::vector<Span>> rows{{{"RECEIVER", Tone::strong},
                                       {"TYPE", Tone::strong},
                                       {"WAITING", Tone::strong},
                                       {"DELIVERED", Tone::strong},
                                       {"LOST", Tone::strong},
                                       {"TROUBLE", Tone::strong}}};
  for (const api::ReceiverView& receiver : receivers) {
    const std::string trouble = trouble_of(receiver);
    rows.push_back(
        {{receiver.name},
         {receiver.type},
         {fmt::format("{}", receiver.waiting)},
         {fmt::format("{}", receiver.delivered)},
         {fmt::format("{}", receiver.lost), receiver.lost == 0 ? Tone::plain : Tone::bad},
         {trouble.empty() ? "-" : trouble, trouble.empty() ? Tone::plain : Tone::bad}});
  }
  return table(rows);
}

Lines receiver_test_view(const api::ReceiverTest& test) {
  Lines lines{{{fmt::format("{} was sent", test.receiver), Tone::strong}}};
  add_lines(lines, test.request, Tone::plain);
  if (!test.answer.empty()) {
    lines.push_back({{"and has answered", Tone::strong}});
    add_lines(lines, test.answer, Tone::plain);
  }
  lines.push_back({{test.verdict, test.is_delivered ? Tone::good : Tone::bad}});
  return lines;
}

}  // namespace ripcord::cli
