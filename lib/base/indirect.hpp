#pragma once

#include <memory>
#include <optional>
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

/// An optional value that lies on the heap while there is one: for what is large and rarely there.
/// Otherwise like std::optional.
template <class Value>
class OptionalIndirect {
 public:
  OptionalIndirect() = default;
  // NOLINTBEGIN(google-explicit-constructor): as of std::optional
  OptionalIndirect(std::nullopt_t) {}
  OptionalIndirect(Value value) : value_(std::make_unique<Value>(std::move(value))) {}
  // NOLINTEND(google-explicit-constructor)
  OptionalIndirect(const OptionalIndirect& other)
      : value_(other.value_ ? std::make_unique<Value>(*other.value_) : nullptr) {}
  OptionalIndirect(OptionalIndirect&& other) noexcept = default;
  OptionalIndirect& operator=(const OptionalIndirect& other) {
    *this = OptionalIndirect(other);
    return *this;
  }
  OptionalIndirect& operator=(OptionalIndirect&& other) noexcept = default;
  OptionalIndirect& operator=(Value value) {
    value_ = std::make_unique<Value>(std::move(value));
    return *this;
  }
  ~OptionalIndirect() = default;

  void reset() { value_.reset(); }
  Value& emplace() { return *(value_ = std::make_unique<Value>()); }

  [[nodiscard]] bool has_value() const { return value_ != nullptr; }
  [[nodiscard]] explicit operator bool() const { return value_ != nullptr; }
  // Pre, of these: there is one.
  [[nodiscard]] Value& operator*() { return *value_; }
  [[nodiscard]] const Value& operator*() const { return *value_; }
  [[nodiscard]] Value* operator->() { return value_.get(); }
  [[nodiscard]] const Value* operator->() const { return value_.get(); }
  /// Null when there is none.
  [[nodiscard]] const Value* get() const { return value_.get(); }

  friend bool operator==(const OptionalIndirect& a, const OptionalIndirect& b) {
    return a.value_ && b.value_ ? *a.value_ == *b.value_ : a.value_ == b.value_;
  }

 private:
  std::unique_ptr<Value> value_;
};

}  // namespace ripcord
