#pragma once

#include "base/time.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace ripcord::probe::docker {

/// Which containers a probe looks at: the one of a name, or those of a compose service. Exactly one
/// of `container` and `service` is not empty.
struct Selector {
  std::string container;
  std::string project;
  std::string service;

  friend bool operator==(const Selector&, const Selector&) = default;
};

/// `"container financehub-backend"`, `"compose service backend of financehub"`. Printable.
[[nodiscard]] std::string to_string(const Selector& selector);

/// What compose writes on the containers that it makes.
struct ComposeLabels {
  std::string project;
  std::string service;
  std::string number;   ///< `"1"`, `"2"` … of a scaled service
  bool oneoff = false;  ///< of `compose run`: no part of the service

  friend bool operator==(const ComposeLabels&, const ComposeLabels&) = default;
};

/// One line of the engine's list of containers.
struct Listed {
  std::string id;
  std::vector<std::string> names;  ///< without the leading slash
  ComposeLabels compose;
};

enum class Health : std::uint8_t { none, starting, healthy, unhealthy };

/// What the engine knows of one container; never its environment, which holds secrets.
struct Container {
  std::string id;
  std::string name;      ///< without the leading slash
  std::string image;     ///< as it was asked for: `"shop:v2"`
  std::string image_id;  ///< what that was then: `"sha256:…"`
  std::string status;    ///< `created running paused restarting removing exited dead`
  std::string error;     ///< why it could not be started
  int exit_code = 0;
  bool oom_killed = false;
  Health health = Health::none;
  std::uint32_t restart_count = 0;  ///< by the restart policy since it was last started by a person
  Instant created_at;
  Instant started_at;
  std::uint32_t pid = 0;  ///< of its first process, in the engine's namespace; 0: none runs
  bool tty = false;
  std::string network_mode;  ///< `"bridge"`, `"host"`, `"container:ID"`
  ComposeLabels compose;
};

/// `"shop:v2@sha256:…"`: the name of its image, and which one that was; the id alone when that is
/// all there is.
[[nodiscard]] std::string version_of(const Container& container);

/// One event of a container.
struct ContainerEvent {
  std::string id;
  std::string action;  ///< `create start die kill oom destroy …`; `"health_status: healthy"`
  std::int64_t time_ns = 0;
  std::string name;
  ComposeLabels compose;
  std::optional<int> exit_code = std::nullopt;
  int signal = 0;
};

[[nodiscard]] bool selects(const Selector& selector, const Listed& listed);
[[nodiscard]] bool selects(const Selector& selector, const ContainerEvent& event);

/// What stays the same when the container is replaced: its number for a compose service.
[[nodiscard]] const std::string& slot_of(const Selector& selector, const Container& container);

/// Of those that `selector` selects the ones that make up the service now: of several with one slot
/// (the old one is kept until the new one runs) the newest. In order of slot.
[[nodiscard]] std::vector<Container> current(const Selector& selector,
                                             std::vector<Container> containers);

}  // namespace ripcord::probe::docker
