// A data file that is broken anywhere is refused with file and line, never half read.
#include "agents/fuel_analyzer/table_loader.hpp"

#include <gtest/gtest.h>

#include "agents/fuel_analyzer/testing.hpp"
#include "base/embedded.hpp"

namespace greenlang::embedded {
std::span<const File> files_gl_agents_fuel_analyzer();
}

namespace greenlang::fuel_analyzer {
namespace {

// The shipped files, with one changed. Returns "file:line: message" or "" when all is well.
std::string load_with(std::string_view path, const std::function<void(std::string&)>& change) {
  std::vector<embedded::File> files;
  std::string changed;
  for (const embedded::File& file : embedded::files_gl_agents_fuel_analyzer()) {
    files.push_back(file);
    if (file.path != path) continue;
    changed = file.bytes;
    change(changed);
    files.back().bytes = changed;
  }
  auto loaded = FactorTables::load(files);
  return loaded.ok() ? "" : loaded.error().path + ": " + loaded.error().message;
}

// The file with a line at its end; "@" in `expected` stands for "path:line of that line".
void refuses(std::string_view path, const std::string& line, std::string expected) {
  std::string where;
  const std::string error = load_with(path, [&](std::string& text) {
    if (!text.ends_with('\n')) text.push_back('\n');
    where = std::string(path) + ":" + std::to_string(1 + std::count(text.begin(), text.end(), '\n'));
    text += line + "\n";
  });
  if (expected.starts_with('@')) expected.replace(0, 1, where);
  EXPECT_TRUE(error.starts_with(expected)) << line << "\n  gives: " << error << "\n  wanted: " << expected;
}

// The file without a column.
void misses(std::string_view path, std::string_view column) {
  const std::string error = load_with(path, [&](std::string& text) {
    const std::size_t at = text.find(column);
    ASSERT_LT(at, text.find('\n'));
    text.replace(at, column.size(), "x_" + std::string(column));
  });
  EXPECT_EQ(error, std::string(path) + ":1: the column \"" + std::string(column) + "\" is missing");
}

constexpr std::string_view kFactors = "data/fuel/factors/desnz_2025.csv";
constexpr std::string_view kEpa = "data/fuel/factors/epa_40cfr98.csv";

TEST(TableLoader, TakesTheShippedFiles) {
  EXPECT_EQ(load_with("", [](std::string&) {}), "");
}

TEST(TableLoader, WantsEveryFile) {
  for (std::string_view missing :
       {"data/gwp100.csv", "data/fuel/datasets.csv", "data/fuel/regions.csv", "data/fuel/fuels.csv", "data/fuel/synonyms.csv"}) {
    std::vector<embedded::File> files;
    for (const embedded::File& file : embedded::files_gl_agents_fuel_analyzer()) {
      if (file.path != missing) files.push_back(file);
    }
    auto loaded = FactorTables::load(files);
    ASSERT_FALSE(loaded.ok()) << missing;
    EXPECT_EQ(loaded.error().path, missing);
  }
}

TEST(TableLoader, WantsEveryColumn) {
  for (std::string_view column :
       {"region", "category", "per_unit", "basis", "mass_unit", "ch4", "n2o", "gas_form", "biogenic", "heating_value_unit", "status"})
    misses(kFactors, column);
  misses("data/gwp100.csv", "AR5");
  misses("data/fuel/datasets.csv", "year_to");
  misses("data/fuel/regions.csv", "parent");
  misses("data/fuel/fuels.csv", "phase");
  misses("data/fuel/fuel_properties.csv", "gross_cv_gj_per_t");
  misses("data/fuel/synonyms.csv", "region");
}

TEST(TableLoader, RefusesBrokenFactors) {
  // fuel,published_name,region,sector,scope,category,table,per_unit,basis,mass_unit,co2,ch4,n2o,gas_form,co2e,biogenic,heating_value,heating_value_unit,status
  refuses(kFactors, "unobtainium,U,GB,,1,direct,Fuels,t,,kg,1,1,1,co2e,3,0,,,V", "@: unknown fuel \"unobtainium\"");
  refuses(kFactors, "butane,B,Narnia,,1,direct,Fuels,t,,kg,1,1,1,co2e,3,0,,,V", "@: unknown region \"Narnia\"");
  refuses(kFactors, "butane,B,GB,,1,direct,Fuels,bucket,,kg,1,1,1,co2e,3,0,,,V", "@: unknown per_unit \"bucket\"");
  refuses(kFactors, "butane,B,GB,,1,direct,Fuels,GJ,HCV,kg,1,1,1,co2e,3,0,,,V", "@: basis must be HHV, LHV or empty");
  refuses(kFactors, "butane,B,GB,,1,direct,Fuels,GJ,,L,1,1,1,co2e,3,0,,,V", "@: unknown mass_unit");
  refuses(kFactors, "butane,B,GB,,1,direct,Fuels,GJ,,kg,1.2.3,1,1,co2e,3,0,,,V", "@: co2 must be a number >= 0; it is \"1.2.3\"");
  refuses(kFactors, "butane,B,GB,,1,direct,Fuels,GJ,,kg,1,-1,1,co2e,3,0,,,V", "@: ch4 must be a number >= 0; it is \"-1\"");
  refuses(kFactors, "butane,B,GB,,1,direct,Fuels,GJ,,kg,1,1,inf,co2e,3,0,,,V", "@: n2o must be a number >= 0; it is \"inf\"");
  refuses(kFactors, "butane,B,GB,,1,direct,Fuels,GJ,,kg,,,,co2e,,0,,,V", "@: has neither co2 nor co2e");
  refuses(kFactors, "butane,B,GB,,1,direct,Fuels,GJ,,kg,1,1,1,gases,3,0,,,V", "@: gas_form must be mass or co2e");
  refuses(kEpa, "butane,B,US,,1,direct,T,GJ,,kg,1,1,1,co2e,3,0,,,V", "@: CO2e values need a gwp_set");
  refuses(kFactors, "butane,B,GB,,one,direct,Fuels,GJ,,kg,1,1,1,co2e,3,0,,,V", "@: scope must be a whole number");
  refuses(kFactors, "butane,B,GB,,4,direct,Fuels,GJ,,kg,1,1,1,co2e,3,0,,,V", "@: scope must be 1, 2, 3 or empty");
  refuses(kFactors, "butane,B,GB,,1,drect,Fuels,GJ,,kg,1,1,1,co2e,3,0,,,V", "@: unknown category \"drect\"");
  refuses(kFactors, "butane,B,GB,farms,1,direct,Fuels,GJ,,kg,1,1,1,co2e,3,0,,,V", "@: unknown sector \"farms\"");
  refuses(kFactors, "butane,B,GB,,1,direct,Fuels,GJ,,kg,1,1,1,co2e,3,yes,,,V", "@: biogenic must be 0 or 1");
  refuses(kFactors, "butane,B,GB,,1,direct,Fuels,GJ,,kg,1,1,1,co2e,3,0,45,GJ,V", "@: heating_value_unit must be energy/amount");
  refuses(kFactors, "butane,B,GB,,1,direct,Fuels,GJ,,kg,1,1,1,co2e,3,0,45,GJ/bucket,V", "@: heating_value_unit must be energy/amount");
  refuses(kFactors, "butane,B,GB,,1,direct,Fuels,t,,kg,1,1,1,co2e,3,0,,,V", "@: there is a row for desnz_2025/butane/direct/t already");
  refuses(kFactors, "butane,B,GB", "@: has 3 cells; the header has 19");
  refuses(kFactors, "butane,\"B,GB", "@: a quoted cell is never closed");
}

TEST(TableLoader, RefusesBrokenLists) {
  refuses("data/fuel/datasets.csv", "new,T,E,P,2025,20x5,2025,1,,L,A,C,V", "@: year_from must be a whole number");
  refuses("data/fuel/datasets.csv", "new,T,E,P,2025,2025,2025,1,AR9,L,A,C,V", "@: unknown gwp_set");
  refuses("data/fuel/datasets.csv", "desnz_2025,T,E,P,2025,2025,2025,1,,L,A,C,V", "@: the dataset appears twice");
  refuses("data/fuel/regions.csv", "XX,Nowhere,country,YY,", "@: the parent region must come before its parts");
  refuses("data/fuel/regions.csv", "XX,Nowhere,country,,Britain", "@: the name \"Britain\" already means another region");
  refuses("data/fuel/fuels.csv", "new,New,plasma,fossil", "@: unknown phase or kind");
  refuses("data/fuel/fuels.csv", "new,New,gas,magic", "@: unknown phase or kind");
  refuses("data/fuel/fuels.csv", "butane,Butane,gas,fossil", "@: the fuel appears twice");
  refuses("data/fuel/synonyms.csv", "x,GB,unobtainium,", "@: unknown fuel \"unobtainium\"");
  refuses("data/fuel/synonyms.csv", "x,Narnia,butane,", "@: unknown region");
  refuses("data/fuel/synonyms.csv", "--,GB,butane,", "@: the name has no letters or digits");
  refuses("data/fuel/fuel_properties.csv", "desnz_2025,unobtainium,1,1,1,V", "@: unknown dataset or fuel");
  refuses("data/fuel/fuel_properties.csv", "desnz_2025,butane,1,heavy,1,V", "@: gross_cv_gj_per_t must be a number");
}

TEST(TableLoader, WantsTheGwpOfEveryGas) {
  const auto change = [](std::string_view from, std::string_view to) {
    return load_with("data/gwp100.csv", [&](std::string& text) { text.replace(text.find(from), from.size(), to); });
  };
  EXPECT_EQ(change("N2O,298,265,273", "N2O,298,,273"), "data/gwp100.csv:6: has no value for AR5");
  EXPECT_EQ(change("N2O,298", "N2X,298"), "data/gwp100.csv: has no row for N2O");
  EXPECT_TRUE(change("CH4 (fossil),25", "CH4 (fossil),x").starts_with("data/gwp100.csv:3: AR4 must be a number"));
}

TEST(TableLoader, WantsADatasetForEveryFactorFile) {
  std::vector<embedded::File> files(embedded::files_gl_agents_fuel_analyzer().begin(), embedded::files_gl_agents_fuel_analyzer().end());
  files.push_back({"data/fuel/factors/unheard_of.csv", "fuel\n"});
  auto loaded = FactorTables::load(files);
  ASSERT_FALSE(loaded.ok());
  EXPECT_EQ(loaded.error().path, "data/fuel/factors/unheard_of.csv");
}

TEST(TableLoader, TheVersionIsThatOfTheBytes) {
  std::vector<embedded::File> files(embedded::files_gl_agents_fuel_analyzer().begin(), embedded::files_gl_agents_fuel_analyzer().end());
  const std::string same = (*FactorTables::load(files))->version();
  EXPECT_EQ(same, testing::shipped().tables->version());
  EXPECT_EQ(same.size(), 64u);
  const std::string longer = std::string(files.back().bytes) + "\n";
  files.back().bytes = longer;
  EXPECT_NE((*FactorTables::load(files))->version(), same);
}

}  // namespace
}  // namespace greenlang::fuel_analyzer
