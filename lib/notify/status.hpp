#pragma once

#include "base/time.hpp"
#include "net/http_message.hpp"
#include "notify/verdict.hpp"

#include <string>

namespace ripcord::notify {

/// What the status of a reply alone says, as Standard Webhooks has it: 2xx is success; 410, the
/// receiver is gone; 408, 429, 5xx and 3xx (nothing is followed) may go better later; any other 4xx
/// never will.
[[nodiscard]] Verdict judge_status(const net::Reply& reply, Instant now);

/// `"it answered 400: invalid payload"`.
[[nodiscard]] std::string answer_in_words(const net::Reply& reply);

}  // namespace ripcord::notify
