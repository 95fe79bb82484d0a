#pragma once

#include <cstdio>
#include <cstdlib>
#include <string>

namespace ripcord::test {

/// A stream whose text can be looked at.
class Paper {
 public:
  Paper() : stream_(::open_memstream(&text_, &size_)) {
    if (stream_ == nullptr) std::abort();
  }
  ~Paper() {
    (void)std::fclose(stream_);
    std::free(text_);
  }
  Paper(const Paper&) = delete;
  Paper& operator=(const Paper&) = delete;

  [[nodiscard]] std::FILE* stream() { return stream_; }
  [[nodiscard]] std::string text() const {
    (void)std::fflush(stream_);
    return {text_, size_};
  }

 private:
  char* text_ = nullptr;
  std::size_t size_ = 0;
  std::FILE* stream_;
};

}  // namespace ripcord::test
