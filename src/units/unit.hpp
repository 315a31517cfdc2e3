// Units of mass, volume and energy, their spellings and exact conversions.
//
// Definitions are exact unless the row says otherwise: the international yard and pound agreement of
// 1959 (pound, US gallon), the Weights and Measures Act 1985 (imperial gallon), ISO 31-4 (Btu_IT =
// 1055.05585262 J). A therm is 100 000 Btu_IT (therm(EC)); the US therm(US) differs by 0.02 %.
// `scf` is a cubic foot at the reference conditions of the factor it is used with; its conversion to
// m3 is geometric and keeps those conditions. `Nm3` has no entry on purpose: it needs a temperature.
#pragma once

#include <span>
#include <string_view>

#include "base/result.hpp"

namespace greenlang::units {

enum class Dimension { kMass, kVolume, kEnergy };

std::string_view dimension_name(Dimension dimension);

struct Unit {
  std::string_view key;  // how answers print it: "kWh", "gal_us"
  Dimension dimension;
  double si;  // kg, m3 or MJ in one unit
  std::string_view definition;
  std::string_view aliases;  // other spellings, folded (base/text.hpp), separated by '|'
};

std::span<const Unit> all();

// The unit a person means: its key in any case, or one of its spellings. kInvalid with the closest
// units for anything else; "gallon", "ton" and "MBtu" are ambiguous and list what they may mean.
Result<const Unit*> find(std::string_view text);

// The unit with exactly this key, or null. For tables, where a wrong key is a defect.
const Unit* by_key(std::string_view key);

// How many `to` one `from` is. Both have the same dimension (a broken invariant otherwise).
double ratio(const Unit& from, const Unit& to);

}  // namespace greenlang::units
