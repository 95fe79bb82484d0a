#pragma once

#include "base/result.hpp"
#include "net/http_message.hpp"
#include "probe/http_target.hpp"

namespace ripcord::probe {

/// Whether `status` tells the client to ask elsewhere.
[[nodiscard]] bool is_redirect(unsigned status);

/// What is to be asked instead.
struct Redirected {
  HttpTarget to = {};
  net::Request request = {};
  bool same_place = false;  ///< the connection can stay
};

/// Where `reply` to `request`, sent to `from`, leads. To another host go neither headers nor
/// credentials nor our certificate. Fault::malformed when there is no way to follow it: no Location
/// that is one, another scheme, a body that would have to be sent to another host. A link-local
/// address is refused when it is connected to, since a name may stand for one.
[[nodiscard]] Result<Redirected> redirected(const HttpTarget& from, const net::Request& request,
                                            const net::Reply& reply);

}  // namespace ripcord::probe
