// What must be true of the shipped tables, whoever edits them.
#include "agents/fuel_analyzer/tables.hpp"

#include <gtest/gtest.h>

#include <fstream>
#include <set>
#include <sstream>

#include "agents/fuel_analyzer/testing.hpp"

namespace greenlang::fuel_analyzer {
namespace {

using testing::all_rows;
using testing::shipped;

TEST(Tables, GwpsAreThoseOfTheAssessmentReports) {
  const FactorTables& tables = *shipped().tables;
  const auto set = [&](GwpSet name) {
    const Gwp& gwp = tables.gwp(name);
    return std::vector<double>{gwp.ch4_fossil, gwp.ch4_non_fossil, gwp.n2o};
  };
  EXPECT_EQ(set(GwpSet::kAr4), (std::vector<double>{25, 25, 298}));
  EXPECT_EQ(set(GwpSet::kAr5), (std::vector<double>{28, 28, 265}));
  EXPECT_EQ(set(GwpSet::kAr6), (std::vector<double>{29.8, 27, 273}));
}

TEST(Tables, NamesOfGwpSetsGoBothWays) {
  for (std::string_view name : kGwpSetNames) EXPECT_EQ(gwp_set_name(*gwp_set(name)), name);
  EXPECT_FALSE(gwp_set("AR5"));
}

// DESNZ prints gases as CO2e, and a total: they agree within the rounding of the print.
TEST(Tables, GasesOfDesnzAddUpToTheirTotal) {
  int rows = 0;
  for (const Factor* row : all_rows()) {
    if (!row->gases_are_co2e || !row->co2e || !row->co2 || !row->ch4 || !row->n2o) continue;
    ++rows;
    EXPECT_NEAR(*row->co2 + *row->ch4 + *row->n2o, *row->co2e, 1.0001e-5 * std::fmax(1, *row->co2e)) << row->id;
  }
  EXPECT_GT(rows, 200);
}

TEST(Tables, EveryDatasetIsInTheSources) {
  std::ifstream in(GREENLANG_SOURCE_DIR "/data/SOURCES.md");
  std::stringstream text;
  text << in.rdbuf();
  for (const Dataset& dataset : shipped().tables->datasets()) {
    EXPECT_NE(text.str().find("fuel/factors/" + dataset.key + ".csv"), std::string::npos) << dataset.key;
    EXPECT_FALSE(dataset.citation.empty() || dataset.verification.empty() || dataset.title.empty() || dataset.edition.empty())
        << dataset.key;
    EXPECT_LE(dataset.year_from, dataset.year_to);
    EXPECT_FALSE(dataset.own);
  }
}

TEST(Tables, PrecedencesDiffer) {
  std::set<int> seen;
  for (const Dataset& dataset : shipped().tables->datasets()) EXPECT_TRUE(seen.insert(dataset.precedence).second) << dataset.key;
}

TEST(Tables, RowsSayWhereTheyComeFrom) {
  for (const Factor* row : all_rows()) {
    EXPECT_FALSE(row->table.empty() || row->status.empty() || row->published_name.empty()) << row->id;
    const char mark = row->status[0];
    EXPECT_TRUE(mark == 'V' || mark == 'C' || mark == 'X') << row->id << ": " << row->status;  // nothing from memory
    EXPECT_EQ(row->status.find("memory"), std::string::npos) << row->id;
  }
}

TEST(Tables, RowsMakeSense) {
  for (const Factor* row : all_rows()) {
    SCOPED_TRACE(row->id);
    const bool memo = row->category == "outside_of_scopes";
    EXPECT_TRUE(!memo || (row->biogenic && row->co2 && !row->co2e));
    const bool upstream = row->category.starts_with("well_to_tank") || row->category == "transmission_distribution";
    const bool purchased = row->fuel->phase == Phase::kElectricity || row->fuel->phase == Phase::kHeat;
    EXPECT_EQ(row->scope, upstream ? 3 : memo ? 0 : purchased ? 2 : 1);
    EXPECT_EQ(row->basis != Basis::kNone, row->per_unit->dimension == units::Dimension::kEnergy && !purchased);
    EXPECT_EQ(row->mass_unit_kg != 1, row->dataset->key.starts_with("egrid"));
    EXPECT_GT(row->heating_value.value_or(1), 0);
  }
}

TEST(Tables, BiogenicRowsAreOfFuelsThatMayBe) {
  for (const Factor* row : all_rows()) {
    EXPECT_TRUE(!row->biogenic || row->fuel->origin != Origin::kEnergy || row->category == "outside_of_scopes") << row->id;
  }
}

// Per-tonne and per-kWh rows of a fuel imply its calorific value: gross above net, both plausible.
TEST(Tables, GrossFactorsAreBelowNetFactors) {
  int pairs = 0;
  for (const Factor* gross : all_rows()) {
    if (gross->basis != Basis::kHhv) continue;
    for (const Factor* net : shipped().tables->factors_of(*gross->fuel)) {
      if (net->basis != Basis::kLhv || net->dataset != gross->dataset || net->category != gross->category ||
          net->per_unit != gross->per_unit || !net->co2e)
        continue;
      ++pairs;
      EXPECT_LE(*gross->co2e, *net->co2e) << gross->id;
      EXPECT_GT(*gross->co2e, 0.75 * *net->co2e) << gross->id;
    }
  }
  EXPECT_GT(pairs, 80);
}

TEST(Tables, CarbonOfFossilFuelsIsPlausible) {
  for (const Factor* row : all_rows()) {
    if (row->fuel->origin != Origin::kFossil || row->category != "direct" || row->per_unit->dimension != units::Dimension::kEnergy ||
        !row->co2)
      continue;
    const double kg_per_gj = *row->co2 * row->mass_unit_kg / row->per_unit->si * 1000;
    if (row->fuel->key == "blast_furnace_gas" || row->fuel->key == "oxygen_steel_furnace_gas") continue;  // mostly CO and CO2
    EXPECT_GT(kg_per_gj, 35) << row->id;
    EXPECT_LT(kg_per_gj, 125) << row->id;
  }
}

TEST(Tables, RegionsContainTheirParts) {
  const FactorTables& tables = *shipped().tables;
  EXPECT_TRUE(contains(tables.region("US"), tables.region("US-CAMX")));
  EXPECT_FALSE(contains(tables.region("US-CAMX"), tables.region("US")));
  EXPECT_FALSE(contains(tables.region("GB"), tables.region("US")));
}

TEST(Tables, SuggestionsDoNotDependOnTheMachine) {
  const auto& names = shipped().tables->fuel_names();
  EXPECT_TRUE(std::is_sorted(names.begin(), names.end()));
}

}  // namespace
}  // namespace greenlang::fuel_analyzer
