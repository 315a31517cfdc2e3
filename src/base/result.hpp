// Errors as values: Result<T> is a value or an Error. No exception crosses a folder's border.
#pragma once

#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "base/check.hpp"

namespace greenlang {

// Who caused it decides the code; one table (base/error_table.hpp) maps a code to an HTTP status and
// to an exit code.
enum class ErrorCode {
  kInvalid,      // the caller's input breaks a rule
  kNotFound,     // the thing asked for does not exist
  kConflict,     // contradicts something recorded before
  kTooLarge,     // over a stated limit
  kUnavailable,  // the world: disk, network, database; trying again later may work
  kCorrupt,      // stored data is not what was stored
  kInterrupted,  // stopped by a signal
  kInternal,     // a third-party failure that fits nothing above
};

// `path` is a JSON Pointer into the input (RFC 6901) or a file name; empty when there is none.
struct Error {
  ErrorCode code = ErrorCode::kInternal;
  std::string message;
  std::string path = {};
};

// All the errors of one input, in input order.
using Errors = std::vector<Error>;

inline Error invalid(std::string path, std::string message) { return {ErrorCode::kInvalid, std::move(message), std::move(path)}; }

// A value or an error. Asking for the one that is not there aborts (a bug, not a condition).
template <class T> class [[nodiscard]] Result {
 public:
  Result(T value) : state_(std::in_place_index<0>, std::move(value)) {}
  Result(Error error) : state_(std::in_place_index<1>, std::move(error)) {}

  bool ok() const { return state_.index() == 0; }
  explicit operator bool() const { return ok(); }

  T& value() {
    GL_CHECK(ok());
    return *std::get_if<0>(&state_);
  }
  const T& value() const {
    GL_CHECK(ok());
    return *std::get_if<0>(&state_);
  }
  T& operator*() { return value(); }
  const T& operator*() const { return value(); }
  T* operator->() { return &value(); }
  const T* operator->() const { return &value(); }

  Error& error() {
    GL_CHECK(!ok());
    return *std::get_if<1>(&state_);
  }
  const Error& error() const {
    GL_CHECK(!ok());
    return *std::get_if<1>(&state_);
  }

 private:
  std::variant<T, Error> state_;
};

// Success or an error.
template <> class [[nodiscard]] Result<void> {
 public:
  Result() = default;
  Result(Error error) : failed_(true), error_(std::move(error)) {}

  bool ok() const { return !failed_; }
  explicit operator bool() const { return ok(); }
  Error& error() {
    GL_CHECK(failed_);
    return error_;
  }
  const Error& error() const {
    GL_CHECK(failed_);
    return error_;
  }

 private:
  bool failed_ = false;
  Error error_;
};

}  // namespace greenlang
