// A greenhouse-gas inventory of many activities after the GHG Protocol: scope 1, scope 2 location-based
// and market-based, scope 3 category 3 (well-to-tank, transmission and distribution), and the biogenic
// memo. Totals are kept apart by gas; GWP is applied per line and never twice.
#pragma once

#include <vector>

#include "agents/fuel_analyzer/emissions.hpp"

namespace greenlang::fuel_analyzer {

inline constexpr std::size_t kMostActivities = 1000;

struct InventoryActivity : Activity {
  std::string_view label;
  // Contract-specific factor for scope 2, market-based: kg CO2e (or other mass) per unit.
  std::optional<double> market_ef_value;
  std::string_view market_ef_unit, market_ef_source;
};

struct InventoryInput {
  std::vector<InventoryActivity> activities;
  std::string_view gwp_set;
  bool include_scope_3 = true;
};

// kg. `unsplit_co2e_kg` is the part of co2e_kg whose publication gives no split by gas.
struct GasTotals {
  double co2e_kg = 0, co2_kg = 0, ch4_kg = 0, n2o_kg = 0, unsplit_co2e_kg = 0;
};

// One contribution: an answer of the emissions calculation, and which activity it belongs to. Derives, so that the
// field table reaches both.
struct InventoryLine : Emissions {
  int activity = 0;                // index into activities
  std::string_view label, method;  // method: location, market, or empty
  std::string_view category;
};

struct Inventory {
  GasTotals scope_1, scope_2_location, scope_2_market, scope_3;
  double biogenic_co2_kg = 0;
  double total_location_co2e_kg = 0, total_market_co2e_kg = 0;  // scope 1 + 2 + 3
  std::optional<double> uncertainty_pct;                        // of scope 1 and 2 (location), IPCC 2006 vol. 1 Eq. 3.2
  std::optional<double> uncertainty_covers_pct;
  std::string_view gwp_set;
  std::vector<InventoryLine> lines;
  std::vector<std::string> gaps;  // what is not in the totals, and why
};

class InventoryCalculator {
 public:
  explicit InventoryCalculator(const FactorTables& tables) : calculator_(tables) {}
  Result<Inventory> operator()(const InventoryInput& input, tool::Steps* steps);

 private:
  Result<void> add_activity(const InventoryInput& input, int index, Inventory& out, tool::Steps* steps);
  Result<void> add_market(const InventoryActivity& given, int index, const Emissions& location, Inventory& out, tool::Steps* steps);
  void add_scope_3(const InventoryActivity& given, int index, const Emissions& direct, Inventory& out, tool::Steps* steps);

  EmissionsCalculator calculator_;
};

}  // namespace greenlang::fuel_analyzer
