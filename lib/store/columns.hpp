#pragma once

#include "base/result.hpp"
#include "base/time.hpp"

#include <fmt/format.h>

#include <SQLiteCpp/Column.h>
#include <SQLiteCpp/Statement.h>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

namespace ripcord::store {

/// Binds one parameter after the other, from the first.
class Binder {
 public:
  explicit Binder(SQLite::Statement& statement) : statement_(statement) {}

  Binder& operator<<(const std::string& text) {
    statement_.bind(++index_, text);
    return *this;
  }
  Binder& operator<<(std::string_view text) { return *this << std::string(text); }
  Binder& operator<<(std::int64_t number) {
    statement_.bind(++index_, number);
    return *this;
  }
  Binder& operator<<(double number) {
    statement_.bind(++index_, number);
    return *this;
  }
  Binder& operator<<(bool flag) { return *this << std::int64_t{flag ? 1 : 0}; }
  Binder& operator<<(Instant instant) { return *this << instant.time_since_epoch().count(); }

  template <class T>
  Binder& operator<<(const std::optional<T>& value) {
    if (value) return *this << *value;
    statement_.bind(++index_);
    return *this;
  }

 private:
  SQLite::Statement& statement_;
  int index_ = 0;
};

/// Reads one column after the other. The first that cannot be read is remembered and read as zero
/// or empty, so that the caller reads straight through.
class ColumnReader {
 public:
  ColumnReader(SQLite::Statement& row, std::string_view table, std::string row_name)
      : row_(row), table_(table), row_name_(std::move(row_name)) {}

  std::string text() {
    const SQLite::Column column = next();
    if (!column.isText()) return unreadable<std::string>("it is no text");
    return column.getString();
  }

  std::int64_t integer() {
    const SQLite::Column column = next();
    if (!column.isInteger()) return unreadable<std::int64_t>("it is no integer");
    return column.getInt64();
  }

  int small_integer() {
    const std::int64_t found = integer();
    if (std::in_range<int>(found)) return static_cast<int>(found);
    return unreadable<int>("it is out of range");
  }

  bool flag() { return integer() != 0; }
  Instant instant() { return Instant(Duration(integer())); }

  std::optional<double> number_if_any() {
    if (skip_null()) return std::nullopt;
    const SQLite::Column column = next();
    if (!column.isFloat()) return unreadable<double>("it is no number");
    return column.getDouble();
  }

  std::optional<Instant> instant_if_any() {
    if (skip_null()) return std::nullopt;
    return instant();
  }

  /// The text of the next column, as `parse` understands it.
  template <class Parse>
  auto parsed(Parse parse) {
    auto value = parse(text());
    using Value = std::decay_t<decltype(*value)>;
    if (!value) return unreadable<Value>(value.error().message);
    return Value(std::move(*value));
  }

  /// True if the next column is NULL, which is then passed.
  bool skip_null() {
    if (!row_.getColumn(index_).isNull()) return false;
    ++index_;
    return true;
  }

  /// `value`, or what was wrong with the columns it was made of.
  template <class T>
  Result<T> finished(T value) {
    if (!error_.empty()) return failure(Fault::malformed, std::move(error_));
    return value;
  }

 private:
  SQLite::Column next() { return row_.getColumn(index_++); }

  template <class T>
  T unreadable(std::string_view why) {
    if (error_.empty()) {
      error_ = fmt::format("table {}, row {}, column {}: {}", table_, row_name_,
                           row_.getColumnName(index_ - 1), why);
    }
    return T{};
  }

  SQLite::Statement& row_;
  std::string_view table_;
  std::string row_name_;
  int index_ = 0;
  std::string error_;
};

}  // namespace ripcord::store
