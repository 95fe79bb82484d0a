#include "probe/secrets.hpp"

#include <fmt/format.h>

#include <re2/re2.h>

namespace ripcord::probe {
namespace {

/// What a name says when it names a secret.
constexpr std::string_view telling =
    "(?:token|secret|passw|passphrase|api[-_]?key|access[-_]?key|credential|signature|session)";

}  // namespace

bool names_secret(std::string_view name) {
  static const RE2 secret(fmt::format("(?i){}|^(?:proxy-)?authorization$|^set-cookie2?$", telling));
  return RE2::PartialMatch({name.data(), name.size()}, secret);
}

std::string without_secrets(std::string_view text) {
  static const RE2 member(fmt::format(
      R"re((?i)("[^"]*{}[^"]*"\s*:\s*)(?:"(?:[^"\\]|\\.)*(?:"|$)|[^\s,{{}}\[\]"]+))re", telling));
  static const RE2 parameter(
      fmt::format(R"re((?i)((?:^|[?&;\s])[^=&?;\s"]*{}[^=&?;\s"]*=)[^&;\s"']+)re", telling));
  std::string shown(text);
  RE2::GlobalReplace(&shown, member, R"(\1"***")");
  RE2::GlobalReplace(&shown, parameter, R"(\1***)");
  return shown;
}

std::string without_credentials(std::string_view text) {
  static const RE2 quoted(fmt::format(
      R"re((?i)([\w.-]*{}[\w.-]*\s*=\s*)(?:'(?:[^'\\]|\\.)*(?:'|$)|"[^"]*(?:"|$)))re", telling));
  static const RE2 told(fmt::format(
      R"re((?i)((?:^|[\s{{,'"(])[\w.-]*{}[\w.-]*\s*(?:=>|:=|:)\s*)[^\s,;}}]+)re", telling));
  static const RE2 scheme(R"re((?i)\b((?:bearer|basic|negotiate)\s+)[a-z0-9+/=._~-]{8,})re");
  static const RE2 url(
      R"re((?i)([a-z][a-z0-9+.-]*://)(?:[^\s/?#"'<>]*|[^\s/:@"'<>]*:[^\s"'<>@]*)@)re");
  std::string shown(text);
  RE2::GlobalReplace(&shown, url, R"(\1***@)");
  RE2::GlobalReplace(&shown, quoted, R"(\1***)");
  RE2::GlobalReplace(&shown, told, R"(\1***)");
  RE2::GlobalReplace(&shown, scheme, R"(\1***)");
  return without_secrets(shown);
}

std::string password_in_url(std::string_view text) {
  static const RE2 url(R"re((?i)[a-z][a-z0-9+.-]*://[^\s/:@"'<>]*:([^\s"'<>]+)@)re");
  std::string password;
  (void)RE2::PartialMatch({text.data(), text.size()}, url, &password);
  return password;
}

}  // namespace ripcord::probe
