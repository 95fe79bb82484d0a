#pragma once

#include "base/result.hpp"
#include "deploy/gate/staging.hpp"
#include "gate/settings.hpp"
#include "net/clock.hpp"
#include "net/resolver.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include <string_view>

namespace ripcord::gate {

/// Reads what `GET /api/v1/deployments` of a ripcord answers (docs/api.md): the members `version`,
/// `phase`, `started_at` and `ended_at` of each deployment of `service`; drills are left out.
/// Fault::malformed when it is no such answer.
[[nodiscard]] Result<deploy::StagingFact> parse_deployments(std::string_view text,
                                                            std::string_view service);

/// Asks the other ripcord for its newest deployments. Everything but an answer with status 200 is
/// an Error, with what is wrong. Reads the token's file, which must be local: it is not waited for.
/// Borrows `clock` and `resolver`.
boost::asio::awaitable<Result<deploy::StagingFact>> ask_staging(
    boost::asio::any_io_executor executor, net::Clock& clock, net::Resolver& resolver,
    StagingSource source);

/// Reads the file that stands in for the other one. Blocks.
[[nodiscard]] Result<deploy::StagingFact> read_staging(const StagingSource& source);

}  // namespace ripcord::gate
