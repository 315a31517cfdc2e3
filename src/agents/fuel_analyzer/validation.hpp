// Is this amount of this fuel plausible? Rules about units and magnitude; the score is ours, not law.
#pragma once

#include <vector>

#include "agents/fuel_analyzer/selection.hpp"
#include "tool/steps.hpp"

namespace greenlang::fuel_analyzer {

struct ValidationInput {
  std::string_view fuel_type;
  double quantity = 0;
  std::string_view unit, region, heating_value_basis;
  std::optional<int> year;
};

struct ValidationOutput {
  bool valid = false;                 // calculate_emissions would accept it
  std::vector<std::string> warnings;  // every finding, in words
  std::optional<double> suggested_value;
  std::string_view suggested_unit;
  double plausibility_score = 0;  // 1 nothing found, 0 not usable
  std::string_view fuel, score_basis;
};

class Validation {
 public:
  explicit Validation(const FactorTables& tables) : tables_(&tables) {}
  Result<ValidationOutput> operator()(const ValidationInput& input, tool::Steps* steps);

 private:
  const FactorTables* tables_;
};

}  // namespace greenlang::fuel_analyzer
