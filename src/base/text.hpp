// Text helpers: hex, base64, numbers as text, folding of names, edit distance, closest name.
// Everything is locale-free.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace greenlang {

std::string to_hex(std::span<const std::uint8_t> bytes);
// Lower or upper case digits; nothing else. Empty on an odd length or a foreign character.
std::optional<std::vector<std::uint8_t>> from_hex(std::string_view text);

// Standard alphabet with padding (RFC 4648 section 4).
std::string to_base64(std::span<const std::uint8_t> bytes);
std::optional<std::vector<std::uint8_t>> from_base64(std::string_view text);

// Plain decimal notation, as people write quantities: optional sign, digits with an optional fraction
// and exponent. No spaces, no thousands separators, no hex, no "inf" or "nan".
// Empty also when the value does not fit a double (overflow).
std::optional<double> parse_number(std::string_view text);
std::optional<std::int64_t> parse_integer(std::string_view text);

// Appends the shortest text that reads back to the same double, in the notation of ECMAScript's
// Number::toString, which RFC 8785 prescribes: 1.5, 1e+21, 1e-7. `value` must be finite.
void append_number(std::string& out, double value);
void append_integer(std::string& out, std::int64_t value);
std::string number_text(double value);

// Folds a name for matching: ASCII letters to lower case, Latin diacritics to their base letter
// (o-umlaut to "o"; sharp s to "ss"), every run of other characters to one space, ends trimmed.
// "Heating  Oil, No.2" and "heating oil no 2" fold to the same text.
std::string fold_name(std::string_view name);

// Levenshtein distance in bytes; stops at `limit` and returns limit + 1.
std::size_t edit_distance(std::string_view a, std::string_view b, std::size_t limit);

// The candidate nearest to `name` after folding, or empty when none is within a third of its length.
std::string_view closest(std::string_view name, std::span<const std::string_view> candidates);

// "a", "a or b", "a, b or c".
std::string join_or(std::span<const std::string_view> items);

std::string_view trim(std::string_view text);
std::vector<std::string_view> split(std::string_view text, char separator);
// True for well-formed UTF-8 without surrogates or overlong forms.
bool is_utf8(std::string_view text);

}  // namespace greenlang
