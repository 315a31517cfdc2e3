// Emissions of one activity: amount x factor for each gas, GWP last.
//
//   m_gas [kg] = activity_value x unit conversion x heating value x EF_gas     (40 CFR 98.33 Eq. C-1, C-8;
//                IPCC 2006 vol. 2 Tier 1; DESNZ methodology: activity x factor)
//   CO2e [kg]  = sum over gases of m_gas x GWP_gas
//
// Where a publication prints CO2e per unit in the GWP set that is asked for, its printed total is used, so
// that the answer agrees with the publication to the printed digit (its gas columns may differ from the
// total by its own rounding). CO2 of biomass is never in co2e_kg: it stands in biogenic_co2_kg.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "agents/fuel_analyzer/selection.hpp"
#include "agents/fuel_analyzer/tables.hpp"
#include "base/result.hpp"
#include "tool/steps.hpp"

namespace greenlang::fuel_analyzer {

inline constexpr std::array<std::string_view, 3> kOutputUnits = {"kgCO2e", "tCO2e", "MtCO2e"};
inline constexpr std::array<std::string_view, 2> kBasisNames = {"HHV", "LHV"};

struct Activity {
  double activity_value = 0;
  std::string_view activity_unit;
  // Either a published factor ...
  std::string_view fuel_type, region;
  std::optional<int> year;
  std::string_view heating_value_basis, dataset, sector, category;
  // ... or an explicit one.
  std::optional<double> ef_value;
  std::string_view ef_unit, ef_source;
  std::optional<int> scope;
  std::string_view gwp_set, output_unit;
  std::optional<double> activity_uncertainty_pct, ef_uncertainty_pct;
};

// Where the number came from.
struct Citation {
  std::string_view id, source, table, published_name, fuel, region, basis, unit, status;
  std::optional<int> year;
  std::optional<double> co2e_per_unit, co2_per_unit, ch4_per_unit, n2o_per_unit;  // as published, in `unit`
};

struct Emissions {
  double emissions_value = 0;
  std::string_view emissions_unit;
  double co2e_kg = 0;
  std::optional<double> co2_kg, ch4_kg, n2o_kg, biogenic_co2_kg;
  std::optional<int> scope;
  std::string_view gwp_set;
  double conversion_factor = 0;  // kg CO2e per activity_unit
  std::string_view calculation_formula;
  std::optional<double> uncertainty_pct;
  Citation factor;
  std::string_view note;
};

// Everything about a question that does not depend on the amount. Made once per distinct question.
struct Plan {
  const Factor* factor = nullptr;
  const Factor* outside = nullptr;  // outside-of-scopes row for the biogenic memo
  Gwp gwp{};
  double ch4_gwp = 0;
  GwpSet set = GwpSet::kAr5;
  const units::Unit* unit = nullptr;
  std::optional<double> unit_ratio;     // activity_unit -> unit of the factor or of its heating value
  std::optional<double> heating_value;  // energy per amount
  std::optional<double> energy_ratio;   // unit of the heating value -> unit of the factor
  std::optional<double> outside_ratio;  // activity_unit -> unit of the outside-of-scopes row
  bool printed_total = false;
  std::optional<double> printed_ch4_gwp, printed_n2o_gwp;  // to get masses back from printed CO2e
  Citation citation;
  std::string note, factor_unit;
  double conversion_factor = 0;
  // An explicit factor instead of a published one.
  std::optional<double> explicit_kg_per_unit;
  bool explicit_is_co2 = false;
};

// Calculates activities; remembers plans, so that a ledger with few distinct questions looks each up once.
// One object a thread. Pure: an answer depends on the activity and the tables alone.
class EmissionsCalculator {
 public:
  explicit EmissionsCalculator(const FactorTables& tables) : tables_(&tables) {}

  Result<Emissions> operator()(const Activity& activity, tool::Steps* steps) {
    forget_if_full();
    return calculate(activity, steps);
  }

  // The same for one of several activities of an answer; texts of the answers stay valid until the next
  // forget_if_full().
  Result<Emissions> calculate(const Activity& activity, tool::Steps* steps);
  void forget_if_full() {
    if (plans_.size() >= kMostPlans) plans_.clear();
  }
  const FactorTables& tables() const { return *tables_; }

  // The plan for an activity; valid until the next forget_if_full().
  Result<const Plan*> plan(const Activity& activity);

 private:
  static constexpr std::size_t kMostPlans = 4096;

  const FactorTables* tables_;
  std::unordered_map<std::string, std::unique_ptr<Plan>> plans_;
  std::string key_;
};

}  // namespace greenlang::fuel_analyzer
