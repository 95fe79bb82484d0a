#include "api/discretion.hpp"

#include <algorithm>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace ripcord::api {
namespace {

constexpr std::string_view somebody = "somebody";
constexpr std::string_view ripcord_itself = "ripcord";

/// Everybody who is named as having done something.
class Persons {
 public:
  void add(const std::string& by) {
    if (by.empty() || by == ripcord_itself) return;
    if (std::ranges::find(names_, by) == names_.end()) names_.push_back(by);
  }

  void add(const Deployment& deployment) {
    if (deployment.cause) add(deployment.cause->by);
    if (deployment.held) add(deployment.held->by);
    for (const Confirmation& confirmation : deployment.confirmations) add(confirmation.by);
    for (const GateOverride& over : deployment.overrides) add(over.by);
  }

  /// Longer names first: one may begin with another.
  void sort() { std::ranges::sort(names_, std::ranges::greater(), &std::string::size); }

  void hide_in(std::string& text) const {
    for (const std::string& name : names_) {
      for (std::size_t at = text.find(name); at != std::string::npos; at = text.find(name, at)) {
        text.replace(at, name.size(), somebody);
        at += somebody.size();
      }
    }
  }

  void hide_in(Deployment& deployment) const {
    if (deployment.cause) {
      hide_in(deployment.cause->by);
      hide_in(deployment.cause->reason);
    }
    if (deployment.held) {
      hide_in(deployment.held->by);
      hide_in(deployment.held->reason);
    }
    for (Confirmation& confirmation : deployment.confirmations) hide_in(confirmation.by);
    for (GateOverride& over : deployment.overrides) {
      hide_in(over.by);
      hide_in(over.reason);
    }
    hide_in(deployment.irreversible);
    hide_in(deployment.verdict);
  }

 private:
  std::vector<std::string> names_;
};

/// The end of what begins at `at` in `text` like a person's name ("uid 1000 (ana)", "token ci");
/// `at` when nothing does.
std::size_t end_of_person(std::string_view text, std::size_t at) {
  constexpr std::string_view user = "uid ";
  constexpr std::string_view token = "token ";
  const auto skip = [&](std::size_t from, auto is_part) {
    while (from < text.size() && is_part(text[from])) ++from;
    return from;
  };
  const std::string_view rest = text.substr(at);
  if (rest.starts_with(token)) {
    return skip(at + token.size(), [](char c) { return c != ' ' && c != ':' && c != ','; });
  }
  if (!rest.starts_with(user)) return at;
  const std::size_t digits = at + user.size();
  std::size_t end = skip(digits, [](char c) { return c >= '0' && c <= '9'; });
  if (end == digits) return at;
  if (text.substr(end).starts_with(" (")) {
    const std::size_t close = text.find(')', end);
    if (close != std::string_view::npos) end = close + 1;
  }
  return end;
}

std::string without_persons(std::string_view text) {
  std::string hidden;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = end_of_person(text, at);
    if (end == at) {
      hidden += text[at++];
    } else {
      hidden += somebody;
      at = end;
    }
  }
  return hidden;
}

}  // namespace

Record discreet(Record record) {
  Persons persons;
  persons.add(record.by);
  persons.hide_in(record.text);
  persons.hide_in(record.by);
  record.text = without_persons(record.text);
  return record;
}

Deployment discreet(Deployment deployment) {
  Persons persons;
  persons.add(deployment);
  persons.sort();
  persons.hide_in(deployment);
  return deployment;
}

engine::Snapshot discreet(engine::Snapshot snapshot) {
  for (engine::ServiceSnapshot& service : snapshot.services) {
    if (service.deployment) service.deployment = discreet(*std::move(service.deployment));
  }
  return snapshot;
}

DeploymentView discreet(DeploymentView view) {
  Persons persons;
  persons.add(view.deployment);
  for (const Record& record : view.history) persons.add(record.by);
  persons.sort();
  persons.hide_in(view.deployment);
  for (Record& record : view.history) {
    persons.hide_in(record.by);
    persons.hide_in(record.text);
  }
  for (RunView& run : view.runs) run.output.clear();
  return view;
}

}  // namespace ripcord::api
