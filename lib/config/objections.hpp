#pragma once

#include "base/time.hpp"
#include "config/readers.hpp"
#include "evaluate/rules.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace ripcord::config {

/// Why a rule can never trip, or may not be used, and which key to change.
struct Objection {
  std::string_view key;
  std::string message;
};

// Everything that is wrong with a rule on this probe: a trigger that can never trip would be
// trusted. `bake` is nothing when it is wrong itself, or does not matter. Pre: probe.is_good.
[[nodiscard]] std::vector<Objection> objections(const evaluate::ConsecutiveFailures& rule,
                                                const ReadProbe& probe,
                                                std::optional<Duration> bake);
[[nodiscard]] std::vector<Objection> objections(const evaluate::Latency& rule,
                                                const ReadProbe& probe,
                                                std::optional<Duration> bake);
[[nodiscard]] std::vector<Objection> objections(const evaluate::ErrorRatio& rule,
                                                const ReadProbe& probe,
                                                std::optional<Duration> bake);
[[nodiscard]] std::vector<Objection> objections(const evaluate::ConnectionLost& rule,
                                                const ReadProbe& probe,
                                                std::optional<Duration> bake);
[[nodiscard]] std::vector<Objection> objections(const evaluate::Occurrences& rule,
                                                const ReadProbe& probe,
                                                std::optional<Duration> bake);
[[nodiscard]] std::vector<Objection> objections(const evaluate::Value& rule, const ReadProbe& probe,
                                                std::optional<Duration> bake);
[[nodiscard]] std::vector<Objection> objections(const evaluate::Regression& rule,
                                                const ReadProbe& probe,
                                                std::optional<Duration> bake);

}  // namespace ripcord::config
