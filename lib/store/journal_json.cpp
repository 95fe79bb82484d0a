#include "store/journal_json.hpp"

#include "base/text.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/parse_options.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>
#include <boost/system/error_code.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <span>
#include <utility>
#include <variant>

namespace ripcord::store {
namespace {

namespace json = boost::json;

/// In the order of VerifyScript.
constexpr std::array<std::string_view, 3> script_names{"waiting", "running", "passed"};

std::int64_t number(Instant instant) {
  return instant.time_since_epoch().count();
}

Result<json::value> parse(std::string_view text) {
  // Boost.JSON writes any bytes but by default reads only UTF-8: a row must never become
  // unreadable because a script or a server once answered with something else.
  json::parse_options options;
  options.allow_invalid_utf8 = true;
  boost::system::error_code error;
  json::value value = json::parse(text, error, {}, options);
  if (error) {
    return failure(Fault::malformed, fmt::format("{:?} is not JSON", printable(text, 60)));
  }
  return value;
}

Result<json::array> parse_array(std::string_view text) {
  Result<json::value> value = parse(text);
  if (!value) return std::unexpected(value.error());
  if (!value->is_array()) return failure(Fault::malformed, "it is not a JSON array");
  return std::move(value->get_array());
}

/// Takes the members out of one JSON object. The first that is missing or of the wrong type is
/// remembered and read as zero or empty, so that the caller reads straight through.
class MemberReader {
 public:
  explicit MemberReader(std::string_view text) {
    Result<json::value> value = parse(text);
    if (value) {
      take(std::move(*value));
    } else {
      error_ = std::move(value.error());
    }
  }
  explicit MemberReader(json::value value) { take(std::move(value)); }

  std::int64_t integer(std::string_view key) {
    const json::value* member = object_.if_contains(key);
    const std::int64_t* found = member != nullptr ? member->if_int64() : nullptr;
    return found != nullptr ? *found : missing<std::int64_t>(key, "integer");
  }

  bool flag(std::string_view key) {
    const json::value* member = object_.if_contains(key);
    const bool* found = member != nullptr ? member->if_bool() : nullptr;
    return found != nullptr ? *found : missing<bool>(key, "truth value");
  }

  std::string text(std::string_view key) {
    const json::value* member = object_.if_contains(key);
    const json::string* found = member != nullptr ? member->if_string() : nullptr;
    return found != nullptr ? std::string(*found) : missing<std::string>(key, "text");
  }

  Instant instant(std::string_view key) { return Instant(Duration(integer(key))); }

  std::optional<Instant> instant_if_any(std::string_view key) {
    if (!object_.contains(key)) return std::nullopt;
    return instant(key);
  }

  std::uint32_t index(std::string_view key) {
    const std::int64_t found = integer(key);
    if (found >= 0 && found <= std::numeric_limits<std::uint32_t>::max()) {
      return static_cast<std::uint32_t>(found);
    }
    return missing<std::uint32_t>(key, "index");
  }

  std::uint64_t count(std::string_view key) {
    const std::int64_t found = integer(key);
    return found >= 0 ? static_cast<std::uint64_t>(found) : missing<std::uint64_t>(key, "count");
  }

  double number(std::string_view key) {
    const json::value* member = object_.if_contains(key);
    return member != nullptr && member->is_number() ? member->to_number<double>()
                                                    : missing<double>(key, "number");
  }

  /// At most `most` of them.
  std::vector<double> numbers(std::string_view key, std::size_t most) {
    const json::value* member = object_.if_contains(key);
    const json::array* found = member != nullptr ? member->if_array() : nullptr;
    if (found == nullptr || found->size() > most) {
      return missing<std::vector<double>>(key, "array that fits");
    }
    std::vector<double> numbers;
    for (const json::value& element : *found) {
      if (!element.is_number()) return missing<std::vector<double>>(key, "array of numbers");
      numbers.push_back(element.to_number<double>());
    }
    return numbers;
  }

  /// The place of the text among `names`.
  std::size_t one_of(std::string_view key, std::span<const std::string_view> names) {
    const auto place = std::ranges::find(names, text(key));
    if (place != names.end()) return static_cast<std::size_t>(place - names.begin());
    return missing<std::size_t>(key, "known");
  }

  /// `value`, or what was wrong with the members it was made of.
  template <class T>
  Result<T> finished(T value) {
    if (error_) return std::unexpected(std::move(*error_));
    return value;
  }

 private:
  void take(json::value value) {
    if (value.is_object()) {
      object_ = std::move(value.as_object());
    } else {
      error_ = {Fault::malformed,
                fmt::format("{:?} is not a JSON object", printable(json::serialize(value), 60))};
    }
  }

  template <class T>
  T missing(std::string_view key, std::string_view kind) {
    if (!error_) error_ = {Fault::malformed, fmt::format("it has no {} {:?}", kind, key)};
    return T{};
  }

  json::object object_;
  std::optional<Error> error_;
};

/// A JSON array of objects, each of them read by `read_one`.
template <class T, class ReadOne>
Result<std::vector<T>> read_each(std::string_view text, ReadOne read_one) {
  Result<json::array> elements = parse_array(text);
  if (!elements) return std::unexpected(elements.error());
  std::vector<T> all;
  for (json::value& element : *elements) {
    MemberReader members(std::move(element));
    T one = read_one(members);
    Result<T> read = members.finished(std::move(one));
    if (!read) return std::unexpected(read.error());
    all.push_back(std::move(*read));
  }
  return all;
}

// What each phase keeps, and how it is read again; a phase not named here has no members.
template <class Simple>
json::object detail_of(const Simple&) {
  return {};
}
json::object detail_of(const Deploying& phase) {
  return {{"step", phase.step}, {"attempt", phase.attempt}};
}
json::object detail_of(const Shifting& phase) {
  return {{"stage", phase.stage}, {"attempt", phase.attempt}};
}
json::object detail_of(const Baking& phase) {
  return {{"settled_at", number(phase.settled_at)},
          {"until", number(phase.until)},
          {"overdue", phase.overdue},
          {"stage", phase.stage},
          {"awaiting", phase.awaiting}};
}
json::object detail_of(const RollingBack& phase) {
  return {{"step", phase.step}, {"attempt", phase.attempt}};
}
json::object detail_of(const Verifying& phase) {
  return {{"settled_at", number(phase.settled_at)},
          {"until", number(phase.until)},
          {"script", script_names.at(static_cast<std::size_t>(phase.script))},
          {"attempt", phase.attempt}};
}

template <class Simple>
void read_into(Simple&, MemberReader&) {}
void read_into(Deploying& phase, MemberReader& members) {
  phase.step = members.index("step");
  phase.attempt = members.index("attempt");
}
void read_into(Shifting& phase, MemberReader& members) {
  phase.stage = members.index("stage");
  phase.attempt = members.index("attempt");
}
void read_into(Baking& phase, MemberReader& members) {
  phase.settled_at = members.instant("settled_at");
  phase.until = members.instant("until");
  phase.overdue = members.flag("overdue");
  phase.stage = members.index("stage");
  phase.awaiting = members.flag("awaiting");
}
void read_into(RollingBack& phase, MemberReader& members) {
  phase.step = members.index("step");
  phase.attempt = members.index("attempt");
}
void read_into(Verifying& phase, MemberReader& members) {
  phase.settled_at = members.instant("settled_at");
  phase.until = members.instant("until");
  phase.script = static_cast<VerifyScript>(members.one_of("script", script_names));
  phase.attempt = members.index("attempt");
}

}  // namespace

std::string phase_detail(const Phase& phase) {
  return json::serialize(std::visit([](const auto& kind) { return detail_of(kind); }, phase));
}

Result<Phase> read_phase_detail(Phase phase, std::string_view detail) {
  MemberReader members(detail);
  std::visit([&members](auto& kind) { read_into(kind, members); }, phase);
  return members.finished(phase);
}

std::string to_json(const Cause& cause) {
  json::object object{{"trigger", cause.trigger},
                      {"reason", cause.reason},
                      {"by", cause.by},
                      {"at", number(cause.at)}};
  if (cause.bad_since) object["bad_since"] = number(*cause.bad_since);
  return json::serialize(object);
}

Result<Cause> read_cause(std::string_view json) {
  MemberReader members(json);
  Cause cause{.trigger = members.text("trigger"),
              .reason = members.text("reason"),
              .by = members.text("by"),
              .at = members.instant("at"),
              .bad_since = members.instant_if_any("bad_since")};
  return members.finished(std::move(cause));
}

std::string to_json(const Held& held) {
  return json::serialize(
      json::object{{"reason", held.reason}, {"by", held.by}, {"at", number(held.at)}});
}

Result<Held> read_held(std::string_view json) {
  MemberReader members(json);
  Held held{
      .reason = members.text("reason"), .by = members.text("by"), .at = members.instant("at")};
  return members.finished(std::move(held));
}

std::string to_json(const std::vector<std::string>& texts) {
  return json::serialize(json::array(texts.begin(), texts.end()));
}

Result<std::vector<std::string>> read_texts(std::string_view json) {
  const Result<json::array> elements = parse_array(json);
  if (!elements) return std::unexpected(elements.error());
  std::vector<std::string> texts;
  for (const json::value& element : *elements) {
    if (!element.is_string()) return failure(Fault::malformed, "one of its elements is no text");
    texts.emplace_back(element.get_string());
  }
  return texts;
}

std::string to_json(const std::vector<TriggerBaseline>& baselines) {
  json::array array;
  for (const TriggerBaseline& one : baselines) {
    const Baseline& baseline = one.baseline;
    array.push_back(json::object{
        {"trigger", one.trigger},
        {"count", baseline.count},
        {"mean", baseline.mean},
        {"quantiles", json::array(baseline.quantiles.begin(), baseline.quantiles.end())},
        {"sample", json::array(baseline.sample.begin(), baseline.sample.end())}});
  }
  return json::serialize(array);
}

Result<std::vector<TriggerBaseline>> read_baselines(std::string_view json) {
  return read_each<TriggerBaseline>(json, [](MemberReader& members) {
    TriggerBaseline one{.trigger = members.text("trigger"), .baseline = {}};
    one.baseline.count = members.count("count");
    one.baseline.mean = members.number("mean");
    const std::vector<double> quantiles = members.numbers("quantiles", Baseline::levels.size());
    std::ranges::copy_n(quantiles.begin(), std::ssize(quantiles), one.baseline.quantiles.begin());
    one.baseline.sample = members.numbers("sample", Baseline::sample_max);
    return one;
  });
}

std::string to_json(const std::vector<Confirmation>& confirmations) {
  json::array array;
  for (const Confirmation& one : confirmations) {
    array.push_back(json::object{{"item", one.item}, {"by", one.by}});
  }
  return json::serialize(array);
}

Result<std::vector<Confirmation>> read_confirmations(std::string_view json) {
  return read_each<Confirmation>(json, [](MemberReader& members) {
    return Confirmation{.item = members.text("item"), .by = members.text("by")};
  });
}

std::string to_json(const std::vector<GateOverride>& overrides) {
  json::array array;
  for (const GateOverride& one : overrides) {
    array.push_back(json::object{{"gate", one.gate}, {"by", one.by}, {"reason", one.reason}});
  }
  return json::serialize(array);
}

Result<std::vector<GateOverride>> read_overrides(std::string_view json) {
  return read_each<GateOverride>(json, [](MemberReader& members) {
    return GateOverride{
        .gate = members.text("gate"), .by = members.text("by"), .reason = members.text("reason")};
  });
}

}  // namespace ripcord::store
