#include "metrics/daemon_series.hpp"

#include <array>

namespace ripcord::metrics {
namespace {

using prometheus::MetricType;

constexpr Metric build_info{"ripcord_build_info",
                            "Always 1; the label says which version of the daemon is running."};

constexpr Metric blind{"ripcord_blind",
                       "Whether no probe of any service can tell anything (1) or one can (0)."};

constexpr std::array<Figure<DaemonFigures>, 6> daemon_figures{{
    {{"ripcord_config_last_reload_successful",
      "Whether the last try to load the configuration succeeded (1) or not (0)."},
     [](const DaemonFigures& figures) { return figures.last_reload_succeeded ? 1.0 : 0.0; }},
    {{"ripcord_config_last_reload_success_timestamp_seconds",
      "When the configuration in force was loaded, in seconds since the epoch."},
     [](const DaemonFigures& figures) { return seconds(figures.last_reload_at); }},
    {{"ripcord_journal_writable",
      "Whether the last commit to the journal succeeded (1) or not (0)."},
     [](const DaemonFigures& figures) { return figures.journal_writable ? 1.0 : 0.0; }},
    {{"ripcord_journal_commits_total",
      "Commits to the journal that were tried, the failed ones included.", MetricType::Counter},
     [](const DaemonFigures& figures) { return static_cast<double>(figures.journal_commits); }},
    {{"ripcord_journal_commits_failed_total", "Commits to the journal that failed.",
      MetricType::Counter},
     [](const DaemonFigures& figures) {
       return static_cast<double>(figures.journal_commits_failed);
     }},
    {{"ripcord_runs_active", "Runs of rollback and verify steps that are under way."},
     [](const DaemonFigures& figures) { return static_cast<double>(figures.runs_active); }},
}};

}  // namespace

Families daemon_series(const std::string& version, bool is_blind, const DaemonFigures& figures) {
  Families families{family_of(build_info)};
  add(families.back(), {label("version", version)}, 1);
  add(families.emplace_back(family_of(blind)), {}, is_blind ? 1 : 0);
  for (const auto& figure : daemon_figures) {
    add(families.emplace_back(family_of(figure.metric)), {}, figure.of(figures));
  }
  return families;
}

}  // namespace ripcord::metrics
