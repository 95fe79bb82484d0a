#include "metrics/daemon_series.hpp"

#include <array>
#include <cstdint>

namespace ripcord::metrics {
namespace {

using prometheus::MetricType;

constexpr auto counted = [](std::uint64_t count) { return static_cast<double>(count); };

constexpr Metric build_info{"ripcord_build_info",
                            "Always 1; the label says which version of the daemon is running."};

constexpr Metric blind{"ripcord_blind",
                       "Whether no probe of any service can tell anything (1) or one can (0)."};

constexpr std::array<Figure<DaemonFigures>, 8> daemon_figures{{
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
     [](const DaemonFigures& figures) { return counted(figures.journal_commits); }},
    {{"ripcord_journal_commits_failed_total", "Commits to the journal that failed.",
      MetricType::Counter},
     [](const DaemonFigures& figures) { return counted(figures.journal_commits_failed); }},
    {{"ripcord_runs_active", "Runs of steps (deploy, shift, rollback, verify) that are under way."},
     [](const DaemonFigures& figures) { return counted(figures.runs_active); }},
    {{"ripcord_queue_depth",
      "Decisions of the engine that wait to be carried out or to be written down."},
     [](const DaemonFigures& figures) { return counted(figures.queue_depth); }},
    {{"ripcord_queue_dropped_total",
      "Decisions of which what could not be written down was given up for good.",
      MetricType::Counter},
     [](const DaemonFigures& figures) { return counted(figures.queue_dropped); }},
}};

constexpr std::array<Figure<ReceiverFigures>, 4> receiver_figures{{
    {{"ripcord_notifications_total",
      "Notifications that were tried to be delivered, the failed tries included.",
      MetricType::Counter},
     [](const ReceiverFigures& receiver) { return counted(receiver.notifications); }},
    {{"ripcord_notifications_failed_total", "Tries to deliver a notification that failed.",
      MetricType::Counter},
     [](const ReceiverFigures& receiver) { return counted(receiver.notifications_failed); }},
    {{"ripcord_outbox_depth", "Notifications that wait to be delivered."},
     [](const ReceiverFigures& receiver) { return counted(receiver.outbox_depth); }},
    {{"ripcord_outbox_oldest_seconds",
      "For how long the oldest notification has waited to be delivered; 0 when none does."},
     [](const ReceiverFigures& receiver) { return seconds(receiver.outbox_oldest); }},
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

Families receiver_series(const std::vector<ReceiverFigures>& receivers) {
  Families families;
  for (const auto& figure : receiver_figures) {
    Family& family = families.emplace_back(family_of(figure.metric));
    for (const ReceiverFigures& receiver : receivers) {
      add(family, {label("receiver", receiver.name)}, figure.of(receiver));
    }
  }
  return families;
}

}  // namespace ripcord::metrics
