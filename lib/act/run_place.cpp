#include "act/run_place.hpp"

#include "act/environment.hpp"
#include "act/posix.hpp"
#include "act/run_directory.hpp"

#include <fmt/format.h>

#include <cerrno>
#include <cstdio>
#include <expected>
#include <fcntl.h>
#include <filesystem>
#include <set>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>

namespace ripcord::act {
namespace {

constexpr mode_t directory_mode = 0750;

bool is_path_component(const std::string& text) {
  constexpr std::size_t bytes_max = 200;
  return !text.empty() && text.size() <= bytes_max && text != "." && text != ".." &&
         text.find('/') == std::string::npos && text.find('\0') == std::string::npos;
}

std::string runs_path(const std::string& top) {
  return top + "/runs";
}

std::string deployment_path(const std::string& top, const RunId& id) {
  return fmt::format("{}/{}", runs_path(top), id.deployment);
}

std::string run_path(const std::string& top, const RunId& id) {
  return fmt::format("{}/{}", deployment_path(top, id), to_string(id.step));
}

bool is_there(const std::string& path) {
  struct stat status{};
  return ::lstat(path.c_str(), &status) == 0;
}

bool is_certainly_absent(const std::string& path) {
  struct stat status{};
  return ::lstat(path.c_str(), &status) != 0 && (errno == ENOENT || errno == ENOTDIR);
}

/// True when it was not there before.
Result<bool> make_directory(const std::string& path) {
  if (::mkdir(path.c_str(), directory_mode) == 0) return true;
  if (errno == EEXIST) return false;
  return failed(fmt::format("cannot make {}", path), errno);
}

Result<void> make_runs(const std::string& top) {
  if (const Result<bool> made = make_directory(top); !made) return std::unexpected(made.error());
  const Result<bool> made = make_directory(runs_path(top));
  if (!made) return std::unexpected(made.error());
  if (*made) {
    // Once in the life of a machine; what comes below, the keeper syncs for each run.
    const Descriptor directory(::open(top.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (!directory || ::fsync(directory.get()) != 0) return failed(top, errno);
  }
  return {};
}

Result<void> make_parents(const std::string& top, const RunId& id) {
  if (auto made = make_runs(top); !made) return made;
  const Result<bool> last = make_directory(deployment_path(top, id));
  if (!last) return std::unexpected(last.error());
  return {};
}

/// A name that no deployment has.
std::string spare_path(const std::string& top) {
  return runs_path(top) + "/.spare";
}

/// The fence: whoever of several calls it, one succeeds. True when the directory is the spare one.
Result<bool> take_name(const std::string& top, const std::string& path) {
  const std::string spare = spare_path(top);
  if (::renameat2(AT_FDCWD, spare.c_str(), AT_FDCWD, path.c_str(), RENAME_NOREPLACE) == 0) {
    return true;
  }
  if (::mkdir(path.c_str(), directory_mode) == 0) return false;
  return failed(fmt::format("cannot make {}", path), errno);
}

Result<void> fill(const std::string& path, bool is_prepared, const Fields& facts) {
  const Result<RunDirectory> directory = RunDirectory::open(path);
  if (!directory) return std::unexpected(directory.error());
  Result<void> done = is_prepared ? directory->write(run_file::facts, facts, Durability::this_boot)
                                  : complete_run(*directory, facts);
  if (!done) directory->clear();
  return done;
}

/// Makes the run directory below `top`, complete, or leaves nothing of it.
Result<void> make_run_in(const std::string& top, const RunOrder& order,
                         const std::string& boot_id) {
  if (auto parents = make_parents(top, order.id); !parents) return parents;
  const std::string path = run_path(top, order.id);
  const Result<bool> taken = take_name(top, path);
  if (!taken) return std::unexpected(taken.error());
  const Result<void> prepared = fill(path, *taken, facts_of(order, path, boot_id));
  if (prepared) return {};
  (void)::rmdir(path.c_str());
  (void)::rmdir(deployment_path(top, order.id).c_str());
  return prepared;
}

}  // namespace

std::string expected_run(const RunPlaces& places, const RunId& id) {
  return run_path(places.state_dir, id);
}

Result<void> complete_run(const RunDirectory& directory, const Fields& facts) {
  if (Result<void> prepared = directory.prepare(); !prepared) return prepared;
  return directory.write(run_file::facts, facts, Durability::this_boot);
}

Result<void> make_spare_run(const RunPlaces& places) {
  if (auto runs = make_runs(places.state_dir); !runs) return runs;
  const std::string path = spare_path(places.state_dir);
  const Result<bool> made = make_directory(path);
  if (!made) return std::unexpected(made.error());
  const Result<RunDirectory> directory = RunDirectory::open(path);
  if (!directory) return std::unexpected(directory.error());
  const Result<void> prepared = directory->prepare();
  if (!prepared) {
    directory->clear();
    (void)::rmdir(path.c_str());
  }
  return prepared;
}

Result<void> make_run(const RunPlaces& places, const RunOrder& order, const std::string& boot_id) {
  if (!is_path_component(order.id.deployment)) {
    return failure(Fault::malformed,
                   fmt::format("{:?} cannot name a directory", order.id.deployment));
  }
  for (const std::string& top : {places.state_dir, places.runtime_dir}) {
    const std::string path = run_path(top, order.id);
    if (is_there(path)) return failure(Fault::exists, fmt::format("{} is there already", path));
  }
  const Result<void> made = make_run_in(places.state_dir, order, boot_id);
  if (made || made.error().fault == Fault::exists) return made;
  const Result<void> second = make_run_in(places.runtime_dir, order, boot_id);
  if (second || second.error().fault == Fault::exists) return second;
  return failure(second.error().fault,
                 fmt::format("{}; {}", made.error().message, second.error().message));
}

/// A directory without facts is what a claim left that failed half-way: another one counts more.
std::optional<std::string> find_run(const RunPlaces& places, const RunId& id) {
  if (!is_path_component(id.deployment)) return std::nullopt;
  std::optional<std::string> found;
  for (const std::string& top : {places.state_dir, places.runtime_dir}) {
    const std::string path = run_path(top, id);
    if (is_there(fmt::format("{}/{}", path, run_file::facts))) return path;
    if (!found && !is_certainly_absent(path)) found = path;
  }
  return found;
}

std::vector<std::string> deployments_in(const RunPlaces& places) {
  namespace fs = std::filesystem;
  std::set<std::string> found;
  for (const std::string& top : {places.state_dir, places.runtime_dir}) {
    std::error_code error;  // a place that is not there has none
    for (fs::directory_iterator entry(runs_path(top), error);
         !error && entry != fs::directory_iterator(); entry.increment(error)) {
      std::string name = entry->path().filename().native();
      std::error_code unknown;
      if (!name.starts_with('.') && entry->is_directory(unknown)) found.insert(std::move(name));
    }
  }
  return {found.begin(), found.end()};
}

}  // namespace ripcord::act
