// A company's own factors: named as such, hashed into the data version, preferred, and checked cell by cell.
#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

#include "agents/fuel_analyzer/testing.hpp"
#include "base/sha256.hpp"

namespace greenlang::fuel_analyzer {
namespace {

using testing::emissions;
using testing::load;
using testing::Loaded;
using testing::Reply;
using testing::shipped;

const std::string kHeader = "fuel,region,year,scope,per_unit,basis,co2,ch4,n2o,co2e,gwp_set,source\n";

std::unique_ptr<Loaded> with(const std::string& rows) {
  auto loaded = load("own.csv", kHeader + rows);
  EXPECT_TRUE(loaded.ok()) << loaded.error().path << ": " << loaded.error().message;
  return loaded ? std::move(*loaded) : nullptr;
}

// "file:line: message" of a file that is refused.
std::string refused(const std::string& text) {
  auto loaded = load("own.csv", text);
  EXPECT_FALSE(loaded.ok()) << text;
  return loaded.ok() ? "" : loaded.error().path + ": " + loaded.error().message;
}

std::string sample_file() {
  std::ifstream in(GREENLANG_SOURCE_DIR "/data/samples/company_factors.csv");
  std::stringstream text;
  text << in.rdbuf();
  return text.str();
}

constexpr const char* kElectricity = R"({"activity_value":1000,"activity_unit":"kWh","fuel_type":"electricity","region":"GB","year":2025})";

TEST(OwnFactors, OfTheSampleAreNamedAndPreferred) {
  auto loaded = load("company_factors.csv", sample_file());
  ASSERT_TRUE(loaded.ok()) << loaded.error().message;
  const Reply reply = emissions(kElectricity, **loaded);
  ASSERT_TRUE(reply.ok()) << reply.error();
  EXPECT_DOUBLE_EQ(reply.number("/co2e_kg"), 41.2);
  EXPECT_EQ(reply.text("/factor/source"), "own factor: Supplier B fuel mix statement 2025 (sample)");
  EXPECT_EQ(reply.text("/factor/table"), "own factors");
  EXPECT_EQ(reply.text("/factor/status"), "own");
  EXPECT_TRUE(reply.text("/factor/id").starts_with("own/electricity/"));
  EXPECT_EQ(reply.number("/scope"), 2);
  EXPECT_TRUE(reply.is_null("/co2_kg"));  // no split is stated
}

TEST(OwnFactors, StandBesideThePublishedOnes) {
  auto loaded = load("company_factors.csv", sample_file());
  ASSERT_TRUE(loaded.ok());
  EXPECT_EQ(
      emissions(
          R"({"activity_value":1000,"activity_unit":"kWh","fuel_type":"electricity","region":"GB","year":2025,"dataset":"desnz_2025"})",
          **loaded)
          .number("/co2e_kg"),
      177);
  EXPECT_EQ(emissions(R"({"activity_value":1000,"activity_unit":"kWh","fuel_type":"electricity","region":"GB","year":2026})", **loaded)
                .text("/factor/source"),
            "DESNZ 2026 v1");
  EXPECT_EQ(
      emissions(R"({"activity_value":1000,"activity_unit":"L","fuel_type":"DERV","region":"GB","year":2025})", **loaded).number("/co2e_kg"),
      2570.82);
}

TEST(OwnFactors, AreHashedIntoTheDataVersion) {
  auto loaded = load("company_factors.csv", sample_file());
  ASSERT_TRUE(loaded.ok());
  EXPECT_EQ((*loaded)->agent.data_version, shipped().agent.data_version + "+own:" + hex(sha256(sample_file())));
  auto other = load("company_factors.csv", sample_file() + "\n");
  ASSERT_TRUE(other.ok());
  EXPECT_NE((*other)->agent.data_version, (*loaded)->agent.data_version);
}

TEST(OwnFactors, GiveGasesByMassOnAnyGwpSet) {
  const auto loaded = with("steam mix,GB,2025,1,GJ,,50,0.01,0.001,,AR5GWP100,Boiler house\n");
  const Reply ar5 = emissions(R"({"activity_value":2,"activity_unit":"GJ","fuel_type":"steam mix","region":"GB","year":2025})", *loaded);
  ASSERT_TRUE(ar5.ok()) << ar5.error();
  EXPECT_NEAR(ar5.number("/co2e_kg"), 2 * (50 + 0.28 + 0.265), 1e-12);
  const Reply ar6 = emissions(
      R"({"activity_value":2,"activity_unit":"GJ","fuel_type":"steam mix","region":"GB","year":2025,"gwp_set":"AR6GWP100"})", *loaded);
  EXPECT_NEAR(ar6.number("/co2e_kg"), 2 * (50 + 0.298 + 0.273), 1e-12);
}

TEST(OwnFactors, OfAPrintedTotalStayOnTheirGwpSet) {
  const auto loaded = with("electricity,GB,2025,2,kWh,,,,,0.05,AR4GWP100,Supplier\n");
  EXPECT_EQ(emissions(kElectricity, *loaded).errors[0].path, "/gwp_set");
  EXPECT_DOUBLE_EQ(
      emissions(
          R"({"activity_value":1000,"activity_unit":"kWh","fuel_type":"electricity","region":"GB","year":2025,"gwp_set":"AR4GWP100"})",
          *loaded)
          .number("/co2e_kg"),
      50);
}

TEST(OwnFactors, TakeANewFuelOfTheCompanysOwn) {
  const auto loaded = with("Green Gas 7,GB,2025,1,m3,,,,,1.5,,Supplier\n");
  const Reply reply =
      emissions(R"({"activity_value":2,"activity_unit":"m3","fuel_type":"green gas 7","region":"GB","year":2025})", *loaded);
  ASSERT_TRUE(reply.ok()) << reply.error();
  EXPECT_EQ(reply.number("/co2e_kg"), 3);
  EXPECT_EQ(
      emissions(R"({"activity_value":2,"activity_unit":"m3","fuel_type":"green gas","region":"GB","year":2025})", *loaded).errors[0].path,
      "/fuel_type");
}

// "Natural gas" must mean the fuel that has this name, not a second one that makes every question ambiguous.
TEST(OwnFactors, TakeFuelsAsPeopleWriteThem) {
  const auto loaded = with("Natural gas,GB,2025,1,kWh,HHV,,,,0.1,,Supplier\nDERV,GB,2025,1,L,,,,,2.5,,Supplier\n");
  ASSERT_NE(loaded, nullptr);
  const Reply gas = emissions(
      R"({"activity_value":1,"activity_unit":"kWh","fuel_type":"natural_gas","region":"GB","year":2025,"heating_value_basis":"HHV"})",
      *loaded);
  ASSERT_TRUE(gas.ok()) << gas.error();
  EXPECT_EQ(gas.number("/co2e_kg"), 0.1);
  const Reply diesel = emissions(
      R"({"activity_value":2,"activity_unit":"L","fuel_type":"diesel_average_biofuel_blend","region":"GB","year":2025})", *loaded);
  EXPECT_EQ(diesel.number("/co2e_kg"), 5);
  EXPECT_TRUE(refused(kHeader + "aviation fuel,GB,2025,1,L,,,,,2.5,,Supplier\n")
                  .starts_with("own.csv:2: the fuel \"aviation fuel\" is ambiguous: say aviation_gasoline or jet_kerosene"));
}

TEST(OwnFactors, AreRefusedWithFileAndLine) {
  const std::string good = "electricity,GB,2025,2,kWh,,,,,0.05,AR5GWP100,Supplier\n";
  const auto row = [&](const std::string& bad) { return refused(kHeader + good + bad); };
  EXPECT_EQ(refused(""), "own.csv: is empty: a header line is needed");
  EXPECT_EQ(refused("fuel,region\n"), "own.csv:1: the column \"year\" is missing");
  EXPECT_EQ(refused(kHeader.substr(0, kHeader.size() - 7) + "co2e\n"), "own.csv:1: the column \"co2e\" appears twice");
  EXPECT_TRUE(row("electricity,GB,2024,2,kWh\n").starts_with("own.csv:3: has 5 cells; the header has 12"));
  EXPECT_TRUE(row("electricity,Narnia,2024,2,kWh,,,,,0.05,,S\n").starts_with("own.csv:3: unknown region \"Narnia\""));
  EXPECT_TRUE(row("electricity,GB,last year,2,kWh,,,,,0.05,,S\n").starts_with("own.csv:3: year must be a whole number"));
  EXPECT_TRUE(row("electricity,GB,2024,4,kWh,,,,,0.05,,S\n").starts_with("own.csv:3: scope must be 1, 2 or 3"));
  EXPECT_TRUE(row("electricity,GB,2024,,kWh,,,,,0.05,,S\n").starts_with("own.csv:3: scope must be 1, 2 or 3"));
  EXPECT_TRUE(row("electricity,GB,2024,2,gallon,,,,,0.05,,S\n").starts_with("own.csv:3: unknown per_unit \"gallon\""));
  EXPECT_TRUE(row("electricity,GB,2024,2,kWh,gross,,,,0.05,,S\n").starts_with("own.csv:3: basis must be HHV, LHV or empty"));
  EXPECT_TRUE(row("electricity,GB,2024,2,kWh,,,,,\"0,05\",,S\n").starts_with("own.csv:3: co2e must be a number >= 0; it is \"0,05\""));
  EXPECT_TRUE(row("electricity,GB,2024,2,kWh,,,,,-1,,S\n").starts_with("own.csv:3: co2e must be a number >= 0"));
  EXPECT_TRUE(row("electricity,GB,2024,2,kWh,,,,,nan,,S\n").starts_with("own.csv:3: co2e must be a number >= 0"));
  EXPECT_TRUE(row("electricity,GB,2024,2,kWh,,,,,,,S\n").starts_with("own.csv:3: has neither co2 nor co2e"));
  EXPECT_TRUE(row("electricity,GB,2024,2,kWh,,,0.1,,,,S\n").starts_with("own.csv:3: has neither co2 nor co2e"));
  EXPECT_TRUE(row("electricity,GB,2024,2,kWh,,,,,0.05,AR7,S\n").starts_with("own.csv:3: gwp_set must be AR4GWP100"));
  EXPECT_TRUE(row("electricity,GB,2024,2,kWh,,,,,0.05,,\n").starts_with("own.csv:3: source must say who states this factor"));
  EXPECT_TRUE(row(",GB,2024,2,kWh,,,,,0.05,,S\n").starts_with("own.csv:3: fuel is empty"));
  EXPECT_TRUE(row(good).starts_with("own.csv:3: there is a row for own/electricity/direct/kWh already"));
  EXPECT_TRUE(row("\"electricity\"x,GB,2024,2,kWh,,,,,0.05,,S\n").starts_with("own.csv:3: "));
  EXPECT_EQ(refused(kHeader + "\xFF\xFE"), "own.csv: is not UTF-8 text");
}

TEST(OwnFactors, MayComeFromExcel) {
  auto loaded = load("own.csv", "\xEF\xBB\xBF" + kHeader.substr(0, kHeader.size() - 1) +
                                    "\r\nelectricity,GB,2025,2,kWh,,,,,0.05,,\"Supplier, \"\"green\"\"\"\r\n\r\n");
  ASSERT_TRUE(loaded.ok()) << loaded.error().message;
  EXPECT_EQ(emissions(kElectricity, **loaded).text("/factor/source"), "own factor: Supplier, \"green\"");
}

}  // namespace
}  // namespace greenlang::fuel_analyzer
