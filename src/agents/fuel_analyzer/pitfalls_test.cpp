// The mistakes that are made with these tables, each with a test that it is not made here.
#include <gtest/gtest.h>

#include "agents/fuel_analyzer/testing.hpp"

namespace greenlang::fuel_analyzer {
namespace {

using testing::apart;
using testing::ask;
using testing::emissions;
using testing::Reply;

// One amount of a fuel in 2025, with more members if wanted.
Reply burn(double amount, std::string_view unit, std::string_view fuel, std::string_view region, json::Object more = {}) {
  json::Object question{{"activity_value", amount}, {"activity_unit", unit}, {"fuel_type", fuel}, {"region", region}};
  question["year"] = 2025;
  for (const auto& member : more) question[member.key()] = member.value();
  return ask("calculate_emissions", question);
}

TEST(Pitfalls, GrossAndNetHeatingValueAreNeverMixed) {
  EXPECT_EQ(burn(1, "kWh", "natural_gas", "GB").errors[0].path, "/heating_value_basis");
  const double gross = burn(1, "kWh", "natural_gas", "GB", {{"heating_value_basis", "HHV"}}).number("/co2e_kg");
  const double net = burn(1, "kWh", "natural_gas", "GB", {{"heating_value_basis", "LHV"}}).number("/co2e_kg");
  EXPECT_EQ(gross, 0.18296);
  EXPECT_EQ(net, 0.2027);
  EXPECT_EQ(burn(1, "mmBtu", "natural_gas", "US", {{"heating_value_basis", "LHV"}}).errors[0].path, "/heating_value_basis");
  EXPECT_EQ(burn(1, "GJ", "gas_diesel_oil", "GLOBAL", {{"heating_value_basis", "HHV"}, {"sector", "energy_industries"}}).errors[0].path,
            "/heating_value_basis");
}

TEST(Pitfalls, TheOnlyBasisOfAPublicationIsNamed) {
  const Reply reply = burn(1, "mmBtu", "natural_gas", "US");
  EXPECT_EQ(reply.text("/factor/basis"), "HHV");
  EXPECT_NE(reply.text("/note").find("taken as HHV"), std::string::npos) << reply.text("/note");
}

TEST(Pitfalls, AmericanAndImperialGallonsDiffer) {
  EXPECT_EQ(burn(1, "gallon", "DERV", "GB").errors[0].path, "/activity_unit");
  const double us = burn(1, "gal_us", "DERV", "GB").number("/co2e_kg");
  const double imperial = burn(1, "gal_imp", "DERV", "GB").number("/co2e_kg");
  EXPECT_LT(apart(imperial / us, 4.54609 / 3.785411784), 1e-13);
  EXPECT_LT(apart(us, 2.57082 * 3.785411784), 1e-13);
}

TEST(Pitfalls, ShortMetricAndLongTonsDiffer) {
  EXPECT_EQ(burn(1, "ton", "bituminous_coal", "US").errors[0].path, "/activity_unit");
  const double short_ton = burn(1, "short_ton", "bituminous_coal", "US").number("/co2_kg");
  EXPECT_LT(apart(short_ton, 24.93 * 93.28), 1e-13);
  EXPECT_LT(apart(burn(1, "t", "bituminous_coal", "US").number("/co2_kg"), short_ton / 0.90718474), 1e-13);
  EXPECT_LT(apart(burn(1, "long_ton", "bituminous_coal", "US").number("/co2_kg"), short_ton * 1.12), 1e-13);
}

TEST(Pitfalls, AThermIsAHundredThousandBtu) {
  const Reply therm = burn(1, "therm", "natural_gas", "US", {{"heating_value_basis", "HHV"}});
  EXPECT_LT(apart(therm.number("/co2_kg"), 5.306), 1e-13);
  EXPECT_LT(apart(therm.number("/co2e_kg"), 5.31145), 1e-13);
  const Reply gb = burn(1, "therm", "natural_gas", "GB", {{"heating_value_basis", "HHV"}});
  EXPECT_LT(apart(gb.number("/co2e_kg"), 0.18296 * 29.3071070172222), 1e-9);
}

TEST(Pitfalls, LpgIsNotPropane) {
  const Reply lpg = burn(1, "gal_us", "lpg", "US"), propane = burn(1, "gal_us", "propane", "US");
  EXPECT_LT(apart(lpg.number("/co2_kg"), 0.092 * 61.71), 1e-13);
  EXPECT_LT(apart(propane.number("/co2_kg"), 0.091 * 62.87), 1e-13);
  EXPECT_EQ(lpg.text("/factor/fuel"), "lpg");
  EXPECT_EQ(propane.text("/factor/fuel"), "propane");
}

TEST(Pitfalls, BritishDieselIsABlendAndMineralDieselIsNot) {
  const Reply blend = burn(1000, "L", "DERV", "GB");
  EXPECT_EQ(blend.number("/co2e_kg"), 2570.82);
  EXPECT_EQ(blend.number("/biogenic_co2_kg"), 140);
  const Reply mineral = burn(1000, "L", "100% mineral diesel", "GB");
  EXPECT_EQ(mineral.number("/co2e_kg"), 2661.55);
  EXPECT_EQ(mineral.number("/biogenic_co2_kg"), 0);
}

TEST(Pitfalls, GasOilIsNotRoadDiesel) {
  const Reply gas_oil = burn(1, "L", "gas oil", "GB");
  EXPECT_EQ(gas_oil.number("/co2e_kg"), 2.75541);
  EXPECT_EQ(gas_oil.text("/factor/fuel"), "gas_oil");
}

TEST(Pitfalls, ABlankCellIsNoFactorAndNotZero) {
  EXPECT_TRUE(burn(1, "t", "refinery_miscellaneous", "GB").ok());
  const Reply litres = burn(1, "L", "refinery_miscellaneous", "GB");
  ASSERT_FALSE(litres.ok());
  EXPECT_EQ(litres.errors[0].path, "/activity_unit");
}

TEST(Pitfalls, TheGasColumnsOfDesnzAreCo2eAlready) {
  const Reply reply = burn(1, "t", "natural_gas", "GB");
  EXPECT_EQ(reply.number("/co2e_kg"), 2575.46441);
  EXPECT_EQ(reply.number("/co2_kg"), 2570.42);
  EXPECT_LT(apart(reply.number("/ch4_kg"), 3.8528 / 28), 1e-14);
  EXPECT_LT(apart(reply.number("/n2o_kg"), 1.19161 / 265), 1e-14);
  const Reply ar6 = burn(1, "t", "natural_gas", "GB", {{"gwp_set", "AR6GWP100"}});
  EXPECT_LT(apart(ar6.number("/co2e_kg"), 2570.42 + 3.8528 / 28 * 29.8 + 1.19161 / 265 * 273), 1e-13);
}

TEST(Pitfalls, TheHubPrintsGramsAndTheRuleKilograms) {
  const double rule = burn(1, "mmBtu", "natural_gas", "US", {{"dataset", "epa_40cfr98"}}).number("/ch4_kg");
  const double hub = burn(1, "mmBtu", "natural_gas", "US", {{"dataset", "epa_hub_2025"}}).number("/ch4_kg");
  EXPECT_EQ(rule, 0.001);
  EXPECT_EQ(hub, 0.001);
}

TEST(Pitfalls, WellToTankIsNeverInScope1) {
  EXPECT_EQ(burn(1000, "L", "DERV", "GB").number("/scope"), 1);
  const Reply upstream = burn(1000, "L", "DERV", "GB", {{"category", "well_to_tank"}});
  EXPECT_EQ(upstream.number("/scope"), 3);
  EXPECT_EQ(upstream.number("/co2e_kg"), 611.01);
  const Reply inventory =
      ask("calculate_inventory",
          R"({"activities":[{"activity_value":1000,"activity_unit":"L","fuel_type":"DERV","region":"GB","year":2025}]})");
  EXPECT_EQ(inventory.number("/scope_1/co2e_kg"), 2570.82);
  EXPECT_EQ(inventory.number("/scope_3/co2e_kg"), 611.01);
}

TEST(Pitfalls, GridLossesAreNeverInScope2) {
  const Reply reply =
      ask("calculate_inventory",
          R"({"activities":[{"activity_value":100000,"activity_unit":"kWh","fuel_type":"electricity","region":"GB","year":2025}]})");
  EXPECT_EQ(reply.number("/scope_2_location/co2e_kg"), 17700);
  EXPECT_DOUBLE_EQ(reply.number("/scope_3/co2e_kg"), 1853 + 4590 + 397);
  EXPECT_EQ(reply.number("/scope_1/co2e_kg"), 0);
}

TEST(Pitfalls, TheFactorOfTheYearIsUsedAndNamed) {
  const double expected[] = {0.20705, 0.177, 0.131};
  for (int year = 2024; year <= 2026; ++year) {
    const Reply reply = burn(1000, "kWh", "electricity", "GB", {{"year", year}});
    ASSERT_TRUE(reply.ok()) << reply.error();
    EXPECT_NEAR(reply.number("/co2e_kg"), 1000 * expected[year - 2024], 1) << year;
    EXPECT_EQ(reply.number("/factor/year"), year);
  }
  EXPECT_EQ(burn(1, "kWh", "electricity", "GB", {{"year", 2027}}).errors[0].path, "/year");
  EXPECT_EQ(burn(1, "kWh", "electricity", "GB", {{"year", 2023}}).errors[0].path, "/year");
}

TEST(Pitfalls, BiomassStillHasMethaneAndNitrousOxide) {
  const Reply wood = burn(1, "short_ton", "wood_and_wood_residuals", "US");
  EXPECT_LT(apart(wood.number("/co2e_kg"), 20.199888), 1e-7);
  EXPECT_EQ(wood.number("/co2_kg"), 0);
  EXPECT_LT(apart(wood.number("/biogenic_co2_kg"), 1639.624), 1e-13);
}

TEST(Pitfalls, CubicFeetKeepTheirReferenceConditions) {
  EXPECT_EQ(burn(1, "Nm3", "natural_gas", "US").errors[0].path, "/activity_unit");
  const Reply feet = burn(1000, "scf", "natural_gas", "US");
  EXPECT_LT(apart(feet.number("/co2_kg"), 54.43956), 1e-13);
  const Reply metres = burn(1, "m3", "natural_gas", "US");
  EXPECT_NE(metres.text("/note").find("reference conditions"), std::string::npos);
  EXPECT_LT(apart(metres.number("/co2_kg"), 0.05443956 / 0.028316846592), 1e-13);
}

TEST(Pitfalls, AMillionTonnesIsNotAMetricTon) {
  const auto value = [](std::string_view unit) { return burn(1e6, "L", "DERV", "GB", {{"output_unit", unit}}).number("/emissions_value"); };
  EXPECT_EQ(value("kgCO2e"), 2570820);
  EXPECT_EQ(value("tCO2e"), 2570.82);
  EXPECT_EQ(value("MtCO2e"), 0.00257082);
}

TEST(Pitfalls, GridFactorsAreThePublishedOnes) {
  EXPECT_LT(apart(burn(1, "MWh", "electricity", "US-NYCW").number("/co2e_kg"), 865.744 * 0.45359237), 1e-13);
  EXPECT_LT(apart(burn(1, "MWh", "electricity", "US").number("/co2e_kg"), 770.884 * 0.45359237), 1e-13);
}

TEST(Pitfalls, TheSourceIsNeverInventedAndTheGwpSetIsSaid) {
  const Reply reply = emissions(
      R"({"activity_value":1,"activity_unit":"t","fuel_type":"gas_diesel_oil","region":"GLOBAL","year":2025,"sector":"energy_industries"})");
  EXPECT_EQ(reply.text("/factor/source"), "IPCC 2006");
  EXPECT_EQ(reply.text("/gwp_set"), "AR5GWP100");
  EXPECT_NEAR(reply.number("/co2e_kg"), 3196.749, 1e-9);
}

}  // namespace
}  // namespace greenlang::fuel_analyzer
