#include "probe/trace_details.hpp"

#include "base/text.hpp"

#include <fmt/format.h>

#include <optional>
#include <string>
#include <string_view>

namespace ripcord::probe {
namespace {

constexpr std::size_t names_shown = 10;

void append_phase(std::vector<Detail>& details, std::string_view name,
                  const std::optional<Duration>& duration) {
  if (duration) details.push_back({std::string(name), for_people(*duration)});
}

void append_addresses(std::vector<Detail>& details, const net::Trace& trace) {
  std::string tried;
  for (const auto& address : trace.tried) {
    tried += (tried.empty() ? "" : ", ") + address.to_string();
  }
  if (!tried.empty()) details.push_back({"addresses tried", tried});
  if (trace.connect && !trace.tried.empty()) {
    details.push_back({"connected to", trace.tried.back().to_string()});
  }
  if (trace.kept) details.push_back({"connection", "kept from an earlier exchange"});
}

/// `"2026-12-24T00:00:00Z (in 31d)"`, `"… (3d ago)"`.
std::string on_the_calendar(Instant instant, Instant now) {
  const std::string when = instant >= now ? fmt::format("in {}", for_people(instant - now))
                                          : fmt::format("{} ago", for_people(now - instant));
  return fmt::format("{} ({})", to_rfc3339(instant), when);
}

void append_certificate(std::vector<Detail>& details, const net::Certificate& certificate,
                        Instant now) {
  if (!certificate.exists()) return;
  details.push_back({"certificate.subject", certificate.subject()});
  details.push_back({"certificate.issuer", certificate.issuer()});
  details.push_back({"certificate.names", net::in_words(certificate.names(), names_shown)});
  const auto from = certificate.valid_from();
  const auto until = certificate.valid_until();
  if (from) details.push_back({"certificate.from", on_the_calendar(*from, now)});
  if (until) details.push_back({"certificate.until", on_the_calendar(*until, now)});
}

}  // namespace

void append_trace(std::vector<Detail>& details, const net::Place& place, const net::Trace& trace,
                  Instant now) {
  details.push_back({"target", printable(to_string(place))});
  append_addresses(details, trace);
  append_phase(details, "time.dns", trace.dns);
  append_phase(details, "time.connect", trace.connect);
  append_phase(details, "time.tls", trace.tls);
  append_phase(details, "time.first_byte", trace.first_byte);
  append_phase(details, "time.total", trace.total);
  if (!trace.secured) return;
  if (!trace.secured->version.empty()) {
    details.push_back({"tls.version", std::string(trace.secured->version)});
    details.push_back({"tls.cipher", std::string(trace.secured->cipher)});
  }
  append_certificate(details, trace.secured->certificate, now);
}

double in_seconds(Duration duration) {
  return std::chrono::duration<double>(duration).count();
}

double in_days(Duration duration) {
  return std::chrono::duration<double, std::chrono::days::period>(duration).count();
}

}  // namespace ripcord::probe
