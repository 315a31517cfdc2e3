// Every shipped row is reached by its own names; every name resolves or lists what it may mean; every refusal says
// where and what would work.
#include "agents/fuel_analyzer/selection.hpp"

#include <gtest/gtest.h>

#include "agents/fuel_analyzer/testing.hpp"
#include "base/csv_table.hpp"
#include "base/embedded.hpp"

namespace greenlang::embedded {
std::span<const File> files_gl_agents_fuel_analyzer();
}

namespace greenlang::fuel_analyzer {
namespace {

using testing::all_rows;
using testing::ask;
using testing::emissions;
using testing::question_of;
using testing::Reply;
using testing::shipped;

TEST(Selection, ReachesEveryRow) {
  const auto rows = all_rows();
  EXPECT_GT(rows.size(), 1100u);
  for (const Factor* row : rows) {
    const Reply reply = ask("calculate_emissions", question_of(*row, 1000));
    ASSERT_TRUE(reply.ok()) << row->id << ": " << reply.error();
    EXPECT_EQ(reply.text("/factor/id"), row->id);
    EXPECT_TRUE(std::isfinite(reply.number("/co2e_kg"))) << row->id;
    EXPECT_EQ(reply.text("/factor/source"), row->dataset->title);
    EXPECT_EQ(reply.text("/factor/table"), row->table);
    EXPECT_EQ(reply.number("/factor/year"), row->dataset->year_from);
    EXPECT_EQ(reply.text("/factor/basis"), basis_name(row->basis));
    EXPECT_EQ(reply.is_null("/scope") ? 0 : reply.number("/scope"), row->scope) << row->id;
  }
}

TEST(Selection, LooksEveryRowUp) {
  for (const Factor* row : all_rows()) {
    json::Object question = question_of(*row, 1);
    question.erase("activity_value");
    question["unit"] = question["activity_unit"];
    question.erase("activity_unit");
    const Reply reply = ask("lookup_emission_factor", question);
    ASSERT_TRUE(reply.ok()) << row->id << ": " << reply.error();
    EXPECT_EQ(reply.text("/ef_uri"), "ef://" + row->id);
    EXPECT_EQ(reply.text("/ef_unit"), "kgCO2e/" + std::string(row->per_unit->key));
    EXPECT_EQ(reply.text("/citation"), row->dataset->citation);
    EXPECT_EQ(reply.text("/published_name"), row->published_name);
  }
}

// A published name finds its fuel, wherever it is published, or is refused with all that it may mean.
TEST(Selection, KnowsPublishedNames) {
  for (const Factor* row : all_rows()) {
    auto found = find_fuel(*shipped().tables, row->published_name, *row->region);
    if (found) {
      EXPECT_EQ((*found)->key, row->fuel->key) << row->published_name;
    } else {
      EXPECT_NE(found.error().message.find("ambiguous"), std::string::npos) << row->published_name << ": " << found.error().message;
    }
  }
}

TEST(Selection, ResolvesEverySynonymOrListsTheCandidates) {
  const FactorTables& tables = *shipped().tables;
  for (const embedded::File& file : embedded::files_gl_agents_fuel_analyzer()) {
    if (file.path != "data/fuel/synonyms.csv") continue;
    auto table = csv::Table::read(std::string(file.path), file.bytes);
    ASSERT_TRUE(table.ok());
    EXPECT_GT(table->rows(), 1000u);
    int ambiguous = 0, answered = 0;
    for (std::size_t row = 0; row < table->rows(); ++row) {
      const std::string_view name = table->cell(row, "name");
      const std::string_view in = table->cell(row, "region");
      for (std::string_view region : {"GB", "US", "GLOBAL"}) {
        if (in != "*" && in != region) continue;
        auto found = find_fuel(tables, name, **find_region(tables, region));
        if (found) {
          EXPECT_FALSE(tables.factors_of(**found).empty()) << table->where(row);
          ++answered;
          continue;
        }
        const std::string& message = found.error().message;
        if (message.find("ambiguous") != std::string::npos) {
          ++ambiguous;
          EXPECT_NE(message.find(" or "), std::string::npos) << message;
        } else {  // a name for everywhere, where this region's publications have no factor
          EXPECT_EQ(in, "*") << table->where(row) << ": " << message;
          EXPECT_EQ(found.error().path, "/region");
        }
      }
    }
    EXPECT_GT(answered, 850);
    EXPECT_GT(ambiguous, 5);
  }
}

TEST(Selection, FoldsNames) {
  for (std::string_view name : {"DERV", "derv", " Derv ", "Diesel (average biofuel blend)", "diesel_average_biofuel_blend"}) {
    auto found = find_fuel(*shipped().tables, name, **find_region(*shipped().tables, "GB"));
    ASSERT_TRUE(found.ok()) << name;
    EXPECT_EQ((*found)->key, "diesel_average_biofuel_blend");
  }
  for (std::string_view name : {"GB", "gb", "UK", "U.K.", "United Kingdom", "england"}) {
    auto found = find_region(*shipped().tables, name);
    ASSERT_TRUE(found.ok()) << name;
    EXPECT_EQ((*found)->key, "GB");
  }
}

// A subregion has the country's fuels, and its own electricity.
TEST(Selection, APartTakesWhatItsCountryPublishes) {
  const Reply gas = emissions(
      R"({"activity_value":1,"activity_unit":"mmBtu","fuel_type":"natural_gas","region":"US-CAMX","year":2025,"heating_value_basis":"HHV"})");
  EXPECT_EQ(gas.text("/factor/region"), "US");
  const Reply power = emissions(R"({"activity_value":1,"activity_unit":"MWh","fuel_type":"electricity","region":"CAMX","year":2025})");
  EXPECT_EQ(power.text("/factor/region"), "US-CAMX");
  EXPECT_NEAR(power.number("/co2e_kg"), 429.983 * 0.45359237, 1e-9);
}

// {question, start of "pointer: message", what it names}
struct Refusal {
  const char* question;
  const char* starts;
  const char* names;
};

class SelectionRefuses : public ::testing::TestWithParam<Refusal> {};

TEST_P(SelectionRefuses, SayingWhereAndWhatWouldWork) {
  const Reply reply = emissions(GetParam().question);
  ASSERT_FALSE(reply.ok()) << json::canonical(reply.output);
  EXPECT_EQ(reply.errors.size(), 1u);
  EXPECT_TRUE(reply.error().starts_with(GetParam().starts)) << reply.error();
  EXPECT_NE(reply.error().find(GetParam().names), std::string::npos) << reply.error();
}

INSTANTIATE_TEST_SUITE_P(
    Questions, SelectionRefuses,
    ::testing::Values(
        Refusal{R"({"activity_value":1,"activity_unit":"kWh","fuel_type":"natral gas","region":"GB","year":2025})",
                "/fuel_type: unknown fuel", "did you mean \"natural gas\""},
        Refusal{R"({"activity_value":1,"activity_unit":"kWh","fuel_type":"plutonium","region":"GB","year":2025})",
                "/fuel_type: unknown fuel", "region GB"},
        Refusal{R"({"activity_value":1,"activity_unit":"L","fuel_type":"aviation fuel","region":"GB","year":2025})",
                "/fuel_type: the fuel \"aviation fuel\" is ambiguous", "aviation_gasoline or jet_kerosene"},
        Refusal{R"({"activity_value":1,"activity_unit":"L","fuel_type":"DERV","region":"Untied Kingdom","year":2025})",
                "/region: unknown region", "did you mean \"United Kingdom\""},
        Refusal{R"({"activity_value":1,"activity_unit":"L","fuel_type":"DERV","region":"Atlantis","year":2025})", "/region: unknown region",
                "GB"},
        Refusal{R"({"activity_value":1,"activity_unit":"t","fuel_type":"wood_pellets","region":"US","year":2025})",
                "/region: no factor for wood_pellets in region US", "there is one for GB"},
        Refusal{R"({"activity_value":1,"activity_unit":"L","fuel_type":"DERV","region":"GB","year":1999})", "/year: no factor",
                "2024, 2025 or 2026"},
        Refusal{R"({"activity_value":1,"activity_unit":"L","fuel_type":"DERV","region":"GB"})", "/year: is required", "reporting year"},
        Refusal{R"({"activity_value":1,"activity_unit":"L","fuel_type":"DERV","year":2025})", "/region: is required", "GB"},
        Refusal{R"({"activity_value":1,"activity_unit":"L","region":"GB","year":2025})", "/fuel_type: is required", "ef_value"},
        Refusal{R"({"activity_value":1,"activity_unit":"litters","fuel_type":"DERV","region":"GB","year":2025})",
                "/activity_unit: unknown unit", "\"litters\""},
        Refusal{R"({"activity_value":1,"activity_unit":"gallon","fuel_type":"DERV","region":"GB","year":2025})",
                "/activity_unit: the unit \"gallon\" is ambiguous", "gal_us or gal_imp"},
        Refusal{R"({"activity_value":1,"activity_unit":"kg","fuel_type":"electricity","region":"GB","year":2025})",
                "/activity_unit: the unit kg (mass) does not fit", "use kWh"},
        Refusal{R"({"activity_value":1,"activity_unit":"L","fuel_type":"natural_gas","region":"US","year":2025})",
                "/activity_unit: the unit L (volume) does not fit", "scf"},
        Refusal{R"({"activity_value":1,"activity_unit":"kWh","fuel_type":"natural_gas","region":"GB","year":2025})",
                "/heating_value_basis: say HHV (gross) or LHV (net)", "DESNZ 2025"},
        Refusal{
            R"({"activity_value":1,"activity_unit":"mmBtu","fuel_type":"natural_gas","region":"US","year":2025,"heating_value_basis":"LHV"})",
            "/heating_value_basis: the factors of 40 CFR 98", "HHV"},
        Refusal{R"({"activity_value":1,"activity_unit":"L","fuel_type":"DERV","region":"GB","year":2025,"dataset":"desnz_2026"})",
                "/year: no factor", "2026"},
        Refusal{R"({"activity_value":1,"activity_unit":"L","fuel_type":"DERV","region":"GB","year":2025,"dataset":"defra"})",
                "/dataset: no direct factor", "desnz_2025"},
        Refusal{R"({"activity_value":1,"activity_unit":"t","fuel_type":"gas_diesel_oil","region":"GLOBAL","year":2025})",
                "/sector: say the sector", "energy_industries, manufacturing"},
        Refusal{R"({"activity_value":1,"activity_unit":"kWh","fuel_type":"electricity","region":"GB","year":2025,"category":"mobile"})",
                "/category: no mobile factor", "direct"},
        Refusal{R"({"activity_value":1,"activity_unit":"kWh","fuel_type":"electricity","region":"GB","year":2025,"gwp_set":"AR6"})",
                "/gwp_set: unknown value", "AR6GWP100"},
        Refusal{
            R"({"activity_value":1,"activity_unit":"kWh","fuel_type":"electricity","region":"GB","year":2025,"heating_value_basis":"gross"})",
            "/heating_value_basis: unknown value", "HHV or LHV"},
        Refusal{R"({"activity_value":1,"activity_unit":"kWh","fuel_type":"electricity","region":"GB","year":2025,"scope":2})",
                "/scope: goes with ef_value", "published"},
        Refusal{R"({"activity_value":1,"activity_unit":"kWh","fuel_type":"electricity","region":"GB","year":2025,"ef_unit":"kgCO2e/kWh"})",
                "/ef_unit: goes with ef_value", "not given"},
        Refusal{R"({"activity_value":1,"activity_unit":"L","fuel_type":"DERV","ef_value":1,"ef_unit":"kgCO2e/L"})",
                "/fuel_type: give either", "not both"},
        Refusal{R"({"activity_value":1,"activity_unit":"L","ef_value":1})", "/ef_unit: is required", "kgCO2e/L"},
        Refusal{R"({"activity_value":1,"activity_unit":"L","ef_value":1,"ef_unit":"kgCO2e/kWh"})",
                "/ef_unit: a factor per kWh (energy) cannot be applied", "L (volume)"},
        Refusal{R"({"activity_value":1,"activity_unit":"L","ef_value":1,"ef_unit":"kg/L"})", "/ef_unit: ef_unit must be", "kgCO2e/L"},
        Refusal{R"({"activity_value":1,"activity_unit":"L","ef_value":1,"ef_unit":"LCO2e/L"})", "/ef_unit: ef_unit must be", "mass"},
        Refusal{R"({"activity_value":1,"activity_unit":"L","ef_value":1,"ef_unit":"kgCO2e/gallon"})", "/ef_unit: ", "gal_us or gal_imp"},
        Refusal{
            R"({"activity_value":1,"activity_unit":"MWh","fuel_type":"electricity","region":"US-CAMX","year":2025,"gwp_set":"AR6GWP100"})",
            "/gwp_set: eGRID2023 rev 2 prints", "AR5GWP100"},
        Refusal{R"({"activity_value":-1,"activity_unit":"L","fuel_type":"DERV","region":"GB","year":2025})",
                "/activity_value: must be at least 0", "-1"},
        Refusal{R"({"activity_value":1e19,"activity_unit":"L","fuel_type":"DERV","region":"GB","year":2025})",
                "/activity_value: must be at most", "1000000000000000000"}));

TEST(Selection, NeverCutsANameInsideACharacter) {
  for (std::size_t plain = 0; plain < 4; ++plain) {
    std::string name(plain, 'x');
    while (name.size() < 90) name += "\xE2\x82\xAC";
    const Reply reply =
        ask("calculate_emissions",
            json::Object{{"activity_value", 1}, {"activity_unit", "L"}, {"fuel_type", name}, {"region", "GB"}, {"year", 2025}});
    ASSERT_FALSE(reply.ok());
    EXPECT_TRUE(is_utf8(reply.error()));
  }
}

TEST(Selection, ALookupDoesNotGuessTheSector) {
  const Reply reply = ask("lookup_emission_factor", R"({"fuel_type":"gas_diesel_oil","region":"GLOBAL","year":2025})");
  ASSERT_FALSE(reply.ok());
  EXPECT_TRUE(reply.error().starts_with("/sector: say the sector")) << reply.error();
}

TEST(Selection, ALookupNamesItsUnit) {
  EXPECT_EQ(ask("lookup_emission_factor", R"({"fuel_type":"DERV","region":"GB","year":2025,"unit":"gal_imp"})").text("/ef_unit"),
            "kgCO2e/gal_imp");
  const Reply reply = ask("lookup_emission_factor", R"({"fuel_type":"electricity","region":"GB","year":2025,"unit":"L"})");
  ASSERT_FALSE(reply.ok());
  EXPECT_TRUE(reply.error().starts_with("/unit: the unit L (volume) does not fit")) << reply.error();
}

}  // namespace
}  // namespace greenlang::fuel_analyzer
