#pragma once

#include "base/result.hpp"
#include "base/time.hpp"
#include "model/silence.hpp"
#include "net/clock.hpp"
#include "net/wakeup.hpp"
#include "runtime/recorder.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace ripcord::runtime {

/// When receivers are not told what triggers find.
class Silences {
 public:
  /// Borrows `clock` and `recorder`.
  Silences(const boost::asio::any_io_executor& executor, net::Clock& clock, Recorder& recorder)
      : clock_(clock), recorder_(recorder), changed_(executor) {}

  /// Takes over those of a former daemon.
  void restore(std::vector<Silence> all);

  /// Whether nobody is to be told now what `trigger` of the service finds; an empty one stands for
  /// all else that is not critical.
  [[nodiscard]] bool is_silenced(std::string_view service, std::string_view trigger) const;

  /// Those in force, oldest first.
  [[nodiscard]] std::vector<Silence> in_force() const;

  /// Begins one, from now on, once it is on disk; its number is chosen here. Fails as the journal
  /// does: then nobody is silenced.
  boost::asio::awaitable<Result<Silence>> begin(Silence asked);

  /// Ends one before its time. Fault::missing when none of that number is in force. It ends even if
  /// that cannot be recorded: rather told once too often.
  boost::asio::awaitable<Result<Silence>> end(std::int64_t number, std::string by);

  /// Tells of each that has ended, for ever (until cancelled).
  boost::asio::awaitable<void> watch(std::function<void(const Silence& ended)> told);

 private:
  [[nodiscard]] bool has_ended(const Silence& silence) const;
  Recorder::Turn post(Silence silence, std::string kind, std::string text, std::string by);

  net::Clock& clock_;
  Recorder& recorder_;
  net::Wakeup changed_;
  std::vector<Silence> silences_;  ///< that have not ended, or whose end nobody has heard of yet
  std::int64_t last_number_ = 0;
};

}  // namespace ripcord::runtime
