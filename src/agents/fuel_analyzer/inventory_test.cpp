// Inventories against sums and uncertainties worked out by hand.
#include "agents/fuel_analyzer/inventory.hpp"

#include <gtest/gtest.h>

#include "agents/fuel_analyzer/testing.hpp"

namespace greenlang::fuel_analyzer {
namespace {

using testing::ask;
using testing::Loaded;
using testing::Reply;

Reply inventory(const std::string& activities, const std::string& more = "", const Loaded& loaded = testing::shipped()) {
  return ask("calculate_inventory", ("{\"activities\":[" + activities + "]" + more + "}").c_str(), loaded);
}

const std::string kDiesel = R"({"label":"vans","activity_value":1000,"activity_unit":"L","fuel_type":"DERV","region":"GB","year":2025})";
const std::string kPower = R"({"activity_value":100000,"activity_unit":"kWh","fuel_type":"electricity","region":"GB","year":2025})";
const std::string kContract = R"({"activity_value":100000,"activity_unit":"kWh","fuel_type":"electricity","region":"GB","year":2025,
    "market_ef_value":20,"market_ef_unit":"kgCO2e/MWh","market_ef_source":"contract 7"})";

std::string gaps_of(const Reply& reply) { return json::canonical(*reply.find("/gaps")); }

TEST(Inventory, AddsUpByScope) {
  const Reply reply = inventory(kDiesel + "," + kPower);
  ASSERT_TRUE(reply.ok()) << reply.error();
  EXPECT_EQ(reply.number("/scope_1/co2e_kg"), 2570.82);
  EXPECT_EQ(reply.number("/scope_2_location/co2e_kg"), 17700);
  EXPECT_EQ(reply.number("/scope_2_market/co2e_kg"), 17700);
  EXPECT_DOUBLE_EQ(reply.number("/scope_3/co2e_kg"), 611.01 + 4590 + 1853 + 397);
  EXPECT_DOUBLE_EQ(reply.number("/total_location_co2e_kg"), 2570.82 + 17700 + 611.01 + 4590 + 1853 + 397);
  EXPECT_DOUBLE_EQ(reply.number("/biogenic_co2_kg"), 140 + 11507);  // the blend's biofuel, and the grid's biomass
  EXPECT_EQ(reply.text("/lines/0/label"), "vans");
  EXPECT_EQ(reply.text("/lines/0/category"), "direct");
  EXPECT_EQ(reply.find("/lines")->get_array().size(), 6u);
  EXPECT_NE(gaps_of(reply).find("activity 1: no contract factor"), std::string::npos);
}

TEST(Inventory, LocationAndMarketAreApart) {
  const Reply reply = inventory(kContract + "," + kPower, R"(,"include_scope_3":false)");
  ASSERT_TRUE(reply.ok()) << reply.error();
  EXPECT_EQ(reply.number("/scope_2_location/co2e_kg"), 35400);
  EXPECT_EQ(reply.number("/scope_2_market/co2e_kg"), 2000 + 17700);
  EXPECT_EQ(reply.number("/total_location_co2e_kg"), 35400);
  EXPECT_EQ(reply.number("/total_market_co2e_kg"), 19700);
  EXPECT_EQ(reply.text("/lines/0/method"), "location");
  EXPECT_EQ(reply.text("/lines/1/method"), "market");
  EXPECT_EQ(reply.text("/lines/1/factor/source"), "contract 7");
  EXPECT_TRUE(reply.is_null("/lines/2/method"));
  EXPECT_EQ(reply.number("/scope_2_market/unsplit_co2e_kg"), 2000);
}

TEST(Inventory, GasesAreKeptApart) {
  const Reply reply = inventory(
      R"({"activity_value":10,"activity_unit":"mmBtu","fuel_type":"natural_gas","region":"US","year":2025,"heating_value_basis":"HHV"},
      {"activity_value":1,"activity_unit":"short_ton","fuel_type":"wood_and_wood_residuals","region":"US","year":2025},
      {"activity_value":5,"activity_unit":"L","ef_value":2,"ef_unit":"kgCO2e/L","scope":1})");
  ASSERT_TRUE(reply.ok()) << reply.error();
  EXPECT_DOUBLE_EQ(reply.number("/scope_1/co2_kg"), 530.6);
  EXPECT_NEAR(reply.number("/scope_1/ch4_kg"), 0.01 + 17.48 * 0.0072, 1e-12);
  EXPECT_NEAR(reply.number("/scope_1/n2o_kg"), 0.001 + 17.48 * 0.0036, 1e-12);
  EXPECT_EQ(reply.number("/scope_1/unsplit_co2e_kg"), 10);
  EXPECT_NEAR(reply.number("/scope_1/co2e_kg"), 531.145 + 20.199888 + 10, 1e-6);
  EXPECT_NEAR(reply.number("/biogenic_co2_kg"), 1639.624, 1e-9);
  const std::string gaps = gaps_of(reply);
  EXPECT_NE(gaps.find("activity 0: scope 3 well_to_tank not included: no well_to_tank factor"), std::string::npos) << gaps;
  EXPECT_EQ(gaps.find("activity 2"), std::string::npos) << gaps;
}

TEST(Inventory, Scope3CanBeLeftOut) {
  const Reply reply = inventory(kDiesel + "," + kPower, R"(,"include_scope_3":false)");
  EXPECT_EQ(reply.number("/scope_3/co2e_kg"), 0);
  EXPECT_EQ(reply.find("/lines")->get_array().size(), 2u);
  EXPECT_EQ(gaps_of(reply).find("scope 3"), std::string::npos);
}

TEST(Inventory, AnUpstreamActivityIsCountedOnce) {
  const Reply reply =
      inventory(R"({"activity_value":1000,"activity_unit":"L","fuel_type":"DERV","region":"GB","year":2025,"category":"well_to_tank"})");
  EXPECT_EQ(reply.number("/scope_3/co2e_kg"), 611.01);
  EXPECT_EQ(reply.number("/scope_1/co2e_kg"), 0);
  EXPECT_EQ(reply.find("/lines")->get_array().size(), 1u);
}

// IPCC 2006 vol. 1 ch. 3: of a product Eq. 3.1, of a sum Eq. 3.2.
TEST(Inventory, CombinesUncertainties) {
  const Reply reply = inventory(
      R"({"activity_value":1000,"activity_unit":"L","ef_value":2,"ef_unit":"kgCO2e/L","scope":1,"activity_uncertainty_pct":3,"ef_uncertainty_pct":4},
      {"activity_value":500,"activity_unit":"L","ef_value":2,"ef_unit":"kgCO2e/L","scope":1,"activity_uncertainty_pct":6,"ef_uncertainty_pct":8},
      {"activity_value":500,"activity_unit":"L","ef_value":2,"ef_unit":"kgCO2e/L","scope":1},
      {"activity_value":500,"activity_unit":"L","ef_value":2,"ef_unit":"kgCO2e/L","scope":3,"activity_uncertainty_pct":60,"ef_uncertainty_pct":80})");
  ASSERT_TRUE(reply.ok()) << reply.error();
  // 2000 kg +- 5 %, 1000 kg +- 10 %: sqrt(100^2 + 100^2) / 3000.
  EXPECT_NEAR(reply.number("/uncertainty_pct"), 100 * std::sqrt(2.0) * 100 / 3000, 1e-12);
  EXPECT_NEAR(reply.number("/uncertainty_covers_pct"), 75, 1e-12);
  const Reply none = inventory(kDiesel);
  EXPECT_TRUE(none.is_null("/uncertainty_pct"));
  EXPECT_TRUE(none.is_null("/uncertainty_covers_pct"));
}

TEST(Inventory, OneGwpSetForAll) {
  const Reply ar6 = inventory(kDiesel, R"(,"gwp_set":"AR6GWP100","include_scope_3":false)");
  EXPECT_EQ(ar6.text("/gwp_set"), "AR6GWP100");
  EXPECT_EQ(ar6.text("/lines/0/factor/id"), "desnz_2025/diesel_average_biofuel_blend/direct/L");
  EXPECT_NE(ar6.number("/scope_1/co2e_kg"), 2570.82);
  const Reply mixed =
      inventory(R"({"activity_value":1,"activity_unit":"L","fuel_type":"DERV","region":"GB","year":2025,"gwp_set":"AR4GWP100"})");
  EXPECT_TRUE(mixed.error().starts_with("/activities/0/gwp_set: one inventory has one GWP set")) << mixed.error();
}

TEST(Inventory, ErrorsNameTheActivity) {
  EXPECT_TRUE(inventory(kDiesel + R"(,{"activity_value":1,"activity_unit":"kWh","fuel_type":"natural_gas","region":"GB","year":2025})")
                  .error()
                  .starts_with("/activities/1/heating_value_basis: say HHV"));
  EXPECT_EQ(inventory(R"({"activity_value":-1,"activity_unit":"L"})").errors[0].path, "/activities/0/activity_value");
  EXPECT_EQ(inventory("").error(), "/activities: must have at least one activity");
  EXPECT_TRUE(inventory(R"({"activity_value":1,"activity_unit":"L","ef_value":2,"ef_unit":"kgCO2e/L"})")
                  .error()
                  .starts_with("/activities/0/scope: is required"));
  EXPECT_TRUE(
      inventory(
          R"({"activity_value":1,"activity_unit":"L","fuel_type":"DERV","region":"GB","year":2025,"market_ef_value":1,"market_ef_unit":"kgCO2e/L"})")
          .error()
          .starts_with("/activities/0/market_ef_value: is for purchased electricity"));
  EXPECT_TRUE(
      inventory(R"({"activity_value":1,"activity_unit":"kWh","fuel_type":"electricity","region":"GB","year":2025,"market_ef_value":1})")
          .error()
          .starts_with("/activities/0/market_ef_unit: is required"));
  EXPECT_TRUE(
      inventory(
          R"({"activity_value":1,"activity_unit":"kWh","fuel_type":"electricity","region":"GB","year":2025,"market_ef_value":1,"market_ef_unit":"kgCO2e/L"})")
          .error()
          .starts_with("/activities/0/market_ef_unit: a factor per L"));
}

TEST(Inventory, HasAtMostAThousandActivities) {
  std::string many = kDiesel;
  for (std::size_t i = 1; i < kMostActivities; ++i) many += "," + kDiesel;
  EXPECT_TRUE(inventory(many).ok());
  EXPECT_TRUE(inventory(many + "," + kDiesel).error().starts_with("/activities: must have at most 1000 items"));
}

TEST(Inventory, AnOwnFactorInTheLocationBasedTotalIsAGap) {
  auto loaded = testing::load("own.csv", "fuel,region,year,scope,per_unit,co2e,source\nelectricity,GB,2025,2,kWh,0.05,Supplier\n");
  ASSERT_TRUE(loaded.ok());
  const Reply reply = inventory(kPower, "", **loaded);
  EXPECT_EQ(reply.number("/scope_2_market/co2e_kg"), 5000);
  EXPECT_NE(gaps_of(reply).find("activity 0: an own factor stands in the location-based total too"), std::string::npos) << gaps_of(reply);
  EXPECT_DOUBLE_EQ(reply.number("/scope_3/co2e_kg"), 1853 + 4590 + 397);  // the publication's, for the same fuel
}

TEST(Inventory, TheTotalIsThatOfTheLines) {
  const Reply reply = inventory(kDiesel + "," + kContract + "," + kPower);
  double lines = 0;
  for (const json::Value& line : reply.find("/lines")->get_array()) {
    const json::Value& method = line.at("method");
    if (!method.is_string() || method.get_string() != "market") lines += line.at("co2e_kg").to_number<double>();
  }
  EXPECT_NEAR(reply.number("/total_location_co2e_kg"), lines, 1e-9);
}

}  // namespace
}  // namespace greenlang::fuel_analyzer
