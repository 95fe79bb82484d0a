#pragma once

#include <memory>
#include <utility>

namespace ripcord {

/// A value that lies on the heap and is copied like any other: for the one large alternative of a
/// variant. One that was moved from may only be destroyed or assigned to.
template <class Value>
class Indirect {
 public:
  explicit Indirect(Value value) : value_(std::make_unique<Value>(std::move(value))) {}
  Indirect(const Indirect& other) : value_(std::make_unique<Value>(*other.value_)) {}
  Indirect(Indirect&& other) noexcept = default;
  Indirect& operator=(const Indirect& other) {
    *this = Indirect(other);
    return *this;
  }
  Indirect& operator=(Indirect&& other) noexcept = default;
  ~Indirect() = default;

  [[nodiscard]] Value& operator*() { return *value_; }
  [[nodiscard]] const Value& operator*() const { return *value_; }

 private:
  std::unique_ptr<Value> value_;
};

}  // namespace ripcord
