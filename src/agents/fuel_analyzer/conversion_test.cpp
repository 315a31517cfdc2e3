// Conversions of quantities, and checks of amounts before they are calculated.
#include "agents/fuel_analyzer/conversion.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "agents/fuel_analyzer/testing.hpp"

namespace greenlang::fuel_analyzer {
namespace {

using testing::apart;
using testing::ask;
using testing::Reply;

Reply convert(double value, std::string_view from, std::string_view to, json::Object more = {}) {
  more["value"] = value;
  more["from_unit"] = from;
  more["to_unit"] = to;
  return ask("convert_units", more);
}

TEST(Conversion, IsExactBetweenUnitsOfOneKind) {
  EXPECT_EQ(convert(1, "kWh", "MJ").number("/value"), 3.6);
  EXPECT_EQ(convert(1, "short_ton", "kg").number("/value"), 907.18474);
  EXPECT_EQ(convert(1, "gal_us", "L").number("/value"), 3.785411784);
  EXPECT_EQ(convert(1, "gal_imp", "L").number("/value"), 4.54609);
  EXPECT_EQ(convert(42, "gal_us", "bbl").number("/value"), 1);
  EXPECT_EQ(convert(1, "toe", "GJ").number("/value"), 41.868);
  EXPECT_LT(apart(convert(1, "therm", "kWh").number("/value"), 29.3071070172222), 1e-14);
  EXPECT_EQ(convert(2, "therms", "kilowatt hours").text("/unit"), "kWh");
}

RC_GTEST_PROP(ConversionProperty, GoesThereAndBack, ()) {
  const auto units = units::all();
  const units::Unit& from = units[static_cast<std::size_t>(*rc::gen::inRange(0, static_cast<int>(units.size())))];
  const units::Unit& to = units[static_cast<std::size_t>(*rc::gen::inRange(0, static_cast<int>(units.size())))];
  const double value = *rc::gen::inRange(0, 1000000000) * 1e-3;
  const json::Object more{{"fuel_type", "gas oil"}, {"heating_value_basis", *rc::gen::elementOf(std::vector<std::string>{"HHV", "LHV"})}};
  const Reply there = convert(value, from.key, to.key, more);
  RC_ASSERT(there.ok());
  if (!(there.number("/value") <= 1e18)) RC_DISCARD("beyond what is taken");
  const Reply back = convert(there.number("/value"), to.key, from.key, more);
  RC_ASSERT(back.ok());
  RC_ASSERT(apart(back.number("/value"), value) < 1e-12);
}

TEST(Conversion, UsesThePublishedPropertiesOfAFuel) {
  const FuelProperties& gas_oil = *testing::shipped().tables->properties_of(*testing::shipped().tables->fuel("gas_oil"));
  const Reply mass = convert(1, "m3", "kg", {{"fuel_type", "gas oil"}});
  EXPECT_EQ(mass.number("/value"), *gas_oil.density_kg_per_m3);
  EXPECT_EQ(mass.text("/source"), "DESNZ 2025 fuel properties");
  const Reply gross = convert(1, "t", "GJ", {{"fuel_type", "gas oil"}, {"heating_value_basis", "HHV"}});
  const Reply net = convert(1, "t", "GJ", {{"fuel_type", "gas oil"}, {"heating_value_basis", "LHV"}});
  EXPECT_LT(apart(gross.number("/value"), *gas_oil.gross_gj_per_t), 1e-14);
  EXPECT_LT(apart(net.number("/value"), *gas_oil.net_gj_per_t), 1e-14);
  EXPECT_EQ(gross.text("/basis"), "HHV");
}

TEST(Conversion, HasItsFactorAlsoForNothing) {
  const Reply nothing = convert(0, "m3", "kg", {{"fuel_type", "gas oil"}});
  EXPECT_EQ(nothing.number("/value"), 0);
  EXPECT_EQ(nothing.number("/factor"), convert(7, "m3", "kg", {{"fuel_type", "gas oil"}}).number("/factor"));
  EXPECT_GT(nothing.number("/factor"), 700);
}

TEST(Conversion, SaysWhatIsMissing) {
  EXPECT_EQ(convert(1, "L", "kg").errors[0].path, "/fuel_type");
  EXPECT_EQ(convert(1, "L", "kWh", {{"fuel_type", "gas oil"}}).errors[0].path, "/heating_value_basis");
  EXPECT_EQ(convert(1, "gallon", "L").errors[0].path, "/from_unit");
  EXPECT_EQ(convert(1, "L", "ton").errors[0].path, "/to_unit");
  EXPECT_EQ(convert(1, "t", "m3", {{"fuel_type", "electricity"}}).errors[0].path, "/fuel_type");
  EXPECT_EQ(convert(1, "L", "kg", {{"fuel_type", "moonshine"}}).errors[0].path, "/fuel_type");
  EXPECT_EQ(convert(1, "L", "kg", {{"fuel_type", "gas oil"}, {"region", "Narnia"}}).errors[0].path, "/region");
  EXPECT_EQ(convert(-1, "L", "m3").errors[0].path, "/value");
}

Reply validate(const char* input) { return ask("validate_fuel_input", input); }

TEST(Validation, FindsNothingWhereNothingIsWrong) {
  const Reply reply = validate(R"({"fuel_type":"natural_gas","quantity":12000,"unit":"m3","region":"GB","year":2025})");
  EXPECT_TRUE(reply.find("/valid")->get_bool());
  EXPECT_EQ(reply.number("/plausibility_score"), 1);
  EXPECT_EQ(json::canonical(*reply.find("/warnings")), "[]");
  EXPECT_EQ(reply.text("/fuel"), "natural_gas");
}

TEST(Validation, AUnitOfTheWrongPhaseIsAWarningWithASuggestion) {
  const Reply gas = validate(R"({"fuel_type":"natural_gas","quantity":12000,"unit":"L"})");
  EXPECT_TRUE(gas.find("/valid")->get_bool());
  EXPECT_DOUBLE_EQ(gas.number("/plausibility_score"), 0.6);
  EXPECT_EQ(gas.text("/suggested_unit"), "m3");
  EXPECT_EQ(gas.number("/suggested_value"), 12);
  const Reply coal = validate(R"({"fuel_type":"anthracite","quantity":3,"unit":"m3","region":"US"})");
  EXPECT_DOUBLE_EQ(coal.number("/plausibility_score"), 0.6);
  EXPECT_EQ(coal.text("/suggested_unit"), "t");
  EXPECT_TRUE(coal.is_null("/suggested_value"));  // its density is not known
}

TEST(Validation, AmountsThatAreSuspect) {
  EXPECT_DOUBLE_EQ(validate(R"({"fuel_type":"DERV","quantity":0,"unit":"L"})").number("/plausibility_score"), 0.8);
  EXPECT_DOUBLE_EQ(validate(R"({"fuel_type":"DERV","quantity":2e9,"unit":"L"})").number("/plausibility_score"), 0.7);
}

TEST(Validation, WhatCannotBeCalculatedIsNotValid) {
  for (const char* input :
       {R"({"fuel_type":"moonshine","quantity":1,"unit":"L"})", R"({"fuel_type":"DERV","quantity":1,"unit":"gallon"})",
        R"({"fuel_type":"DERV","quantity":1,"unit":"L","region":"Narnia"})", R"({"fuel_type":"DERV","quantity":1,"unit":"L","year":1999})",
        R"({"fuel_type":"natural_gas","quantity":1,"unit":"kWh","region":"GB","year":2025})"}) {
    const Reply reply = validate(input);
    ASSERT_TRUE(reply.ok()) << reply.error();
    EXPECT_FALSE(reply.find("/valid")->get_bool()) << input;
    EXPECT_EQ(reply.number("/plausibility_score"), 0) << input;
    EXPECT_FALSE(reply.find("/warnings")->get_array().empty()) << input;
  }
}

// With a year, "valid" is a promise about calculate_emissions.
TEST(Validation, AgreesWithTheCalculation) {
  for (const Factor* row : testing::all_rows()) {
    if (row->category != "direct" || !row->sector.empty()) continue;
    json::Object question{{"fuel_type", row->fuel->key},
                          {"quantity", 5},
                          {"unit", row->per_unit->key},
                          {"region", row->region->key},
                          {"year", row->dataset->year_from}};
    json::Object activity{{"fuel_type", row->fuel->key},
                          {"activity_value", 5},
                          {"activity_unit", row->per_unit->key},
                          {"region", row->region->key},
                          {"year", row->dataset->year_from}};
    if (row->basis != Basis::kNone) question["heating_value_basis"] = activity["heating_value_basis"] = basis_name(row->basis);
    EXPECT_EQ(ask("validate_fuel_input", question).find("/valid")->get_bool(), ask("calculate_emissions", activity).ok()) << row->id;
  }
}

}  // namespace
}  // namespace greenlang::fuel_analyzer
