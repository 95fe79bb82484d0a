#pragma once

#include "api/backend.hpp"
#include "engine/snapshot.hpp"
#include "ripcord/exit_code.hpp"
#include "ripcord/page.hpp"
#include "ripcord/story.hpp"

#include <cstddef>
#include <cstdio>
#include <string>
#include <string_view>
#include <vector>

namespace ripcord::cli {

/// Writes pages to a stream; on a live surface the last one can be taken back.
class Screen {
 public:
  /// Borrows both streams: data goes to `out`, talk to `talk`.
  Screen(Surface surface, std::FILE* out, std::FILE* talk)
      : surface_(surface), out_(out), talk_(talk) {}

  [[nodiscard]] const Surface& surface() const { return surface_; }

  /// Lines that stay.
  void print(const Lines& lines);
  /// As it is, with a line end if it has none.
  void print_raw(std::string_view text);
  /// A word for the person on the side, with its line end.
  void say(std::string_view message);
  /// Lines in place of those of the last draw(). Pre: the surface is live.
  void draw(const Lines& lines);
  /// Takes the last draw() back.
  void erase();

 private:
  Surface surface_;
  std::FILE* out_;
  std::FILE* talk_;
  std::size_t drawn_ = 0;  ///< lines above the cursor that can be overwritten
};

/// Tells somebody who waits how a deployment goes: news as they come, and on a live surface how
/// things stand beneath them.
class Account {
 public:
  /// Borrows `screen`. `json`: a line of JSON for each change, and nothing else.
  Account(Screen& screen, bool json) : screen_(screen), json_(json) {}

  /// True when what it shows grows old by itself: elapsed time, time left.
  [[nodiscard]] bool is_live() const { return screen_.surface().is_live && !json_; }

  void tell(const engine::ServiceSnapshot& service, const api::DeploymentView& view, Instant now);

  /// The verdict. Pre: the deployment has ended.
  void end(const api::DeploymentView& view, ExitCode exit_code);

 private:
  /// What a person who is waited for can type, once.
  void advise(const engine::ServiceSnapshot& service);

  Screen& screen_;
  bool json_;
  Story story_;
  std::string advice_;
};

}  // namespace ripcord::cli
