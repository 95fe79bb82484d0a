#pragma once

#include "config/configuration.hpp"
#include "config/load_text.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

namespace ripcord::config {

inline std::vector<std::string> in_words(const std::vector<Diagnostic>& diagnostics) {
  std::vector<std::string> words;
  for (const Diagnostic& diagnostic : diagnostics) words.push_back(to_string(diagnostic));
  return words;
}

/// What is wrong with a main file called ripcord.toml.
inline std::vector<std::string> mistakes_in(const std::string& text) {
  const auto loaded = load_text("ripcord.toml", text);
  return loaded ? std::vector<std::string>() : in_words(loaded.error());
}

/// What a text without mistakes says.
inline Configuration good(const std::string& text) {
  auto loaded = load_text("ripcord.toml", text);
  if (loaded) return *std::move(loaded);
  for (const std::string& words : in_words(loaded.error())) ADD_FAILURE() << words;
  return {};
}

inline void write(const std::filesystem::path& file, const std::string& text) {
  std::filesystem::create_directories(file.parent_path());
  std::ofstream(file, std::ios::binary) << text;
}

}  // namespace ripcord::config
