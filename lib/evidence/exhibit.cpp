#include "evidence/exhibit.hpp"

#include "base/text.hpp"

#include <boost/json/serialize.hpp>
#include <boost/json/string.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <string_view>

namespace ripcord::evidence {
namespace {

namespace json = boost::json;

constexpr std::size_t name_bytes_max = 200;
constexpr std::size_t secret_bytes_min = 4;

bool is_safe(char c) {
  return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' ||
         c == '.' || c == '-';
}

bool is_component(std::string_view text) {
  return !text.empty() && text.front() != '.' && std::ranges::all_of(text, is_safe);
}

bool is_flat(const json::value& value) {
  if (const auto* object = value.if_object()) return object->empty();
  if (const auto* array = value.if_array()) return array->empty();
  return true;
}

/// Unlike boost::json::serialize it writes `0.25`, not `2.5E-1`: people read it.
std::string leaf(const json::value& value) {
  const double* number = value.if_double();
  if (number == nullptr) return json::serialize(value);
  return std::isfinite(*number) ? fmt::format("{}", *number) : "null";
}

class Writer {
 public:
  std::string write(const json::value& value) {
    append(value, 0);
    return std::move(out_) + "\n";
  }

 private:
  void append(const json::value& value, std::size_t depth) {
    if (is_flat(value)) {
      out_ += leaf(value);
    } else if (const auto* array = value.if_array()) {
      append_array(*array, depth);
    } else {
      append_object(value.get_object(), depth);
    }
  }

  void append_array(const json::array& array, std::size_t depth) {
    const bool in_one_line = std::ranges::all_of(array, is_flat);
    out_ += '[';
    bool is_first = true;
    for (const json::value& item : array) {
      if (!is_first) out_ += in_one_line ? ", " : ",";
      if (!in_one_line) begin_line(depth + 1);
      append(item, depth + 1);
      is_first = false;
    }
    if (!in_one_line) begin_line(depth);
    out_ += ']';
  }

  void append_object(const json::object& object, std::size_t depth) {
    out_ += '{';
    bool is_first = true;
    for (const auto& [key, item] : object) {
      if (!is_first) out_ += ',';
      begin_line(depth + 1);
      out_ += json::serialize(json::string(key));
      out_ += ": ";
      append(item, depth + 1);
      is_first = false;
    }
    begin_line(depth);
    out_ += '}';
  }

  void begin_line(std::size_t depth) {
    out_ += '\n';
    out_.append(2 * depth, ' ');
  }

  std::string out_;
};

void hide_in(json::string& text, const std::string& secret) {
  std::string_view rest(text);
  std::size_t at = rest.find(secret);
  if (at == std::string_view::npos) return;
  std::string hidden;
  for (; at != std::string_view::npos; at = rest.find(secret)) {
    hidden.append(rest.substr(0, at)).append("***");
    rest.remove_prefix(at + secret.size());
  }
  hidden.append(rest);
  text = hidden;
}

void hide_all(json::value& content, const std::vector<std::string>& secrets) {
  if (auto* text = content.if_string()) {
    for (const std::string& secret : secrets) hide_in(*text, secret);
  } else if (auto* array = content.if_array()) {
    for (json::value& item : *array) hide_all(item, secrets);
  } else if (auto* object = content.if_object()) {
    for (auto& member : *object) hide_all(member.value(), secrets);
  }
}

}  // namespace

bool is_file_name(std::string_view text) {
  const std::vector<std::string_view> components = split(text, '/');
  return text.size() <= name_bytes_max && components.size() <= 2 &&
         std::ranges::all_of(components, is_component);
}

std::string file_name_of(std::string_view text) {
  constexpr std::size_t bytes_max = 80;
  std::string name(text.substr(0, bytes_max));
  std::ranges::replace_if(name, [](char c) { return !is_safe(c); }, '_');
  if (name.empty() || name.front() == '.') name.insert(name.begin(), '_');
  return name;
}

std::string to_bytes(const Exhibit& exhibit) {
  const auto* text = exhibit.content.if_string();
  return text != nullptr ? std::string(*text) : Writer().write(exhibit.content);
}

void hide(json::value& content, std::vector<std::string> secrets) {
  std::erase_if(secrets, [](const std::string& one) { return one.size() < secret_bytes_min; });
  // Longer ones first: one may stand in another, of which the rest would be left.
  std::ranges::sort(secrets, std::ranges::greater(), &std::string::size);
  hide_all(content, secrets);
}

}  // namespace ripcord::evidence
