#include "base/json.hpp"

#include <algorithm>
#include <boost/json/basic_parser_impl.hpp>
#include <boost/json/value_stack.hpp>
#include <cmath>
#include <vector>

#include "base/text.hpp"

namespace greenlang::json {
namespace {

namespace bj = boost::json;

enum class Refusal { kNone, kDuplicateKey, kNumberRange };

// Builds a value and refuses what Boost.JSON's own parser lets pass: a repeated key, and a number
// that became infinite.
class Handler {
 public:
  static constexpr std::size_t max_object_size = std::size_t(-1);
  static constexpr std::size_t max_array_size = std::size_t(-1);
  static constexpr std::size_t max_key_size = std::size_t(-1);
  static constexpr std::size_t max_string_size = std::size_t(-1);

  explicit Handler(bj::storage_ptr storage) { stack_.reset(std::move(storage)); }

  Value release() { return stack_.release(); }
  Refusal refusal() const { return refusal_; }
  const std::string& refused_key() const { return refused_key_; }

  bool on_document_begin(bj::error_code&) { return true; }
  bool on_document_end(bj::error_code&) { return true; }
  bool on_object_begin(bj::error_code&) {
    starts_.push_back(keys_.size());
    return true;
  }
  bool on_object_end(std::size_t count, bj::error_code& error) {
    const std::size_t start = starts_.back();
    starts_.pop_back();
    const bool unique = keys_unique(start);
    keys_.resize(start);
    if (!unique) return refuse(Refusal::kDuplicateKey, error);
    stack_.push_object(count);
    return true;
  }
  bool on_array_begin(bj::error_code&) { return true; }
  bool on_array_end(std::size_t count, bj::error_code&) {
    stack_.push_array(count);
    return true;
  }
  bool on_key_part(std::string_view part, std::size_t, bj::error_code&) {
    stack_.push_chars(part);
    key_.append(part);
    return true;
  }
  bool on_key(std::string_view part, std::size_t, bj::error_code&) {
    stack_.push_key(part);
    key_.append(part);
    keys_.push_back(std::move(key_));
    key_.clear();
    return true;
  }
  bool on_string_part(std::string_view part, std::size_t, bj::error_code&) {
    stack_.push_chars(part);
    return true;
  }
  bool on_string(std::string_view part, std::size_t, bj::error_code&) {
    stack_.push_string(part);
    return true;
  }
  bool on_number_part(std::string_view part, bj::error_code&) {
    number_.append(part);
    return true;
  }
  bool on_int64(std::int64_t value, std::string_view, bj::error_code&) {
    number_.clear();
    stack_.push_int64(value);
    return true;
  }
  bool on_uint64(std::uint64_t value, std::string_view, bj::error_code&) {
    number_.clear();
    stack_.push_uint64(value);
    return true;
  }
  // Boost.JSON 1.81 rounds doubles imprecisely in the last digit, so the text is read again.
  bool on_double(double, std::string_view text, bj::error_code& error) {
    number_.append(text);
    const auto value = parse_number(number_);
    number_.clear();
    if (!value) return refuse(Refusal::kNumberRange, error);
    stack_.push_double(*value);
    return true;
  }
  bool on_bool(bool value, bj::error_code&) {
    stack_.push_bool(value);
    return true;
  }
  bool on_null(bj::error_code&) {
    stack_.push_null();
    return true;
  }
  bool on_comment_part(std::string_view, bj::error_code&) { return true; }
  bool on_comment(std::string_view, bj::error_code&) { return true; }

 private:
  bool refuse(Refusal why, bj::error_code& error) {
    refusal_ = why;
    error = bj::error::syntax;
    return false;
  }

  // Small objects (nearly all) by comparison of pairs; large ones by sorting.
  bool keys_unique(std::size_t start) {
    const auto first = keys_.begin() + static_cast<std::ptrdiff_t>(start);
    if (keys_.size() - start > 16) std::sort(first, keys_.end());
    for (auto a = first; a != keys_.end(); ++a) {
      const auto stop = keys_.size() - start > 16 ? std::min(a + 2, keys_.end()) : keys_.end();
      for (auto b = a + 1; b < stop; ++b) {
        if (*a == *b) {
          refused_key_ = *a;
          return false;
        }
      }
    }
    return true;
  }

  bj::value_stack stack_;
  std::vector<std::string> keys_;    // of all open objects, innermost last
  std::vector<std::size_t> starts_;  // where each open object's keys begin
  std::string key_;
  std::string number_;
  std::string refused_key_;
  Refusal refusal_ = Refusal::kNone;
};

Error syntax_error(const Handler& handler, const bj::error_code& error, std::size_t offset) {
  const std::string where = " at byte " + std::to_string(offset);
  switch (handler.refusal()) {
    case Refusal::kDuplicateKey:
      return {ErrorCode::kInvalid, "the key \"" + handler.refused_key() + "\" appears twice in one object" + where};
    case Refusal::kNumberRange: return {ErrorCode::kInvalid, "a number does not fit a 64-bit double" + where};
    case Refusal::kNone: break;
  }
  if (error == bj::error::too_deep) {
    return {ErrorCode::kInvalid, "the JSON is nested too deeply" + where};
  }
  return {ErrorCode::kInvalid, "not valid JSON: " + error.message() + where};
}

}  // namespace

Result<Value> parse(std::string_view text, const Limits& limits, bj::storage_ptr storage) {
  if (text.size() > limits.bytes) {
    return Error{ErrorCode::kTooLarge,
                 "the JSON has " + std::to_string(text.size()) + " bytes; the limit is " + std::to_string(limits.bytes)};
  }
  if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
  bj::parse_options options;
  options.max_depth = limits.depth;
  try {
    bj::basic_parser<Handler> parser(options, std::move(storage));
    bj::error_code error;
    const std::size_t used = parser.write_some(false, text.data(), text.size(), error);
    if (error) return syntax_error(parser.handler(), error, used);
    if (!trim(text.substr(used)).empty()) {
      return Error{ErrorCode::kInvalid, "text after the JSON value at byte " + std::to_string(used)};
    }
    if (!parser.done()) return Error{ErrorCode::kInvalid, "the JSON ends too early"};
    return parser.handler().release();
  } catch (const std::exception& failure) {
    return Error{ErrorCode::kInternal, std::string("JSON parser: ") + failure.what()};
  }
}

void append_string(std::string& out, std::string_view text) {
  out.push_back('"');
  std::size_t plain = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto c = static_cast<unsigned char>(text[i]);
    if (c >= 0x20 && c != '"' && c != '\\') continue;
    out.append(text, plain, i - plain);
    plain = i + 1;
    switch (c) {
      case '"': out += "\\\""; break;
      case '\\': out += "\\\\"; break;
      case '\b': out += "\\b"; break;
      case '\f': out += "\\f"; break;
      case '\n': out += "\\n"; break;
      case '\r': out += "\\r"; break;
      case '\t': out += "\\t"; break;
      default: {
        constexpr char kDigits[] = "0123456789abcdef";
        out += "\\u00";
        out.push_back(kDigits[c >> 4]);
        out.push_back(kDigits[c & 15]);
      }
    }
  }
  out.append(text, plain);
  out.push_back('"');
}

bool key_before(std::string_view a, std::string_view b) {
  // UTF-8 order equals code-point order; UTF-16 order differs only where a supplementary code point
  // (lead byte 0xF0 and up, surrogates D800..DFFF) meets U+E000..U+FFFF (lead bytes 0xEE, 0xEF).
  const auto [at, bt] = std::mismatch(a.begin(), a.end(), b.begin(), b.end());
  if (at == a.end() || bt == b.end()) return at == a.end() && bt != b.end();
  const auto x = static_cast<unsigned char>(*at);
  const auto y = static_cast<unsigned char>(*bt);
  if ((x >= 0xF0) != (y >= 0xF0)) {
    if (x >= 0xF0) return y >= 0xEE;
    return x < 0xEE;
  }
  return x < y;
}

void append_canonical(std::string& out, const Value& value) {
  switch (value.kind()) {
    case bj::kind::null: out += "null"; return;
    case bj::kind::bool_: out += value.get_bool() ? "true" : "false"; return;
    // Canonical numbers are doubles: an integer that a double cannot hold prints as its nearest double.
    case bj::kind::int64: append_number(out, static_cast<double>(value.get_int64())); return;
    case bj::kind::uint64: append_number(out, static_cast<double>(value.get_uint64())); return;
    case bj::kind::double_: append_number(out, value.get_double()); return;
    case bj::kind::string: append_string(out, value.get_string()); return;
    case bj::kind::array: {
      char separator = '[';
      for (const Value& item : value.get_array()) {
        out.push_back(separator);
        separator = ',';
        append_canonical(out, item);
      }
      out += separator == '[' ? "[]" : "]";
      return;
    }
    case bj::kind::object: {
      std::vector<const bj::key_value_pair*> members;
      members.reserve(value.get_object().size());
      for (const auto& member : value.get_object()) members.push_back(&member);
      std::sort(members.begin(), members.end(), [](const auto* a, const auto* b) { return key_before(a->key(), b->key()); });
      char separator = '{';
      for (const auto* member : members) {
        out.push_back(separator);
        separator = ',';
        append_string(out, member->key());
        out.push_back(':');
        append_canonical(out, member->value());
      }
      out += separator == '{' ? "{}" : "}";
      return;
    }
  }
}

std::string canonical(const Value& value) {
  std::string out;
  append_canonical(out, value);
  return out;
}

}  // namespace greenlang::json
