#include "api/evidence_replies.hpp"

#include "api/json.hpp"
#include "api/replies.hpp"
#include "base/text.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/string.hpp>

#include <utility>

namespace ripcord::api {
namespace {

namespace json = boost::json;

std::string_view type_of(std::string_view file) {
  if (file.ends_with(".json")) return "application/json; charset=utf-8";
  if (file.ends_with(".html")) return "text/html; charset=utf-8";
  return "text/plain; charset=utf-8";
}

}  // namespace

net::Reply evidence_reply(const EvidenceView& evidence) {
  json::array files;
  for (const EvidenceView::File& file : evidence.files) {
    files.push_back(
        json::object{{"name", json::string(printable(file.name))}, {"bytes", file.bytes}});
  }
  return json_reply(200,
                    json::object{{"deployment", json::string(printable(evidence.deployment))},
                                 {"directory", json::string(printable(evidence.directory, 4096))},
                                 {"state", json::string(printable(evidence.state))},
                                 {"summary", json::string(printable_lines(evidence.summary))},
                                 {"files", std::move(files)}});
}

net::Reply evidence_file_reply(std::string_view file, std::string bytes) {
  net::Reply reply = text_reply(200, std::move(bytes));
  reply.headers.front().value = type_of(file);
  reply.headers.push_back(
      {"Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'; sandbox"});
  return reply;
}

}  // namespace ripcord::api
