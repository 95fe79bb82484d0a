#pragma once

#include "evidence/archive.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include <map>
#include <string>
#include <string_view>

namespace ripcord::evidence {

/// The JSON files of one directory, parsed. What is not there, or is no JSON, is empty: the reader
/// goes straight on.
class Documents {
 public:
  explicit Documents(const Files& files);

  /// Of a file that holds an object, or a list.
  [[nodiscard]] const boost::json::object& object(std::string_view file) const;
  [[nodiscard]] const boost::json::array& array(std::string_view file) const;
  [[nodiscard]] const std::map<std::string, boost::json::value, std::less<>>& all() const {
    return values_;
  }

 private:
  std::map<std::string, boost::json::value, std::less<>> values_;
};

// What stands under a key; empty, null or 0 when it is not there or something else.

[[nodiscard]] std::string text_at(const boost::json::object& object, std::string_view key);
[[nodiscard]] const boost::json::object& object_at(const boost::json::object& object,
                                                   std::string_view key);
[[nodiscard]] const boost::json::array& array_at(const boost::json::object& object,
                                                 std::string_view key);
[[nodiscard]] double number_at(const boost::json::object& object, std::string_view key);

/// A value as a person reads it: a text as it is, a number without needless digits, `"yes"`.
[[nodiscard]] std::string in_words(const boost::json::value& value);

/// `"3.1 GiB"`.
[[nodiscard]] std::string bytes_in_words(double bytes);

}  // namespace ripcord::evidence
