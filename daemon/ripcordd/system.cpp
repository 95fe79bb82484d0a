#include "system.hpp"

#include "base/text.hpp"

#include <fmt/format.h>

#include <array>
#include <fstream>
#include <grp.h>
#include <random>
#include <system_error>
#include <unistd.h>
#include <vector>

namespace ripcord::daemon {

Result<std::string> read_boot_id() {
  constexpr const char* path = "/proc/sys/kernel/random/boot_id";
  std::ifstream file(path);
  std::string id;
  if (!std::getline(file, id) || id.empty()) {
    return failure(Fault::missing, fmt::format("cannot read {}: is /proc mounted?", path));
  }
  return id;
}

std::uint64_t random_seed() {
  std::random_device device;
  return (std::uint64_t{device()} << 32U) | device();
}

Result<std::string> find_program_beside_this(const std::string& name) {
  std::error_code error;
  const std::filesystem::path self = std::filesystem::read_symlink("/proc/self/exe", error);
  if (error) {
    return failure(Fault::missing, fmt::format("cannot read /proc/self/exe: {}", error.message()));
  }
  const std::filesystem::path here = self.parent_path();
  for (const auto& candidate : {here / name, here / "../libexec/ripcord" / name}) {
    if (access(candidate.c_str(), X_OK) == 0) return candidate.lexically_normal().string();
  }
  return failure(Fault::missing,
                 fmt::format("{} is neither in {} nor in ../libexec/ripcord beside it: the "
                             "installation is incomplete",
                             name, here.string()));
}

Result<void> make_runtime_directory(const std::filesystem::path& directory) {
  std::error_code error;
  std::filesystem::create_directories(directory, error);
  if (error) {
    return failure(Fault::denied, fmt::format("runtime_dir {} cannot be made: {}",
                                              directory.string(), error.message()));
  }
  if (access(directory.c_str(), W_OK | X_OK) != 0) {
    return failure(Fault::denied,
                   fmt::format("runtime_dir {} cannot be written: {}", directory.string(),
                               std::system_category().message(errno)));
  }
  return {};
}

Result<api::Authority> authority_of(const std::string& group) {
  api::Authority authority{.daemon_uid = geteuid(), .group = std::nullopt};
  if (group.empty()) return authority;
  std::vector<char> buffer(16UL * 1024);
  struct group entry{};
  struct group* found = nullptr;
  (void)getgrnam_r(group.c_str(), &entry, buffer.data(), buffer.size(), &found);
  if (found == nullptr) {
    return failure(Fault::missing, fmt::format("api.group: there is no group {:?} on this machine",
                                               printable(group, 64)));
  }
  authority.group = found->gr_gid;
  return authority;
}

Result<api::Tokens> tokens_of(const std::string& file) {
  return file.empty() ? api::Tokens() : api::Tokens::load(file);
}

}  // namespace ripcord::daemon
