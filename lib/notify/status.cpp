#include "notify/status.hpp"

#include "base/text.hpp"
#include "notify/backoff.hpp"

#include <fmt/format.h>

namespace ripcord::notify {
namespace {

constexpr unsigned request_timeout = 408;
constexpr unsigned gone = 410;
constexpr unsigned too_many_requests = 429;

bool is_redirect(unsigned status) {
  return status >= 300 && status < 400;
}

bool may_go_better(unsigned status) {
  return status >= 500 || status == request_timeout || status == too_many_requests;
}

}  // namespace

std::string answer_in_words(const net::Reply& reply) {
  constexpr std::size_t body_max = 200;
  const std::string body = printable(trim(reply.body), body_max);
  return body.empty() ? fmt::format("it answered {}", reply.status)
                      : fmt::format("it answered {}: {}", reply.status, body);
}

Verdict judge_status(const net::Reply& reply, Instant now) {
  const unsigned status = reply.status;
  if (status >= 200 && status < 300) return Delivered{};
  if (is_redirect(status)) {
    return Retry{.reason = fmt::format("it answered {}, a redirect, and none is followed", status)};
  }
  if (status == gone) return Disabled{answer_in_words(reply)};
  if (may_go_better(status)) {
    return Retry{.reason = answer_in_words(reply), .after = retry_after(reply, now)};
  }
  return Refused{answer_in_words(reply)};
}

}  // namespace ripcord::notify
