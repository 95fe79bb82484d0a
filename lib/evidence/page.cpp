#include "evidence/page.hpp"

#include "base/text.hpp"
#include "evidence/documents.hpp"
#include "evidence/html.hpp"

#include <fmt/format.h>

#include <array>
#include <string_view>

namespace ripcord::evidence {
namespace {

namespace json = boost::json;

/// How many of a probe's samples are told in words; the others are in the drawing.
constexpr std::size_t samples_told = 10;

constexpr std::string_view style = R"(
:root { color-scheme: light; --bad: #b3261e; --good: #2e7d32; --line: #d5d5d5; }
* { box-sizing: border-box; }
body { font: 15px/1.5 system-ui, sans-serif; color: #1a1a1a; background: #fff;
  max-width: 68rem; margin: 2rem auto; padding: 0 1.2rem; }
h1 { font-size: 1.7rem; line-height: 1.25; margin: 0 0 .3rem; }
h2 { font-size: 1.15rem; margin: 2.2rem 0 .6rem; padding-bottom: .2rem;
  border-bottom: 2px solid var(--line); }
h3 { font-size: 1rem; margin: 1.2rem 0 .3rem; }
.lead { font-size: 1.05rem; margin: .2rem 0; }
.faint { color: #5c5c5c; }
.notice { border-left: .3rem solid #c98500; background: #fff8e6; padding: .5rem .8rem;
  margin: 1rem 0; }
table { border-collapse: collapse; width: 100%; font-size: .92rem; }
th, td { text-align: left; vertical-align: top; padding: .3rem .9rem .3rem 0;
  overflow-wrap: anywhere; }
th { font-weight: 600; }
tr + tr { border-top: 1px solid var(--line); }
td table { font-size: 1em; }
td table tr + tr { border-top-style: dotted; }
.facts > tbody > tr > th { width: 14rem; font-weight: 500; color: #444; }
td .facts > tbody > tr > th { width: 9rem; }
tr.bad > td:first-child { border-left: .3rem solid var(--bad); padding-left: .5rem; }
tr.doubtful > td:first-child { border-left: .3rem solid #c98500; padding-left: .5rem; }
pre { font: 12.5px/1.45 ui-monospace, monospace; background: #f6f6f6; border: 1px solid var(--line);
  padding: .7rem; margin: .3rem 0 1rem; white-space: pre-wrap; overflow-wrap: anywhere; }
summary { cursor: pointer; font-weight: 600; padding: .2rem 0; }
.strip { display: block; max-width: 100%; height: auto; margin: .3rem 0; background: #fafafa;
  border-bottom: 1px solid var(--line); }
.strip .good { fill: var(--good); }
.strip .bad { fill: var(--bad); }
.strip .unknown { fill: #fff; stroke: #777; }
@media print {
  body { margin: 0; max-width: none; font-size: 11px; }
  pre { font-size: 9px; border-color: #999; }
  h2, h3, summary { break-after: avoid; }
  tr { break-inside: avoid; }
}
)";

class Page {
 public:
  explicit Page(const Files& files) : files_(files), documents_(files) {}

  std::string write() {
    out_ = fmt::format(
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
        "<meta name=\"viewport\" content=\"width=device-width\">\n"
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src "
        "'unsafe-inline'\">\n<meta name=\"referrer\" content=\"no-referrer\">\n"
        "<title>{}</title>\n<style>{}</style>\n</head>\n<body>\n",
        html::escaped(title()), style);
    add_heading();
    out_ += html::section("Findings", findings("findings.json"));
    out_ += html::section("Changed since the last good version", changes());
    out_ += html::section("Rollback", runs());
    out_ += html::section("Verification", findings("verification.json"));
    out_ += html::section("Samples", samples());
    out_ += html::section("What the targets answered", values_below("looks/"));
    out_ += html::section("Containers", values_below("containers/"));
    out_ += html::section("Database", database());
    out_ += html::section("Host", host());
    out_ += html::section("Logs", logs());
    out_ += html::section("Deployment", html::of(documents_.object("deployment.json")));
    out_ += html::section("Capture", capture());
    return std::move(out_) + "</body>\n</html>\n";
  }

 private:
  [[nodiscard]] const json::object& deployment() const {
    return documents_.object("deployment.json");
  }

  [[nodiscard]] std::string title() const {
    const std::string id = text_at(deployment(), "deployment");
    return fmt::format("Evidence of {}", id.empty() ? "a deployment" : id);
  }

  void add_heading() {
    const std::string to = text_at(deployment(), "previous_version");
    out_ += fmt::format("<h1>{} of {}, rolled back{}</h1>\n",
                        html::escaped(text_at(deployment(), "version")),
                        html::escaped(text_at(deployment(), "service")),
                        to.empty() ? "" : " to " + html::escaped(to));
    const json::object& cause = object_at(deployment(), "cause");
    out_ += fmt::format("<p class=\"lead\">{}</p>\n", html::escaped(text_at(cause, "reason")));
    out_ += fmt::format("<p class=\"faint\">Deployment {}, rolled back by {} at {}</p>\n",
                        html::escaped(text_at(deployment(), "deployment")),
                        html::escaped(text_at(cause, "by")), html::escaped(text_at(cause, "at")));
    const std::string verdict = text_at(deployment(), "verdict");
    if (!verdict.empty()) {
      out_ += fmt::format("<p class=\"lead\"><strong>{}</strong>: {}</p>\n",
                          html::escaped(text_at(deployment(), "phase")), html::escaped(verdict));
    }
    add_notices();
  }

  void add_notices() {
    const json::object& capture = documents_.object("capture.json");
    if (text_at(capture, "state") != "captured") {
      out_ +=
          "<p class=\"notice\">This evidence is partial: its capture did not come to its end, "
          "because the daemon was stopped meanwhile or the disk took no more.</p>\n";
    }
    const json::array& gaps = array_at(capture, "gaps");
    if (gaps.empty()) return;
    out_ += "<div class=\"notice\">Not captured:<ul>\n";
    for (const json::value& gap : gaps) {
      out_ += fmt::format("<li>{}</li>\n", html::escaped(in_words(gap)));
    }
    out_ += "</ul></div>\n";
  }

  [[nodiscard]] std::string findings(std::string_view file) const {
    const json::object& told = documents_.object(file);
    if (told.empty()) return "";
    return fmt::format("<p class=\"faint\">As of {}</p>\n", html::escaped(text_at(told, "at"))) +
           html::table(array_at(told, "triggers"), {{"state", "State"},
                                                    {"trigger", "Trigger"},
                                                    {"reason", "Reason"},
                                                    {"probe", "Probe"},
                                                    {"kind", "Kind"},
                                                    {"preexisting", "Before it began"}}) +
           html::table(array_at(told, "probes"), {{"probe", "Probe"},
                                                  {"last", "Last sample"},
                                                  {"last_reason", "Reason"},
                                                  {"samples", "Samples"},
                                                  {"bad", "Bad"},
                                                  {"unknown", "Unknown"}});
  }

  [[nodiscard]] std::string changes() const {
    const json::object& told = documents_.object("changes.json");
    if (told.empty()) return "";
    std::string out = html::table(array_at(told, "changes"),
                                  {{"what", "What"}, {"before", "Before"}, {"now", "Now"}});
    const std::string good = text_at(told, "compared_with");
    out += good.empty() ? "<p class=\"faint\">Nothing more is kept of the last good version.</p>\n"
                        : fmt::format(
                              "<p class=\"faint\">Compared with {}, which succeeded at "
                              "{}.</p>\n",
                              html::escaped(good), html::escaped(text_at(told, "last_good_at")));
    return out;
  }

  [[nodiscard]] std::string runs() const {
    const std::string out = html::table(documents_.array("runs.json"), {{"step", "Step"},
                                                                        {"name", "Name"},
                                                                        {"result", "Result"},
                                                                        {"started_at", "Began"},
                                                                        {"ended_at", "Ended"}});
    return out + texts_below("runs/", true);
  }

  [[nodiscard]] std::string samples() const {
    std::string out;
    for (const json::value& item : documents_.array("samples.json")) {
      const auto* of = item.if_object();
      if (of == nullptr) continue;
      const json::array& all = array_at(*of, "samples");
      out += fmt::format("<h3>{}</h3>\n", html::escaped(text_at(*of, "probe")));
      if (all.empty()) {
        out += "<p class=\"faint\">No sample yet.</p>\n";
        continue;
      }
      const std::size_t first = all.size() > samples_told ? all.size() - samples_told : 0;
      json::array last;
      for (std::size_t i = first; i < all.size(); ++i) last.push_back(all[i]);
      out += html::strip(all) + html::table(last, {{"taken_at", "Taken at"},
                                                   {"outcome", "Outcome"},
                                                   {"latency_seconds", "Seconds"},
                                                   {"reason", "Reason"},
                                                   {"values", "Values"}});
    }
    return out;
  }

  [[nodiscard]] std::string database() const {
    std::string out;
    for (const auto& [file, value] : documents_.all()) {
      if (!file.starts_with("postgres") || !value.is_object()) continue;
      const json::object& told = value.get_object();
      out +=
          fmt::format("<h3>{}: {} at {}</h3>\n", html::escaped(text_at(told, "probe")),
                      html::escaped(text_at(told, "database")), html::escaped(text_at(told, "at")));
      out += html::of(array_at(told, "sessions"));
    }
    return out;
  }

  [[nodiscard]] std::string host() const {
    const json::object& machine = documents_.object("host.json");
    const json::array& disks = documents_.array("disks.json");
    return (machine.empty() ? "" : html::of(machine)) +
           html::table(disks, {{"path", "Disk of"},
                               {"used_percent", "Used (%)"},
                               {"available_bytes", "Available (bytes)"},
                               {"inodes_available", "Inodes available"}});
  }

  [[nodiscard]] std::string values_below(std::string_view folder) const {
    std::string out;
    for (const auto& [file, value] : documents_.all()) {
      if (!file.starts_with(folder)) continue;
      const std::string_view name = std::string_view(file).substr(folder.size());
      out += fmt::format("<h3>{}</h3>\n{}", html::escaped(name.substr(0, name.rfind('.'))),
                         html::of(value));
    }
    return out;
  }

  [[nodiscard]] std::string texts_below(std::string_view folder, bool is_open) const {
    std::string out;
    for (const auto& [file, text] : files_) {
      if (!file.starts_with(folder) || !file.ends_with(".txt")) continue;
      const std::string_view name = std::string_view(file).substr(folder.size());
      out += html::lines(name.substr(0, name.rfind('.')), text, is_open);
    }
    return out;
  }

  [[nodiscard]] std::string logs() const { return texts_below("logs/", true); }

  [[nodiscard]] std::string capture() const {
    const json::object& told = documents_.object("capture.json");
    std::string out = html::table(
        array_at(told, "sources"),
        {{"source", "Source"}, {"took_seconds", "Seconds"}, {"missing", "Not captured"}});
    out +=
        "<p class=\"faint\">Values that look like secrets are replaced by ***; environment "
        "variables of containers are not captured. Made by ripcord.</p>\n";
    return out;
  }

  const Files& files_;
  Documents documents_;
  std::string out_;
};

}  // namespace

std::string page_of(const Files& files) {
  return Page(files).write();
}

}  // namespace ripcord::evidence
