#pragma once

#include "api/backend.hpp"
#include "base/result.hpp"
#include "model/silence.hpp"
#include "ripcord/page.hpp"

#include <string_view>
#include <vector>

namespace ripcord::cli {

// Who is told, and of what not for a while: the daemon's answers (as in read_reply.hpp), and what a
// person is shown of them.

[[nodiscard]] Result<Silence> read_silence(std::string_view body);
[[nodiscard]] Result<std::vector<Silence>> read_silences(std::string_view body);
[[nodiscard]] Result<std::vector<api::ReceiverView>> read_receivers(std::string_view body);
[[nodiscard]] Result<api::ReceiverTest> read_receiver_test(std::string_view body);

[[nodiscard]] Lines silence_view(const Silence& silence);
[[nodiscard]] Lines silences_view(const std::vector<Silence>& silences);
[[nodiscard]] Lines receivers_view(const std::vector<api::ReceiverView>& receivers);
[[nodiscard]] Lines receiver_test_view(const api::ReceiverTest& test);

}  // namespace ripcord::cli
