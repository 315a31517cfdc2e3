#include "units/unit.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <cmath>

namespace greenlang::units {
namespace {

const Unit& unit(std::string_view text) {
  auto found = find(text);
  EXPECT_TRUE(found.ok()) << text;
  return **found;
}

// Published conversion values: NIST Handbook 44 appendix C, BIPM, DESNZ conversion sheet.
TEST(Unit, PublishedConversions) {
  EXPECT_DOUBLE_EQ(ratio(unit("gal_us"), unit("L")), 3.785411784);
  EXPECT_DOUBLE_EQ(ratio(unit("gal_imp"), unit("L")), 4.54609);
  EXPECT_DOUBLE_EQ(ratio(unit("bbl"), unit("L")), 158.987294928);
  EXPECT_DOUBLE_EQ(ratio(unit("short_ton"), unit("kg")), 907.18474);
  EXPECT_DOUBLE_EQ(ratio(unit("long_ton"), unit("kg")), 1016.0469088);
  EXPECT_NEAR(ratio(unit("m3"), unit("scf")), 35.3146667, 5e-8);
  EXPECT_NEAR(ratio(unit("therm"), unit("kWh")), 29.30710702, 5e-8);
  EXPECT_NEAR(ratio(unit("mmBtu"), unit("kWh")), 293.07107, 5e-6);
  EXPECT_DOUBLE_EQ(ratio(unit("kWh"), unit("MJ")), 3.6);
  EXPECT_DOUBLE_EQ(ratio(unit("toe"), unit("GJ")), 41.868);
}

TEST(Unit, SpellingsOfPeople) {
  const std::pair<const char*, const char*> kCases[] = {{"litres", "L"},
                                                        {"LITERS", "L"},
                                                        {"m\xC2\xB3", "m3"},
                                                        {"M3", "m3"},
                                                        {"kwh", "kWh"},
                                                        {"KWH", "kWh"},
                                                        {"MMBTU", "mmBtu"},
                                                        {"Therms", "therm"},
                                                        {"gallons (US)", "gal_us"},
                                                        {"tonnes", "t"},
                                                        {"short tons", "short_ton"},
                                                        {"cu ft", "scf"},
                                                        {"US Gal", "gal_us"},
                                                        {"Cubic metres", "m3"}};
  for (const auto& [text, key] : kCases) EXPECT_EQ(unit(text).key, key) << text;
}

TEST(Unit, AmbiguousAndUnknownAreErrorsThatHelp) {
  EXPECT_NE(find("gallons").error().message.find("gal_us or gal_imp"), std::string::npos);
  EXPECT_NE(find("ton").error().message.find("short_ton"), std::string::npos);
  EXPECT_NE(find("Nm3").error().message.find("reference conditions"), std::string::npos);
  EXPECT_NE(find("kWhh").error().message.find("did you mean \"kWh\""), std::string::npos);
  EXPECT_FALSE(find("").ok());
  EXPECT_FALSE(find("furlong").ok());
}

TEST(Unit, EverySpellingBelongsToOneUnit) {
  for (const Unit& one : all()) EXPECT_EQ(find(one.key).value(), &one);
}

RC_GTEST_PROP(Unit, RoundTripsWithinTwoUlp, (double quantity)) {
  RC_PRE(std::isfinite(quantity) && std::abs(quantity) < 1e290);
  const auto units_list = all();
  for (const Unit& from : units_list) {
    for (const Unit& to : units_list) {
      if (from.dimension != to.dimension) continue;
      const double back = quantity * ratio(from, to) * ratio(to, from);
      RC_ASSERT(std::abs(back - quantity) <= 4 * std::abs(quantity) * 2.3e-16);
    }
  }
}

}  // namespace
}  // namespace greenlang::units
