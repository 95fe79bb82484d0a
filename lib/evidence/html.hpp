#pragma once

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include <initializer_list>
#include <string>
#include <string_view>

namespace ripcord::evidence::html {

/// `text` for the inside of an element or of an attribute in double quotes: valid UTF-8 without
/// control characters but line ends, nothing of it markup. However long it is.
[[nodiscard]] std::string escaped(std::string_view text);

/// A value of any shape: objects as tables of two columns, lists of objects as tables with a line
/// each, everything else as text. Nesting beyond eight levels is shown as JSON.
[[nodiscard]] std::string of(const boost::json::value& value);

/// A list of objects as a table of these members alone, in this order; each `heading` names one.
struct Column {
  std::string_view key;
  std::string_view heading;
};
[[nodiscard]] std::string table(const boost::json::array& rows,
                                std::initializer_list<Column> columns);

/// `<h2>` with what belongs to it; nothing when that is empty.
[[nodiscard]] std::string section(std::string_view heading, std::string_view content);
/// Preformatted lines under a name that opens them; `is_open`: they are shown at first.
[[nodiscard]] std::string lines(std::string_view name, std::string_view text, bool is_open);

/// The samples of one probe as bars over time, drawn without a script: high is slow, bad ones are
/// red and hatched, unknown ones hollow.
[[nodiscard]] std::string strip(const boost::json::array& samples);

}  // namespace ripcord::evidence::html
