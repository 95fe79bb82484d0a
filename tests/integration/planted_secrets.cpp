#include "tests/integration/planted_secrets.hpp"

#include <fmt/format.h>

#include <array>
#include <fstream>
#include <iterator>
#include <string_view>
#include <system_error>

namespace ripcord::test {
namespace {

namespace fs = std::filesystem;

struct Secret {
  std::string_view name;  ///< of its file
  std::string_view text;
};

constexpr std::array<Secret, 3> secrets{
    {{"url", "planted-in-the-path-8Yw2"},
     {"signature", "cGxhbnRlZCB0byBzaWduIHdoYXQgaXMgdG9sZCA4WXcy"},
     {"token", "planted-token-8Yw2"}}};

constexpr int looks_max = 3;

/// A file that is gone meanwhile shows nothing.
std::string text_of(const fs::path& file) {
  std::ifstream stream(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(stream), std::istreambuf_iterator<char>()};
}

void keep(const fs::path& file, const std::string& text) {
  std::ofstream(file) << text << "\n";
  fs::permissions(file, fs::perms::owner_read);
}

}  // namespace

PlantedSecrets::PlantedSecrets(fs::path folder) : folder_(std::move(folder)) {
  fs::create_directory(folder_);
  inbox_.answer(500);
  const auto& [url, signature, token] = secrets;
  keep(folder_ / url.name, fmt::format("{}/{}", inbox_.url(), url.text));
  keep(folder_ / signature.name, fmt::format("whsec_{}", signature.text));
  keep(folder_ / token.name, std::string(token.text));
}

std::string PlantedSecrets::configuration() const {
  return fmt::format(
      "[notify.planted]\ntype = \"webhook\"\nurl_file = \"{0}/url\"\n"
      "secret_file = \"{0}/signature\"\nbearer_token_file = \"{0}/token\"\n",
      folder_.string());
}

std::string PlantedSecrets::shown_in(const std::string& text) {
  std::string names;
  for (const Secret& secret : secrets) {
    if (text.find(secret.text) == std::string::npos) continue;
    names += fmt::format("{}{}", names.empty() ? "" : ", ", secret.name);
  }
  return names;
}

std::vector<std::string> PlantedSecrets::shown_below(const fs::path& folder) const {
  std::vector<std::string> found;
  std::error_code error;
  // Who is left behind by a killed daemon may remove a folder while it is looked at: once more,
  // then.
  for (int looks = 0; looks == 0 || (error && looks < looks_max); ++looks) {
    found = look_below(folder, error);
  }
  if (error) found.push_back(fmt::format("{}, which cannot be searched", folder.string()));
  return found;
}

std::vector<std::string> PlantedSecrets::look_below(const fs::path& folder,
                                                    std::error_code& error) const {
  std::vector<std::string> found;
  fs::recursive_directory_iterator entry(folder, error);
  for (; !error && entry != fs::recursive_directory_iterator(); entry.increment(error)) {
    if (entry->path() == folder_) entry.disable_recursion_pending();
    if (std::error_code unknown; !entry->is_regular_file(unknown)) continue;
    const std::string names = shown_in(text_of(entry->path()));
    if (!names.empty()) found.push_back(fmt::format("{}: {}", entry->path().string(), names));
  }
  return found;
}

}  // namespace ripcord::test
