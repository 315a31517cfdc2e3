// The factor behind a question, without an amount.
#pragma once

#include "agents/fuel_analyzer/emissions.hpp"

namespace greenlang::fuel_analyzer {

struct LookupInput {
  std::string_view fuel_type, region;
  int year = 0;
  std::string_view unit, gwp_set, heating_value_basis, dataset, sector, category;
};

// Amounts are kg per `ef_unit`'s unit; nullopt where the publication gives none.
struct LookupOutput {
  std::string ef_uri;   // "ef://" and the factor's id
  double ef_value = 0;  // kg CO2e per unit, in gwp_set, computed from the gases or printed
  std::string ef_unit;
  std::optional<double> co2, ch4, n2o, biogenic_co2, heating_value, uncertainty_pct;
  std::string_view heating_value_unit, source, edition, table, published_name, fuel, region, basis, gwp_set, status, citation;
  int factor_year = 0;
  std::optional<int> scope;
};

class Lookup {
 public:
  explicit Lookup(const FactorTables& tables) : calculator_(tables) {}
  Result<LookupOutput> operator()(const LookupInput& input, tool::Steps* steps);

 private:
  EmissionsCalculator calculator_;
};

}  // namespace greenlang::fuel_analyzer
