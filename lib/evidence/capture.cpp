#include "evidence/capture.hpp"

#include "base/text.hpp"
#include "evidence/documents.hpp"
#include "evidence/page.hpp"
#include "evidence/summary.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/string.hpp>
#include <fmt/format.h>

#include <chrono>
#include <utility>

namespace ripcord::evidence {
namespace {

namespace json = boost::json;

constexpr const char* capture_file = "capture.json";

json::value seconds(Duration duration) {
  return std::chrono::duration<double>(duration).count();
}

json::array texts(const std::vector<std::string>& given) {
  json::array array;
  for (const std::string& one : given) array.push_back(json::string(printable(one)));
  return array;
}

}  // namespace

std::vector<std::string> Capture::gaps() const {
  std::vector<std::string> gaps;
  for (const Asked& one : asked) {
    for (const std::string& why : one.missing) {
      gaps.push_back(fmt::format("{}: {}", one.source, why));
    }
  }
  for (const std::string& why : not_written) gaps.push_back(why);
  return gaps;
}

Exhibit capture_exhibit(const Capture& capture) {
  json::array sources;
  for (const Asked& one : capture.asked) {
    sources.push_back(json::object{{"source", json::string(printable(one.source))},
                                   {"took_seconds", seconds(one.took)},
                                   {"missing", texts(one.missing)}});
  }
  return {.file = capture_file,
          .content = json::object{{"state", "captured"},
                                  {"began_at", json::string(to_rfc3339_ms(capture.began_at))},
                                  {"took_seconds", seconds(capture.took)},
                                  {"sources", std::move(sources)},
                                  {"not_written", texts(capture.not_written)},
                                  {"gaps", texts(capture.gaps())}}};
}

Exhibit beginning_exhibit(Instant at) {
  return {.file = capture_file,
          .content =
              json::object{{"state", "capturing"}, {"began_at", json::string(to_rfc3339_ms(at))}}};
}

Exhibit ending_exhibit(Instant at) {
  return {.file = ending_file, .content = json::string(to_rfc3339_ms(at) + "\n")};
}

Result<void> put_all(const Archive& archive, const std::string& deployment,
                     std::vector<Exhibit> exhibits, const std::vector<std::string>& secrets) {
  Result<void> done;
  for (Exhibit& exhibit : exhibits) {
    hide(exhibit.content, secrets);
    Result<void> put = archive.put(deployment, exhibit);
    if (!put && done) done = std::move(put);
  }
  return done;
}

void write_capture(const Archive& archive, const std::string& deployment, Collected collected,
                   Capture& capture) {
  Files files;
  const auto put = [&](Exhibit exhibit) {
    hide(exhibit.content, collected.secrets);
    std::string& bytes = files[exhibit.file];
    bytes = to_bytes(exhibit);
    const Result<void> done = archive.put(deployment, exhibit.file, bytes);
    if (!done) capture.not_written.push_back(done.error().message);
  };
  for (Exhibit& exhibit : collected.exhibits) {
    if (!is_file_name(exhibit.file)) continue;
    put(std::move(exhibit));
  }
  capture.asked = std::move(collected.asked);
  put(capture_exhibit(capture));
  put({.file = "summary.txt", .content = json::string(summary_of(files))});
}

std::string state_of(const Archive& archive, const std::string& deployment) {
  const Result<std::string> told = archive.read(deployment, capture_file);
  const Documents documents(told ? Files{{capture_file, *told}} : Files());
  if (text_at(documents.object(capture_file), "state") != "captured") return "partial";
  return archive.read(deployment, ending_file) ? "complete" : "captured";
}

Result<void> render(const Archive& archive, const std::string& deployment) {
  const Result<Files> files = archive.read_all(deployment);
  if (!files) return std::unexpected(files.error());
  Result<void> put =
      archive.put(deployment, {.file = "summary.txt", .content = json::string(summary_of(*files))});
  if (!put) return put;
  return archive.put(deployment, {.file = "index.html", .content = json::string(page_of(*files))});
}

}  // namespace ripcord::evidence
