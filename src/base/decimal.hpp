// Decimal rounding of binary results. A double holds 15 significant decimal digits for certain (DBL_DIG); what
// follows is an artefact of base two: 1000 * 2.57082 gives 2570.8199999999997. Results are rounded to 15 digits
// after every operation, so that they print as a person calculates them.
#pragma once

#include <cmath>
#include <cstdint>

namespace greenlang {

namespace detail {
inline constexpr double kPowersOfTen[] = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,  1e8,  1e9,  1e10, 1e11,
                                          1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};

// For 1e-7 <= size < 1e15: how many digits stand before the point, or minus the zeros that follow it.
inline int digits_before_point(double size) {
  int digits = 0;
  if (size >= 1) {
    if (size >= 1e4) digits = size >= 1e8 ? 8 : 4;
    while (size >= kPowersOfTen[digits]) ++digits;
  } else {
    while (size * kPowersOfTen[-digits + 1] < 1) --digits;
  }
  return digits;
}
}  // namespace detail

// `value` rounded to 15 significant digits, half away from zero: the double nearest to that decimal number.
// Values below 1e-7 or from 1e15 on, and what is not finite, are given back as they are: there the powers of ten
// that would be needed are not exact, or there is nothing to cut.
inline double round_15(double value) {
  const double size = std::abs(value);
  if (!(size >= 1e-7 && size < 1e15)) return value;
  const double scale = detail::kPowersOfTen[15 - detail::digits_before_point(size)];
  const double scaled = static_cast<double>(static_cast<std::int64_t>(size * scale + 0.5));  // NOLINT(bugprone-incorrect-roundings)
  return std::copysign(scaled / scale, value);
}

}  // namespace greenlang
