#pragma once

#include <memory>
#include <utility>

namespace ripcord {

/// A value that never changes, which its copies share: for what many hold the same of. Compared by
/// value. One that was moved from may only be destroyed or assigned to.
template <class Value>
class Shared {
 public:
  Shared() : Shared(Value()) {}
  // NOLINTNEXTLINE(google-explicit-constructor): it stands for the value
  Shared(Value value) : value_(std::make_shared<const Value>(std::move(value))) {}

  [[nodiscard]] const Value& operator*() const { return *value_; }
  [[nodiscard]] const Value* operator->() const { return value_.get(); }

  friend bool operator==(const Shared& a, const Shared& b) {
    return a.value_ == b.value_ || *a.value_ == *b.value_;
  }

 private:
  std::shared_ptr<const Value> value_;
};

}  // namespace ripcord
