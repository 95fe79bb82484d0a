#pragma once

#include "base/result.hpp"
#include "base/time.hpp"
#include "net/file.hpp"
#include "net/tls_settings.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/execution_context.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>

struct ssl_ctx_st;

namespace ripcord::net {

struct FreeTlsContext {
  void operator()(ssl_ctx_st* context) const noexcept;
};
using TlsContext = std::unique_ptr<ssl_ctx_st, FreeTlsContext>;

/// What the connections of one loop need of files, read once for all of them: authorities, our own
/// certificates and keys. Files that have changed are read again, so that a renewed certificate is
/// used from the next connection on. A service of the loop's execution context.
class TlsContexts final : public boost::asio::execution_context::service {
 public:
  using key_type = TlsContexts;

  explicit TlsContexts(boost::asio::execution_context& owner);

  /// That of the loop behind `executor`, made when it is first asked for.
  [[nodiscard]] static TlsContexts& of(const boost::asio::any_io_executor& executor);

  /// The context for `settings`, whatever their `server_name`; borrowed until the next call (what
  /// was made of it keeps it alive). Every failure is our own: a file that cannot be read (Fault
  /// of read_file()), is no PEM, or does not fit to another (internal), our certificate having
  /// expired at `now` (internal).
  Result<ssl_ctx_st*> find(const TlsSettings& settings, Instant now);

 private:
  /// Of the files that a context was made of: authorities, certificate, key.
  using Stamps = std::array<std::optional<FileStamp>, 3>;
  struct Made {
    TlsContext context;
    Stamps stamps;
    std::optional<Instant> expires;  ///< our own certificate
    std::uint64_t used = 0;
  };

  void shutdown() override { made_.clear(); }
  [[nodiscard]] static Stamps stamps_of(const TlsSettings& settings);
  [[nodiscard]] static Result<Made> make(const TlsSettings& settings, const Stamps& stamps);
  void forget_the_oldest();

  std::map<TlsSettings, Made> made_;
  std::uint64_t uses_ = 0;
};

}  // namespace ripcord::net
