#pragma once

#include "model/deployment.hpp"
#include "store/journal.hpp"

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

// What the tests of the journal share: values to put in, and all that comes out as text, so that a
// failed expectation shows both sides.
namespace ripcord::test {

/// `seconds` after the epoch.
[[nodiscard]] Instant at(std::int64_t seconds);

/// A deployment of "backend" that has just begun.
[[nodiscard]] Deployment begun(std::string id);
/// The same, in another phase.
[[nodiscard]] Deployment in_phase(std::string id, Phase phase);
[[nodiscard]] Record record_of(const std::string& deployment, std::string text);
[[nodiscard]] store::RunIntent intent_of(const std::string& deployment, StepId step);
[[nodiscard]] store::RunEnd end_of(const std::string& deployment, StepId step, int code = 0);

/// A commit of all the parts: deployments, records, intents and ends.
template <class... Part>
[[nodiscard]] store::Commit commit_of(const Part&... parts);

[[nodiscard]] std::string text_of(const Deployment& deployment);
[[nodiscard]] std::string text_of(const Record& record);
[[nodiscard]] std::string text_of(const store::HistoryRow& row);
[[nodiscard]] std::string text_of(const store::RunRow& run);

template <class Row>
std::vector<std::string> texts_of(const std::vector<Row>& rows) {
  std::vector<std::string> texts;
  texts.reserve(rows.size());
  for (const Row& row : rows) texts.push_back(text_of(row));
  return texts;
}

/// `"ok"`, or the fault's name and the message: `"exists: step rollback.1 …"`.
template <class T>
std::string outcome(const Result<T>& result);
[[nodiscard]] std::string text_of(const Error& error);

/// Ends the test program when it cannot be opened.
[[nodiscard]] std::unique_ptr<store::Journal> opened(const std::filesystem::path& file);

/// Runs SQL on a file behind the journal's back, as an administrator might.
void edit(const std::filesystem::path& file, const std::string& sql);

[[nodiscard]] std::string bytes_of(const std::filesystem::path& file);
void put_bytes(const std::filesystem::path& file, const std::string& bytes);

inline void add(store::Commit& commit, const Deployment& part) {
  commit.deployments.push_back(part);
}
inline void add(store::Commit& commit, const Record& part) {
  commit.records.push_back(part);
}
inline void add(store::Commit& commit, const store::RunIntent& part) {
  commit.intents.push_back(part);
}
inline void add(store::Commit& commit, const store::RunEnd& part) {
  commit.ends.push_back(part);
}

template <class... Part>
store::Commit commit_of(const Part&... parts) {
  store::Commit commit;
  (add(commit, parts), ...);
  return commit;
}

template <class T>
std::string outcome(const Result<T>& result) {
  return result ? "ok" : text_of(result.error());
}

}  // namespace ripcord::test
