#include "ripcord/dora.hpp"

#include "base/time.hpp"
#include "ripcord/members.hpp"

#include <boost/json/value.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <optional>
#include <utility>
#include <vector>

namespace ripcord::cli {
namespace {

namespace json = boost::json;
using deploy::DoraLine;
using deploy::Standing;
using deploy::Trend;

constexpr WordList<Standing, 2> standings{{{"met", Standing::met}, {"missed", Standing::missed}}};
constexpr WordList<Trend, 3> trends{
    {{"better", Trend::better}, {"same", Trend::same}, {"worse", Trend::worse}}};

DoraLine line_of(const Members& members) {
  return {.name = members.text("name"),
          .target = members.text("target"),
          .unit = members.text("unit"),
          .current = members.number<double>("current"),
          .samples = members.count("samples"),
          .standing = named(members.text("standing"), standings, Standing::no_data),
          .before = members.number<double>("before"),
          .samples_before = members.count("samples_before"),
          .trend = named(members.text("trend"), trends, Trend::no_data)};
}

/// `"deployment frequency"`; a part of the recovery stands below it.
std::string label(const DoraLine& line) {
  constexpr std::string_view part = "recovery_";
  std::string text = line.name;
  if (text.starts_with(part) && line.target.empty()) text = "  " + text.substr(part.size());
  std::ranges::replace(text, '_', ' ');
  return text;
}

std::string in_words(const std::optional<double>& figure, const DoraLine& line) {
  if (!figure) return "no data";
  if (line.unit == "ratio") return fmt::format("{:.1f} %", *figure * 100);
  if (line.unit == "seconds") {
    return for_people(std::chrono::duration_cast<Duration>(std::chrono::duration<double>(*figure)));
  }
  return fmt::format("{} a week", *figure);
}

/// Without a figure the target is missed only by rollbacks that failed.
std::string current_in_words(const DoraLine& line) {
  if (!line.current && line.standing == Standing::missed) return "never";
  return in_words(line.current, line);
}

Tone tone_of(Standing standing) {
  switch (standing) {
    case Standing::met:
      return Tone::good;
    case Standing::missed:
      return Tone::bad;
    case Standing::no_data:
      break;
  }
  return Tone::plain;
}

Tone tone_of(Trend trend) {
  switch (trend) {
    case Trend::better:
      return Tone::good;
    case Trend::worse:
      return Tone::warning;
    default:
      return Tone::faint;
  }
}

std::string trend_in_words(const DoraLine& line) {
  if (line.trend == Trend::no_data) return "no data";
  return fmt::format("{}, was {} of {}", to_string(line.trend), in_words(line.before, line),
                     line.samples_before);
}

std::string day_of(Instant instant) {
  return to_rfc3339(instant).substr(0, std::string_view("2026-11-22").size());
}

std::string cell(const std::optional<double>& figure) {
  return figure ? fmt::format("{}", *figure) : "";
}

}  // namespace

Result<deploy::DoraReport> read_dora(std::string_view body) {
  const Result<json::value> value = parse_object(body);
  if (!value) return std::unexpected(value.error());
  const Members members(*value);
  deploy::DoraReport report;
  report.from = members.time("since").value_or(Instant{});
  report.to = members.time("until").value_or(Instant{});
  report.before_from = members.time("before_since").value_or(Instant{});
  for (const json::value& each : members.array("metrics")) {
    report.lines.push_back(line_of(Members(each)));
  }
  return report;
}

Lines dora_view(const deploy::DoraReport& report) {
  if (report.from >= report.to) return {{{"there has been no deployment yet"}}};
  std::string period = fmt::format("{} to {}", day_of(report.from), day_of(report.to));
  if (report.before_from < report.from) {
    period += fmt::format(", the time before it from {} on", day_of(report.before_from));
  }
  Lines lines{{{period, Tone::faint}}};
  std::vector<std::vector<Span>> rows{{{"FIGURE", Tone::strong},
                                       {"TARGET", Tone::strong},
                                       {"CURRENT", Tone::strong},
                                       {"SAMPLES", Tone::strong},
                                       {"TREND", Tone::strong}}};
  for (const DoraLine& line : report.lines) {
    rows.push_back({{label(line)},
                    {line.target.empty() ? "-" : line.target},
                    {current_in_words(line), tone_of(line.standing)},
                    {fmt::format("{}", line.samples)},
                    {trend_in_words(line), tone_of(line.trend)}});
  }
  std::ranges::move(table(rows), std::back_inserter(lines));
  return lines;
}

std::string dora_csv(const deploy::DoraReport& report) {
  std::string text = "figure,target,unit,current,samples,standing,before,samples_before,trend\n";
  for (const DoraLine& line : report.lines) {
    text += fmt::format("{},{},{},{},{},{},{},{},{}\n", line.name, line.target, line.unit,
                        cell(line.current), line.samples, to_string(line.standing),
                        cell(line.before), line.samples_before, to_string(line.trend));
  }
  return text;
}

}  // namespace ripcord::cli
