#pragma once

#include "base/time.hpp"
#include "engine/snapshot.hpp"
#include "model/deployment.hpp"
#include "model/effect.hpp"
#include "notify/message.hpp"

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace ripcord::runtime {

/// Puts what the engine has decided into the words that people are told.
class Herald {
 public:
  /// What is known at the time; borrowed functions.
  struct View {
    /// Nothing when there is no such service.
    std::function<std::optional<engine::ServiceSnapshot>(const std::string& service)> service;
    /// The directory of what was captured of a deployment.
    std::function<std::string(const std::string& deployment)> evidence;
    /// Whether nobody is to be told of what `trigger` of the service finds now.
    std::function<bool(const std::string& service, const std::string& trigger)> is_silenced;
    std::string page;  ///< URL of the page and of what is below it; empty: there are no links
  };

  explicit Herald(View view) : view_(std::move(view)) {}

  /// The messages of one step, in its order. Trips that lead to a rollback or a hold are part of
  /// its message; other trips of one service in one step are one. Nothing is said of what clears:
  /// whoever knows what was told tells that it is over.
  [[nodiscard]] std::vector<notify::Message> announce(const Effects& effects) const;

  /// What is tripped and not silenced now; nothing when nothing is.
  [[nodiscard]] std::optional<notify::Message> trips_now(const std::string& service,
                                                         Instant at) const;
  /// That nothing of what was told is tripped any more.
  [[nodiscard]] notify::Message trips_ended(const std::string& service, Instant at) const;

 private:
  struct Scene;

  [[nodiscard]] std::optional<notify::Message> told(const Record& record, const Scene& scene) const;
  [[nodiscard]] notify::Message trips_told(const std::vector<const Record*>& records) const;
  /// Its numbers are of what is tripped and not silenced now; it has no title.
  [[nodiscard]] notify::Message about_trips(const std::string& service, Instant at) const;
  static void entitle(notify::Message& message);
  void add_facts(notify::Message& message, const Deployment& deployment) const;
  /// What has tripped in the same step, apart from what is silenced.
  void add_trips(notify::Message& message, const Scene& scene) const;
  [[nodiscard]] bool is_silenced(const Record& trip) const;
  void add_page(notify::Message& message) const;
  /// `target` is below the page.
  void add_link(notify::Message& message, std::string name, std::string_view target) const;

  View view_;
};

/// `"errors"`, of `"trigger errors has tripped: …"`; empty when it tells of no trigger.
[[nodiscard]] std::string_view trigger_of(const Record& record);

/// The key under which messages about the trips of a service belong together, outside a rollback.
/// Their numbers are named by the triggers.
[[nodiscard]] std::string trips_incident(std::string_view service);

}  // namespace ripcord::runtime
