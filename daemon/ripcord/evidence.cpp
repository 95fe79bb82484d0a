#include "ripcord/evidence.hpp"

#include "base/text.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>
#include <boost/system/error_code.hpp>
#include <fmt/format.h>

#include <string>
#include <utility>
#include <vector>

namespace ripcord::cli {
namespace {

namespace json = boost::json;

std::string text_at(const json::object& object, std::string_view key) {
  const json::value* found = object.if_contains(key);
  const auto* text = found == nullptr ? nullptr : found->if_string();
  return text == nullptr ? std::string() : std::string(*text);
}

std::uint64_t count_at(const json::object& object, std::string_view key) {
  const json::value* found = object.if_contains(key);
  boost::system::error_code error;
  const auto count = found == nullptr ? 0 : found->to_number<std::uint64_t>(error);
  return error ? 0 : count;
}

Tone tone_of(const std::string& state) {
  if (state == "partial") return Tone::warning;
  return state == "complete" ? Tone::good : Tone::plain;
}

}  // namespace

Result<api::EvidenceView> read_evidence(std::string_view body) {
  boost::system::error_code error;
  const json::value value = json::parse({body.data(), body.size()}, error);
  const auto* object = error ? nullptr : value.if_object();
  if (object == nullptr) {
    return failure(Fault::malformed,
                   fmt::format("the daemon's answer is not understood: {}", printable(body, 100)));
  }
  api::EvidenceView evidence{.deployment = text_at(*object, "deployment"),
                             .directory = text_at(*object, "directory"),
                             .state = text_at(*object, "state"),
                             .summary = text_at(*object, "summary"),
                             .files = {}};
  const json::value* files = object->if_contains("files");
  const auto* list = files == nullptr ? nullptr : files->if_array();
  if (list == nullptr) return evidence;
  for (const json::value& item : *list) {
    const auto* file = item.if_object();
    if (file == nullptr) continue;
    evidence.files.push_back({.name = text_at(*file, "name"), .bytes = count_at(*file, "bytes")});
  }
  return evidence;
}

Lines evidence_view(const api::EvidenceView& evidence) {
  Lines lines;
  lines.push_back(
      {{evidence.directory, Tone::strong}, {"  "}, {evidence.state, tone_of(evidence.state)}});
  lines.emplace_back();
  for (const std::string_view line : split(evidence.summary, '\n')) {
    lines.push_back({{std::string(line)}});
  }
  std::vector<std::vector<Span>> rows;
  rows.reserve(evidence.files.size());
  for (const api::EvidenceView::File& file : evidence.files) {
    rows.push_back({{file.name}, {fmt::format("{} bytes", file.bytes), Tone::faint}});
  }
  for (Line& line : table(rows, 0)) lines.push_back(std::move(line));
  return lines;
}

}  // namespace ripcord::cli
