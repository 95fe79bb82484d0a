#pragma once

#include "model/effect.hpp"
#include "net/clock.hpp"
#include "runtime/recorder.hpp"

#include <boost/asio/awaitable.hpp>

#include <chrono>
#include <functional>

namespace ripcord::runtime {

/// How long the journal may be in trouble before people are told: a backup program may hold it for
/// a moment.
constexpr Duration journal_patience = std::chrono::seconds(30);

/// Tells when the journal cannot be written for longer than `patience`, and when it can again, for
/// ever (until cancelled). Borrows `recorder` and `clock`.
boost::asio::awaitable<void> watch_journal(Recorder& recorder, net::Clock& clock,
                                           std::function<void(Record record)> tell,
                                           Duration patience = journal_patience);

}  // namespace ripcord::runtime
