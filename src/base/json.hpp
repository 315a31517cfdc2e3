// Reading and writing JSON. Reading is strict: limits on size and depth, duplicate keys are errors,
// numbers must fit a double. Writing is the canonical form of RFC 8785 (JCS).
#pragma once

#include <boost/json/value.hpp>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.hpp"

namespace greenlang::json {

using Value = boost::json::value;
using Object = boost::json::object;
using Array = boost::json::array;

struct Limits {
  std::size_t bytes = 1 << 20;
  std::size_t depth = 32;
};

// Parses one JSON text (RFC 8259). The value lives in `storage` when given, which must outlive it.
// Errors: kTooLarge over limits.bytes; kInvalid with the byte offset for syntax, depth, duplicate key,
// invalid UTF-8 or a number that does not fit a double.
Result<Value> parse(std::string_view text, const Limits& limits = {}, boost::json::storage_ptr storage = {});

// Appends `text` as a JSON string with the escapes of RFC 8785.
void append_string(std::string& out, std::string_view text);

// Appends the canonical form: members sorted by UTF-16 code units, shortest numbers, no white space.
void append_canonical(std::string& out, const Value& value);
std::string canonical(const Value& value);

// True when key `a` sorts before `b` in canonical form.
bool key_before(std::string_view a, std::string_view b);

}  // namespace greenlang::json
