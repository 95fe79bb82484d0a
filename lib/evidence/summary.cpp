#include "evidence/summary.hpp"

#include "base/text.hpp"
#include "evidence/documents.hpp"

#include <fmt/format.h>

#include <cstddef>
#include <string_view>

namespace ripcord::evidence {
namespace {

namespace json = boost::json;

class Summary {
 public:
  explicit Summary(const Files& files) : documents_(files) {}

  std::string write() {
    add_heading();
    add_findings();
    add_changes();
    add_samples();
    add_containers();
    add_database();
    add_host();
    add_runs();
    add_gaps();
    return std::move(out_);
  }

 private:
  template <class... Arguments>
  void line(fmt::format_string<Arguments...> format, Arguments&&... arguments) {
    // Whatever stands in the files, a terminal shows it as text.
    out_ += printable(fmt::format(format, std::forward<Arguments>(arguments)...), 1000);
    out_ += '\n';
  }

  void add_heading() {
    const json::object& deployment = documents_.object("deployment.json");
    const json::object& capture = documents_.object("capture.json");
    line("Evidence of {}: {} of {}, rolled back to {}", text_at(deployment, "deployment"),
         text_at(deployment, "version"), text_at(deployment, "service"),
         in_words_or(text_at(deployment, "previous_version"), "what a script knows"));
    const json::object& cause = object_at(deployment, "cause");
    line("Because: {} (by {})", text_at(cause, "reason"), text_at(cause, "by"));
    if (text_at(capture, "state") == "captured") {
      line("Captured at {} within {:.3f}s, before the first step", text_at(capture, "began_at"),
           number_at(capture, "took_seconds"));
    } else {
      line("PARTIAL: the capture that began at {} did not come to its end",
           in_words_or(text_at(capture, "began_at"), "an unknown time"));
    }
    const std::string verdict = text_at(deployment, "verdict");
    if (!verdict.empty()) line("Ended {}: {}", text_at(deployment, "phase"), verdict);
  }

  void add_findings() {
    out_ += "\nFindings\n";
    for (const json::value& one : array_at(documents_.object("findings.json"), "triggers")) {
      if (!one.is_object()) continue;
      const json::object& trigger = one.get_object();
      line("  {:<8} {}: {}", text_at(trigger, "state"), text_at(trigger, "trigger"),
           text_at(trigger, "reason"));
    }
  }

  void add_changes() {
    out_ += "\nChanged since the last good version\n";
    const json::object& told = documents_.object("changes.json");
    for (const json::value& one : array_at(told, "changes")) {
      if (!one.is_object()) continue;
      const json::object& change = one.get_object();
      line("  {}: {} → {}", text_at(change, "what"),
           in_words_or(text_at(change, "before"), "not known"), text_at(change, "now"));
    }
    if (text_at(told, "compared_with").empty())
      line("  (of the last good version no more is kept)");
  }

  void add_samples() {
    out_ += "\nSamples\n";
    for (const json::value& one : documents_.array("samples.json")) {
      if (!one.is_object()) continue;
      const json::array& samples = array_at(one.get_object(), "samples");
      std::size_t bad = 0;
      std::string last;
      for (const json::value& sample : samples) {
        if (!sample.is_object()) continue;
        const json::object& told = sample.get_object();
        bad += text_at(told, "outcome") == "bad" ? 1U : 0U;
        last = fmt::format("{} {}", text_at(told, "outcome"), text_at(told, "reason"));
      }
      line("  {}: {} bad of the last {}; last: {}", text_at(one.get_object(), "probe"), bad,
           samples.size(), trim(last));
    }
  }

  void add_containers() {
    for (const auto& [file, value] : documents_.all()) {
      if (!file.starts_with("containers/") || !value.is_object()) continue;
      const json::object& container = value.get_object();
      line("Container {}: {}, {} restarts, image {}", text_at(container, "name"),
           text_at(object_at(container, "state"), "status"), number_at(container, "restart_count"),
           text_at(container, "image"));
    }
  }

  void add_database() {
    for (const auto& [file, value] : documents_.all()) {
      if (!file.starts_with("postgres") || !value.is_object()) continue;
      const json::array& sessions = array_at(value.get_object(), "sessions");
      std::size_t waiting = 0;
      for (const json::value& session : sessions) {
        const auto* told = session.if_object();
        waiting += told != nullptr && text_at(*told, "wait_event_type") == "Lock" ? 1U : 0U;
      }
      line("Database of probe {}: {}, {} of them waiting for a lock",
           text_at(value.get_object(), "probe"), plural(sessions.size(), "session"), waiting);
    }
  }

  void add_host() {
    const json::object& host = documents_.object("host.json");
    if (!host.empty()) {
      const json::object& load = object_at(host, "load");
      const json::object& memory = object_at(host, "memory");
      line("Host: load {:.2f} {:.2f} {:.2f} on {} CPUs; memory {} available of {}",
           number_at(load, "load_1m"), number_at(load, "load_5m"), number_at(load, "load_15m"),
           number_at(host, "cpus"), bytes_in_words(number_at(memory, "available_bytes")),
           bytes_in_words(number_at(memory, "total_bytes")));
    }
    for (const json::value& one : documents_.array("disks.json")) {
      if (!one.is_object()) continue;
      const json::object& disk = one.get_object();
      line("Disk of {}: {:.0f}% used, {} available", text_at(disk, "path"),
           number_at(disk, "used_percent"), bytes_in_words(number_at(disk, "available_bytes")));
    }
  }

  void add_runs() {
    for (const json::value& one : documents_.array("runs.json")) {
      if (!one.is_object()) continue;
      const json::object& run = one.get_object();
      line("Run {} ({}): {}", text_at(run, "step"), text_at(run, "name"), text_at(run, "result"));
    }
  }

  void add_gaps() {
    const json::array& gaps = array_at(documents_.object("capture.json"), "gaps");
    if (!gaps.empty()) out_ += "\nNot captured\n";
    for (const json::value& gap : gaps) line("  {}", in_words(gap));
  }

  static std::string in_words_or(std::string text, std::string_view otherwise) {
    return text.empty() ? std::string(otherwise) : text;
  }

  Documents documents_;
  std::string out_;
};

}  // namespace

std::string summary_of(const Files& files) {
  return Summary(files).write();
}

}  // namespace ripcord::evidence
