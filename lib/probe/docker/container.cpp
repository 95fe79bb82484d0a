#include "probe/docker/container.hpp"

#include "base/text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <utility>

namespace ripcord::probe::docker {
namespace {

bool selects(const Selector& selector, const ComposeLabels& compose) {
  return compose.project == selector.project && compose.service == selector.service &&
         !compose.oneoff;
}

}  // namespace

std::string to_string(const Selector& selector) {
  if (!selector.container.empty()) {
    return fmt::format("container {}", printable(selector.container, 100));
  }
  return fmt::format("compose service {} of {}", printable(selector.service, 100),
                     printable(selector.project, 100));
}

bool selects(const Selector& selector, const Listed& listed) {
  if (selector.container.empty()) return selects(selector, listed.compose);
  return std::ranges::find(listed.names, selector.container) != listed.names.end();
}

bool selects(const Selector& selector, const ContainerEvent& event) {
  if (selector.container.empty()) return selects(selector, event.compose);
  return event.name == selector.container;
}

const std::string& slot_of(const Selector& selector, const Container& container) {
  return selector.container.empty() ? container.compose.number : selector.container;
}

std::vector<Container> current(const Selector& selector, std::vector<Container> containers) {
  std::map<std::string, Container> newest;
  for (Container& container : containers) {
    const std::string slot = slot_of(selector, container);
    const auto place = newest.find(slot);
    if (place == newest.end()) {
      newest.emplace(slot, std::move(container));
    } else if (place->second.created_at < container.created_at) {
      place->second = std::move(container);
    }
  }
  std::vector<Container> result;
  result.reserve(newest.size());
  for (auto& [slot, container] : newest) result.push_back(std::move(container));
  return result;
}

std::string version_of(const Container& container) {
  constexpr std::size_t name_bytes_max = 120;
  const std::string name = printable(container.image, name_bytes_max);
  if (name.empty() || name.starts_with("sha256:")) return printable(container.image_id);
  if (name.contains('@')) return name;
  return fmt::format("{}@{}", name, printable(container.image_id, name_bytes_max));
}

}  // namespace ripcord::probe::docker
