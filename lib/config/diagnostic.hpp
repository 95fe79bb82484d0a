#pragma once

#include <cstdint>
#include <string>

namespace ripcord::config {

/// One mistake, printed as `file:line:column: key: message`.
struct Diagnostic {
  std::string file;
  std::uint32_t line = 0;  ///< 0: the file as a whole; printed as `file: message`
  std::uint32_t column = 0;
  std::string key;  ///< empty when the file cannot be read as far as a key
  std::string message;

  friend bool operator==(const Diagnostic&, const Diagnostic&) = default;
};

[[nodiscard]] std::string to_string(const Diagnostic& diagnostic);

/// One file, byte for byte as it was read.
struct SourceFile {
  std::string name;  ///< `"ripcord.toml"` or `"conf.d/x.toml"`
  std::string path;  ///< for messages
  std::string text;
};

}  // namespace ripcord::config
