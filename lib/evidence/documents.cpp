#include "evidence/documents.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <boost/system/error_code.hpp>
#include <fmt/format.h>

#include <array>
#include <utility>

namespace ripcord::evidence {
namespace {

namespace json = boost::json;

const json::object no_object;
const json::array no_array;

const json::value* member(const json::object& object, std::string_view key) {
  return object.if_contains(key);
}

}  // namespace

Documents::Documents(const Files& files) {
  for (const auto& [file, text] : files) {
    if (!file.ends_with(".json")) continue;
    boost::system::error_code error;
    json::value value = json::parse(text, error);
    if (!error) values_.emplace(file, std::move(value));
  }
}

const json::object& Documents::object(std::string_view file) const {
  const auto found = values_.find(file);
  const auto* object = found == values_.end() ? nullptr : found->second.if_object();
  return object == nullptr ? no_object : *object;
}

const json::array& Documents::array(std::string_view file) const {
  const auto found = values_.find(file);
  const auto* array = found == values_.end() ? nullptr : found->second.if_array();
  return array == nullptr ? no_array : *array;
}

std::string text_at(const json::object& object, std::string_view key) {
  const json::value* found = member(object, key);
  const auto* text = found == nullptr ? nullptr : found->if_string();
  return text == nullptr ? std::string() : std::string(*text);
}

const json::object& object_at(const json::object& object, std::string_view key) {
  const json::value* found = member(object, key);
  const auto* inner = found == nullptr ? nullptr : found->if_object();
  return inner == nullptr ? no_object : *inner;
}

const json::array& array_at(const json::object& object, std::string_view key) {
  const json::value* found = member(object, key);
  const auto* inner = found == nullptr ? nullptr : found->if_array();
  return inner == nullptr ? no_array : *inner;
}

double number_at(const json::object& object, std::string_view key) {
  const json::value* found = member(object, key);
  if (found == nullptr || !found->is_number()) return 0;
  boost::system::error_code unlikely;
  return found->to_number<double>(unlikely);
}

std::string in_words(const json::value& value) {
  if (const auto* text = value.if_string()) return std::string(*text);
  if (const double* number = value.if_double()) return fmt::format("{:.6g}", *number);
  if (const bool* flag = value.if_bool()) return *flag ? "yes" : "no";
  if (value.is_null()) return "–";
  return json::serialize(value);
}

std::string bytes_in_words(double bytes) {
  constexpr std::array units{"B", "KiB", "MiB", "GiB", "TiB"};
  std::size_t unit = 0;
  for (; bytes >= 1024 && unit + 1 < units.size(); ++unit) bytes /= 1024;
  return fmt::format("{:.{}f} {}", bytes, unit == 0 ? 0 : 1, units.at(unit));
}

}  // namespace ripcord::evidence
