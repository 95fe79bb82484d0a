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

std::unexpected<Error> in_error(const postgres::Trouble& trouble) {
  return failure(Fault::refused, postgres::describe(trouble));
}

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
  Result<boost::json::object> activity =
      co_await net::before(clock_, deadline, activity_of(deadline));
  session_.close();
  if (activity) {
    exhibits.shown.push_back({.file = "postgres.json", .content = *std::move(activity)});
  } else {
    const bool is_late = activity.error().fault == Fault::timeout;
    exhibits.missing.push_back(is_late ? "no answer in time" : activity.error().message);
  }
  co_return exhibits;
}

asio::awaitable<Result<boost::json::object>> PostgresProbe::activity_of(Instant deadline) {
  const Tried<void> connected = co_await connect(deadline);
  if (!connected) co_return in_error(connected.error());
  std::string sql = postgres::activity_query(left_until(deadline));
  const Tried<Table> table = co_await session_.ask(std::move(sql), Protocol::simple);
  if (!table) co_return in_error(table.error());
  boost::json::object activity = postgres::parse_activity(*table);
  activity["at"] = boost::json::string(printable(place_, 200));
  activity["database"] = boost::json::string(printable(session_.database(), 100));
  co_return activity;
}

}  // namespace ripcord::probe
