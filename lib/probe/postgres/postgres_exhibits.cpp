// What the database can show for the evidence of a rollback.

#include "base/text.hpp"
#include "net/before.hpp"
#include "probe/exhibits.hpp"
#include "probe/postgres/activity.hpp"
#include "probe/postgres/postgres_probe.hpp"
#include "probe/secrets.hpp"

#include <boost/json/string.hpp>
#include <fmt/format.h>

#include <libpq-fe.h>
#include <memory>
#include <utility>

namespace asio = boost::asio;

namespace ripcord::probe {

using postgres::Protocol;
using postgres::Table;
using postgres::Tried;

namespace {

/// The password of a connection string or URI; nothing when there is none.
std::vector<std::string> secrets_in(const std::string& dsn) {
  const std::unique_ptr<PQconninfoOption, decltype(&PQconninfoFree)> options(
      PQconninfoParse(dsn.c_str(), nullptr), &PQconninfoFree);
  std::vector<std::string> secrets;
  for (const PQconninfoOption* option = options.get();
       option != nullptr && option->keyword != nullptr; ++option) {
    const bool is_secret = std::string_view(option->keyword).contains("password");
    if (is_secret && option->val != nullptr) secrets.emplace_back(option->val);
  }
  return secrets;
}

}  // namespace

asio::awaitable<Result<Exhibits>> PostgresProbe::exhibits(Instant deadline) {
  Exhibits exhibits;
  exhibits.secrets = secrets_in(settings_.dsn);
  const Tried<void> connected = co_await connect(deadline);
  if (!connected) {
    exhibits.missing.push_back(postgres::describe(connected.error()));
    co_return exhibits;
  }
  std::string sql = postgres::activity_query(left_until(deadline));
  const Tried<Table> table = co_await session_.ask(std::move(sql), Protocol::simple);
  session_.close();
  if (!table) {
    exhibits.missing.push_back(postgres::describe(table.error()));
    co_return exhibits;
  }
  boost::json::object activity = postgres::parse_activity(*table);
  activity["at"] = boost::json::string(printable(place_, 200));
  activity["database"] = boost::json::string(printable(session_.database(), 100));
  exhibits.shown.push_back({.file = "postgres.json", .content = std::move(activity)});
  co_return exhibits;
}

}  // namespace ripcord::probe
