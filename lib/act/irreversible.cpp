#include "act/irreversible.hpp"

#include "base/text.hpp"

#include <algorithm>

namespace ripcord::act {

bool IrreversibleListener::may_be_it(std::string_view line) {
  const std::size_t size = std::min(line.size(), mark.size());
  return line.substr(0, size) == mark.substr(0, size);
}

void IrreversibleListener::hear(std::string_view bytes) {
  while (!bytes.empty() && !is_heard_) {
    const std::size_t end = std::min(bytes.find('\n'), bytes.size());
    if (!is_other_) {
      const std::size_t room = mark.size() + reason_bytes_max - line_.size();
      line_ += bytes.substr(0, std::min(end, room));
      is_other_ = !may_be_it(line_);
    }
    if (end == bytes.size()) return;
    bytes.remove_prefix(end + 1);
    is_heard_ = !is_other_ && line_.size() >= mark.size();
    if (is_heard_) return;
    line_.clear();
    is_other_ = false;
  }
}

std::string IrreversibleListener::reason() const {
  if (is_other_ || line_.size() < mark.size()) return "";
  const std::string_view said = trim(std::string_view(line_).substr(mark.size()));
  return said.empty() ? "it gives no reason" : printable(said, reason_bytes_max);
}

}  // namespace ripcord::act
