// Unit conversion: exact between units of one kind; between mass, volume and energy of a fuel by its
// published density and calorific value.
#pragma once

#include "agents/fuel_analyzer/selection.hpp"
#include "tool/steps.hpp"

namespace greenlang::fuel_analyzer {

struct ConversionInput {
  double value = 0;
  std::string_view from_unit, to_unit;
  std::string_view fuel_type, region, heating_value_basis;  // only across kinds of units
};

struct ConversionOutput {
  double value = 0;
  std::string_view unit;
  double factor = 0;  // to_unit per from_unit
  std::string_view definition, source, basis;
};

class Conversion {
 public:
  explicit Conversion(const FactorTables& tables) : tables_(&tables) {}
  Result<ConversionOutput> operator()(const ConversionInput& input, tool::Steps* steps);

 private:
  const FactorTables* tables_;
};

}  // namespace greenlang::fuel_analyzer
