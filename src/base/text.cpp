#include "base/text.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstring>

#include "base/check.hpp"
#include "base/decimal.hpp"

namespace greenlang {
namespace {

constexpr char kDigitPairs[] =
    "00010203040506070809101112131415161718192021222324252627282930313233343536373839404142434445464748495051525354555657585960616263646566"
    "676869707172737475767778798081828384858687888990919293949596979899";
constexpr char kHexDigits[] = "0123456789abcdef";
constexpr char kBase64Digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

int hex_value(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

bool is_digit(char c) { return c >= '0' && c <= '9'; }

// Base letter of a two-byte Latin-1 code point (U+00C0..U+00FF), or empty.
std::string_view latin_base(unsigned code) {
  static constexpr std::string_view kBase[] = {"a", "a", "a", "a", "a", "a", "ae", "c", "e", "e", "e", "e", "i", "i", "i",  "i",
                                               "d", "n", "o", "o", "o", "o", "o",  "",  "o", "u", "u", "u", "u", "y", "th", "ss"};
  if (code == 0xFF) return "y";
  if (code < 0xC0 || code > 0xFF) return {};
  return kBase[(code - 0xC0) % 32];
}

// Writes a value that is a decimal of at most 15 digits, as calculations give (base/decimal.hpp), in a third of
// the time of to_chars; false for any other. Two decimals of 15 digits are never the same double, so these digits
// are the shortest ones. `value` is not whole and 1e-6 <= |value| < 1e15.
bool append_short(std::string& out, double value) {
  const double size = std::abs(value);
  const int digits = detail::digits_before_point(size);
  const double scale = detail::kPowersOfTen[15 - digits];
  auto whole = static_cast<std::uint64_t>(size * scale + 0.5);
  if (static_cast<double>(whole) / scale != size) return false;
  char buffer[40];
  char* const end = buffer + sizeof buffer;
  char* at = end;
  // 15 digits: seven pairs from the right, then the first.
  for (int i = 0; i < 7; ++i) {
    const auto pair = static_cast<std::size_t>(whole % 100);
    whole /= 100;
    at -= 2;
    std::memcpy(at, kDigitPairs + 2 * pair, 2);
  }
  *--at = static_cast<char>('0' + whole);
  const char* last = end;
  while (last[-1] == '0') --last;
  if (value < 0) out.push_back('-');
  if (digits > 0) {
    out.append(at, static_cast<std::size_t>(digits));
    at += digits;
    out.push_back('.');
  } else {
    out.append("0.0000000", static_cast<std::size_t>(2 - digits));
  }
  out.append(at, static_cast<std::size_t>(last - at));
  return true;
}

// Writes 1.4249539e15 in full. The fixed format of to_chars would print every digit of the binary
// value there; ECMAScript prints the shortest digits and pads with zeros.
void append_large(std::string& out, std::string_view mantissa, std::int64_t exponent) {
  if (mantissa.front() == '-') {
    out.push_back('-');
    mantissa.remove_prefix(1);
  }
  std::string digits(1, mantissa.front());
  if (mantissa.size() > 2) digits.append(mantissa.substr(2));
  const auto whole = static_cast<std::size_t>(exponent) + 1;
  if (digits.size() <= whole) {
    digits.append(whole - digits.size(), '0');
  } else {
    digits.insert(whole, 1, '.');
  }
  out.append(digits);
}

}  // namespace

std::string to_hex(std::span<const std::uint8_t> bytes) {
  std::string out;
  out.reserve(bytes.size() * 2);
  for (std::uint8_t byte : bytes) {
    out.push_back(kHexDigits[byte >> 4]);
    out.push_back(kHexDigits[byte & 15]);
  }
  return out;
}

std::optional<std::vector<std::uint8_t>> from_hex(std::string_view text) {
  if (text.size() % 2 != 0) return std::nullopt;
  std::vector<std::uint8_t> out(text.size() / 2);
  for (std::size_t i = 0; i < out.size(); ++i) {
    const int high = hex_value(text[2 * i]);
    const int low = hex_value(text[2 * i + 1]);
    if (high < 0 || low < 0) return std::nullopt;
    out[i] = static_cast<std::uint8_t>(high * 16 + low);
  }
  return out;
}

std::string to_base64(std::span<const std::uint8_t> bytes) {
  std::string out;
  out.reserve((bytes.size() + 2) / 3 * 4);
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    const std::size_t left = std::min<std::size_t>(3, bytes.size() - i);
    const std::uint32_t b1 = left > 1 ? bytes[i + 1] : 0u;
    const std::uint32_t b2 = left > 2 ? bytes[i + 2] : 0u;
    const std::uint32_t bits = (std::uint32_t{bytes[i]} << 16) | (b1 << 8) | b2;
    out.push_back(kBase64Digits[(bits >> 18) & 63]);
    out.push_back(kBase64Digits[(bits >> 12) & 63]);
    out.push_back(left > 1 ? kBase64Digits[(bits >> 6) & 63] : '=');
    out.push_back(left > 2 ? kBase64Digits[bits & 63] : '=');
  }
  return out;
}

std::optional<std::vector<std::uint8_t>> from_base64(std::string_view text) {
  if (text.size() % 4 != 0) return std::nullopt;
  std::vector<std::uint8_t> out;
  out.reserve(text.size() / 4 * 3);
  for (std::size_t i = 0; i < text.size(); i += 4) {
    std::uint32_t bits = 0;
    int padding = 0;
    for (std::size_t j = 0; j < 4; ++j) {
      const char c = text[i + j];
      if (c == '=' && i + 4 == text.size() && j >= 2) {
        ++padding;
        bits <<= 6;
        continue;
      }
      const void* at = padding > 0 || c == '\0' ? nullptr : std::memchr(kBase64Digits, c, 64);
      if (at == nullptr) return std::nullopt;
      bits = (bits << 6) | static_cast<std::uint32_t>(static_cast<const char*>(at) - kBase64Digits);
    }
    // Bits that padding cuts off must be zero, so that each value has one text.
    if ((padding == 1 && (bits & 0xFF) != 0) || (padding == 2 && (bits & 0xFFFF) != 0)) return std::nullopt;
    out.push_back(static_cast<std::uint8_t>(bits >> 16));
    if (padding < 2) out.push_back(static_cast<std::uint8_t>(bits >> 8));
    if (padding < 1) out.push_back(static_cast<std::uint8_t>(bits));
  }
  return out;
}

std::optional<double> parse_number(std::string_view text) {
  if (text.empty()) return std::nullopt;
  std::string_view digits = text;
  if (digits.front() == '+' || digits.front() == '-') digits.remove_prefix(1);
  if (digits.empty() || (!is_digit(digits.front()) && digits.front() != '.')) return std::nullopt;
  if (text.front() == '+') text.remove_prefix(1);
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size() || !std::isfinite(value)) return std::nullopt;
  return value;
}

std::optional<std::int64_t> parse_integer(std::string_view text) {
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (text.empty() || error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

void append_number(std::string& out, double value) {
  GL_CHECK(std::isfinite(value));
  if (value == 0) {  // also -0, which ECMAScript prints as 0
    out.push_back('0');
    return;
  }
  // Whole numbers of ordinary size are their integer digits in both notations, and cheaper so.
  if (std::abs(value) < 1e15 && value == std::trunc(value)) {
    append_integer(out, static_cast<std::int64_t>(value));
    return;
  }
  char buffer[40];
  const double size = std::abs(value);
  if (size >= 1e-6 && size < 1e15) {
    if (append_short(out, value)) return;
    out.append(buffer, std::to_chars(buffer, buffer + sizeof buffer, value, std::chars_format::fixed).ptr);
    return;
  }
  const char* end = std::to_chars(buffer, buffer + sizeof buffer, value, std::chars_format::scientific).ptr;
  const char* e = static_cast<const char*>(std::memchr(buffer, 'e', static_cast<std::size_t>(end - buffer)));
  if (size >= 1e15 && size < 1e21) {
    append_large(out, {buffer, e}, *parse_integer({e + 2, end}));
    return;
  }
  // to_chars pads the exponent to two digits ("1e-07"); ECMAScript does not.
  out.append(buffer, static_cast<std::size_t>(e + 2 - buffer));
  const char* exponent = e + 2;
  while (exponent + 1 < end && *exponent == '0') ++exponent;
  out.append(exponent, end);
}

void append_integer(std::string& out, std::int64_t value) {
  char buffer[24];
  out.append(buffer, std::to_chars(buffer, buffer + sizeof buffer, value).ptr);
}

std::string number_text(double value) {
  std::string out;
  append_number(out, value);
  return out;
}

std::string fold_name(std::string_view name) {
  std::string out;
  out.reserve(name.size());
  bool gap = false;
  const auto put = [&](std::string_view letters) {
    if (gap && !out.empty()) out.push_back(' ');
    gap = false;
    out.append(letters);
  };
  for (std::size_t i = 0; i < name.size(); ++i) {
    const auto c = static_cast<unsigned char>(name[i]);
    if (is_digit(name[i]) || (c >= 'a' && c <= 'z')) {
      put(name.substr(i, 1));
    } else if (c >= 'A' && c <= 'Z') {
      const char lower = static_cast<char>(c - 'A' + 'a');
      put({&lower, 1});
    } else if (c == 0xC3 && i + 1 < name.size()) {
      const auto base = latin_base(0xC0u + (static_cast<unsigned char>(name[++i]) & 0x3F));
      if (base.empty()) gap = true;
      else put(base);
    } else if (c >= 0x80 && c != 0xC2) {  // other scripts stay as they are; U+00A0..BF are punctuation
      put(name.substr(i, 1));
    } else {
      if (c == 0xC2) ++i;
      gap = true;
    }
  }
  return out;
}

std::size_t edit_distance(std::string_view a, std::string_view b, std::size_t limit) {
  constexpr std::size_t kLongest = 128;  // names are short; longer texts are never "close"
  if (a.size() > kLongest || b.size() > kLongest) return a == b ? 0 : limit + 1;
  if (a.size() > b.size()) std::swap(a, b);
  if (b.size() - a.size() > limit) return limit + 1;
  std::array<std::size_t, kLongest + 1> row;
  for (std::size_t i = 0; i <= a.size(); ++i) row[i] = i;
  for (std::size_t j = 1; j <= b.size(); ++j) {
    std::size_t diagonal = row[0];
    row[0] = j;
    std::size_t best = j;
    for (std::size_t i = 1; i <= a.size(); ++i) {
      const std::size_t cost = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
      diagonal = row[i];
      row[i] = std::min({cost, row[i] + 1, row[i - 1] + 1});
      best = std::min(best, row[i]);
    }
    if (best > limit) return limit + 1;
  }
  return std::min(row[a.size()], limit + 1);
}

std::string_view closest(std::string_view name, std::span<const std::string_view> candidates) {
  const std::string folded = fold_name(name);
  std::size_t best = std::max<std::size_t>(1, folded.size() / 3) + 1;
  std::string_view found;
  for (std::string_view candidate : candidates) {
    const std::size_t distance = edit_distance(folded, fold_name(candidate), best - 1);
    if (distance < best) {
      best = distance;
      found = candidate;
    }
    if (best == 0) break;
  }
  return found;
}

std::string join_or(std::span<const std::string_view> items) {
  std::string out;
  for (std::size_t i = 0; i < items.size(); ++i) {
    if (i > 0) out += i + 1 == items.size() ? " or " : ", ";
    out += items[i];
  }
  return out;
}

std::string_view trim(std::string_view text) {
  constexpr std::string_view kBlank = " \t\r\n";
  const std::size_t first = text.find_first_not_of(kBlank);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(kBlank) - first + 1);
}

std::vector<std::string_view> split(std::string_view text, char separator) {
  std::vector<std::string_view> out;
  for (std::size_t at = 0;;) {
    const std::size_t next = text.find(separator, at);
    out.push_back(text.substr(at, next == std::string_view::npos ? next : next - at));
    if (next == std::string_view::npos) return out;
    at = next + 1;
  }
}

bool is_utf8(std::string_view text) {
  const auto* p = reinterpret_cast<const unsigned char*>(text.data());
  const auto* const end = p + text.size();
  while (p < end) {
    std::uint64_t eight;
    if (end - p >= 8 && (std::memcpy(&eight, p, 8), (eight & 0x8080808080808080ULL) == 0)) {
      p += 8;
      continue;
    }
    const unsigned c = *p;
    if (c < 0x80) {
      ++p;
      continue;
    }
    const int more = c >= 0xF0 ? 3 : c >= 0xE0 ? 2 : c >= 0xC2 ? 1 : 0;
    if (more == 0 || c > 0xF4 || end - p <= more) return false;
    for (int i = 1; i <= more; ++i) {
      if ((p[i] & 0xC0) != 0x80) return false;
    }
    if ((c == 0xE0 && p[1] < 0xA0) || (c == 0xED && p[1] > 0x9F) || (c == 0xF0 && p[1] < 0x90) || (c == 0xF4 && p[1] > 0x8F)) {
      return false;
    }
    p += more + 1;
  }
  return true;
}

}  // namespace greenlang
