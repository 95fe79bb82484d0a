#include "notify/backoff.hpp"

#include "base/contract.hpp"
#include "base/text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstddef>
#include <string_view>
#include <system_error>
#include <vector>

namespace ripcord::notify {
namespace {

constexpr Duration asked_max = std::chrono::hours(1);
constexpr std::array<std::string_view, 12> months{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                  "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};

/// `30`, and also `0.65` as Discord writes it, rounded up.
std::optional<Duration> parse_seconds(std::string_view text) {
  double seconds = 0;
  const char* const last = text.data() + text.size();
  const auto [end, error] = std::from_chars(text.data(), last, seconds, std::chars_format::fixed);
  if (error != std::errc() || end != last || !(seconds >= 0)) return std::nullopt;
  const double most = std::chrono::duration<double>(asked_max).count();
  return std::chrono::ceil<std::chrono::seconds>(
      std::chrono::duration<double>(std::min(seconds, most)));
}

/// `Sun, 06 Nov 1994 08:49:37 GMT`: the one form that is still written (RFC 9110, 5.6.7).
std::optional<Instant> parse_date(std::string_view text) {
  const std::vector<std::string_view> parts = split(text, ' ');
  if (parts.size() != 6 || parts[5] != "GMT") return std::nullopt;
  const auto* const month = std::ranges::find(months, parts[2]);
  if (month == months.end()) return std::nullopt;
  const Result<Instant> instant = parse_instant(
      fmt::format("{}-{:02}-{}T{}Z", parts[3], month - months.begin() + 1, parts[1], parts[4]));
  if (!instant) return std::nullopt;
  return *instant;
}

}  // namespace

Duration wait_after(const Backoff& backoff, std::uint32_t attempts, std::uint64_t random) {
  RIPCORD_CONTRACT(attempts > 0);
  constexpr std::uint32_t doublings_max = 30;
  const Duration::rep factor = Duration::rep{1} << std::min(attempts - 1, doublings_max);
  const Duration whole =
      backoff.first > backoff.longest / factor ? backoff.longest : backoff.first * factor;
  const Duration half = whole / 2;
  return half + Duration(static_cast<Duration::rep>(
                    random % (static_cast<std::uint64_t>((whole - half).count()) + 1)));
}

std::optional<Duration> retry_after(const net::Reply& reply, Instant now) {
  const std::optional<std::string_view> asked = net::find_header(reply.headers, "Retry-After");
  if (!asked) return std::nullopt;
  if (const auto seconds = parse_seconds(trim(*asked))) return seconds;
  const std::optional<Instant> date = parse_date(trim(*asked));
  if (!date) return std::nullopt;
  return std::clamp(*date - now, Duration{}, asked_max);
}

}  // namespace ripcord::notify
