#pragma once

#include "notify/message.hpp"

#include <boost/json/value.hpp>

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>

namespace ripcord::notify {

/// What stands for `c` in an escaped text; empty: itself.
using Escape = std::string_view (*)(char c);

/// Of what begins markup: `&`, `<` and `>`, as HTML and Slack have it.
[[nodiscard]] std::string_view escape_markup(char c);

/// `text`, which is UTF-8, with each of its characters escaped and cut to `bytes_max`, never within
/// a character or an escape: `…` ends what was cut.
[[nodiscard]] std::string escaped(std::string_view text, std::size_t bytes_max, Escape escape);
/// The same with nothing escaped.
[[nodiscard]] std::string clipped(std::string_view text, std::size_t bytes_max);

/// `message` as any receiver may be handed it: every text one line of UTF-8 without control
/// characters, none longer than `text_max` bytes, names much shorter, the fewer numbers the smaller
/// it is, and no link but to http and https.
[[nodiscard]] Message tidied(const Message& message, std::size_t text_max);

/// What `make` makes of the tidied message, as JSON of at most `bytes_max` bytes: texts are cut
/// more and more until it fits.
[[nodiscard]] std::string fitting(const Message& message, std::size_t bytes_max,
                                  const std::function<boost::json::value(const Message&)>& make);

/// `"RESOLVED: title"`, or the title as it is.
[[nodiscard]] std::string headline(const Message& message);
/// `"backend v2, before it v1 · deployment d-17 · by ripcord"`.
[[nodiscard]] std::string byline(const Message& message);
/// `"name: value"`.
[[nodiscard]] std::string in_words(const Number& number);

/// How loud a message is: the colour of a bar, and the like.
enum class Tone : std::uint8_t { calm, good, warning, alarm };
[[nodiscard]] Tone tone_of(const Message& message);

}  // namespace ripcord::notify
