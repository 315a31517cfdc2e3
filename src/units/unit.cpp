#include "units/unit.hpp"

#include <string>
#include <unordered_map>
#include <vector>

#include "base/text.hpp"

namespace greenlang::units {
namespace {

constexpr double kPound = 0.45359237;          // kg
constexpr double kCubicFoot = 0.028316846592;  // m3 (0.3048^3)
constexpr double kUsGallon = 0.003785411784;   // m3 (231 cubic inches)
constexpr double kMjPerMmbtu = 1055.05585262;  // MJ in a million Btu_IT

constexpr Unit kUnits[] = {
    {"kg", Dimension::kMass, 1, "SI", "kilogram|kilograms|kilogramme|kilogrammes|kgs|kilo|kilos"},
    {"g", Dimension::kMass, 0.001, "SI", "gram|grams|gramme|grammes"},
    {"t", Dimension::kMass, 1000, "1000 kg", "tonne|tonnes|metric ton|metric tons|metric tonne|metric tonnes|te"},
    {"lb", Dimension::kMass, kPound, "0.45359237 kg", "lbs|pound|pounds"},
    {"short_ton", Dimension::kMass, 2000 * kPound, "2000 lb", "short tons|us ton|us tons|ton us|tons us"},
    {"long_ton", Dimension::kMass, 2240 * kPound, "2240 lb", "long tons|imperial ton|imperial tons|uk ton|uk tons|ton uk"},
    {"L", Dimension::kVolume, 0.001, "0.001 m3", "litre|litres|liter|liters|ltr|ltrs|lt"},
    {"m3", Dimension::kVolume, 1, "SI", "cubic metre|cubic metres|cubic meter|cubic meters|cu m|cbm|m 3"},
    {"gal_us", Dimension::kVolume, kUsGallon, "231 cubic inches",
     "us gal|gal us|us gallon|us gallons|gallon us|gallons us|usg|us liquid gallon|gallons us liquid"},
    {"gal_imp", Dimension::kVolume, 0.00454609, "4.54609 L",
     "imp gal|gal imp|imperial gallon|imperial gallons|imp gallon|uk gal|gal uk|uk gallon|uk gallons|gallon uk"},
    {"scf", Dimension::kVolume, kCubicFoot, "0.3048^3 m3", "standard cubic foot|standard cubic feet|ft3|cubic foot|cubic feet|cu ft|cf"},
    {"ccf", Dimension::kVolume, 100 * kCubicFoot, "100 scf", "hundred cubic feet"},
    {"Mcf", Dimension::kVolume, 1000 * kCubicFoot, "1000 scf", "thousand cubic feet|mscf"},
    {"bbl", Dimension::kVolume, 42 * kUsGallon, "42 US gallons", "barrel|barrels|petroleum barrel"},
    {"kWh", Dimension::kEnergy, 3.6, "3.6 MJ", "kilowatt hour|kilowatt hours|kw h"},
    {"MWh", Dimension::kEnergy, 3600, "1000 kWh", "megawatt hour|megawatt hours|mw h"},
    {"GWh", Dimension::kEnergy, 3.6e6, "1e6 kWh", "gigawatt hour|gigawatt hours"},
    {"MJ", Dimension::kEnergy, 1, "SI", "megajoule|megajoules"},
    {"GJ", Dimension::kEnergy, 1000, "SI", "gigajoule|gigajoules"},
    {"TJ", Dimension::kEnergy, 1e6, "SI", "terajoule|terajoules"},
    {"Btu", Dimension::kEnergy, kMjPerMmbtu / 1e6, "1055.05585262 J (IT)", "british thermal unit|british thermal units"},
    {"kBtu", Dimension::kEnergy, kMjPerMmbtu / 1e3, "1000 Btu", "thousand btu"},
    {"mmBtu", Dimension::kEnergy, kMjPerMmbtu, "1e6 Btu", "million btu|mm btu|dekatherm|dekatherms|dth"},
    {"therm", Dimension::kEnergy, kMjPerMmbtu / 10, "100000 Btu (IT), therm(EC)", "therms|thm"},
    {"toe", Dimension::kEnergy, 41868, "41.868 GJ", "tonne of oil equivalent|tonnes of oil equivalent"},
};

// Words that mean different units to different people.
struct Ambiguous {
  std::string_view folded;
  std::string_view choices;
};
constexpr Ambiguous kAmbiguous[] = {
    {"gallon", "gal_us or gal_imp"},
    {"gallons", "gal_us or gal_imp"},
    {"gal", "gal_us or gal_imp"},
    {"gals", "gal_us or gal_imp"},
    {"ton", "t, short_ton or long_ton"},
    {"tons", "t, short_ton or long_ton"},
    {"mbtu", "kBtu (thousand) or mmBtu (million)"},
    {"nm3", "m3 or scf at the reference conditions of the factor; Nm3 (0 degrees C) must be converted first"},
};

std::string fold_unit(std::string_view text) {
  std::string plain(text);
  for (std::size_t at; (at = plain.find("\xC2\xB3")) != std::string::npos;) plain.replace(at, 2, "3");
  return fold_name(plain);
}

using Index = std::unordered_map<std::string, const Unit*>;

const Index& index() {
  static const Index kIndex = [] {
    Index out;
    for (const Unit& unit : kUnits) {
      out.emplace(fold_unit(unit.key), &unit);
      for (std::string_view alias : split(unit.aliases, '|')) out.emplace(alias, &unit);
    }
    return out;
  }();
  return kIndex;
}

}  // namespace

std::string_view dimension_name(Dimension dimension) {
  switch (dimension) {
    case Dimension::kMass: return "mass";
    case Dimension::kVolume: return "volume";
    case Dimension::kEnergy: return "energy";
  }
  return "";
}

std::span<const Unit> all() { return kUnits; }

const Unit* by_key(std::string_view key) {
  for (const Unit& unit : kUnits) {
    if (unit.key == key) return &unit;
  }
  return nullptr;
}

Result<const Unit*> find(std::string_view text) {
  if (const Unit* exact = by_key(text)) return exact;
  const std::string folded = fold_unit(text);
  if (const auto found = index().find(folded); found != index().end()) return found->second;
  const std::string shown = is_utf8(text) ? std::string(text.substr(0, 40)) : "(not UTF-8)";
  for (const Ambiguous& word : kAmbiguous) {
    if (word.folded == folded) {
      return invalid("", "the unit \"" + shown + "\" is ambiguous: say " + std::string(word.choices));
    }
  }
  std::vector<std::string_view> keys;
  for (const Unit& unit : kUnits) keys.push_back(unit.key);
  const std::string_view near = closest(folded, keys);
  if (!near.empty()) return invalid("", "unknown unit \"" + shown + "\"; did you mean \"" + std::string(near) + "\"?");
  return invalid("", "unknown unit \"" + shown + "\"; known: " + join_or(keys));
}

double ratio(const Unit& from, const Unit& to) {
  GL_CHECK(from.dimension == to.dimension);
  return from.si / to.si;
}

}  // namespace greenlang::units
