// Which published factor answers a question. Nothing is guessed: an unknown or ambiguous name, a
// missing year, a unit that does not fit, or a basis that is not said is an error that names what
// would work.
#pragma once

#include <string_view>

#include "agents/fuel_analyzer/tables.hpp"
#include "base/result.hpp"

namespace greenlang::fuel_analyzer {

inline constexpr std::array<std::string_view, 6> kCategories = {
    "direct", "mobile", "well_to_tank", "transmission_distribution", "well_to_tank_transmission_distribution", "outside_of_scopes"};
inline constexpr std::array<std::string_view, 4> kSectors = {"energy_industries", "manufacturing", "commercial_institutional",
                                                             "residential_agriculture"};

// What is asked; texts as the caller gave them. Empty means "not said".
struct Question {
  std::string_view fuel_type, region;
  int year = 0;
  std::string_view category;  // empty: direct
  std::string_view dataset, sector, basis;
  const units::Unit* unit = nullptr;  // of the activity; null when only the factor is asked for
};

// The fuel that a name means in a region (exact after folding). Errors at /fuel_type.
Result<const Fuel*> find_fuel(const FactorTables& tables, std::string_view name, const Region& region);
// Errors at /region.
Result<const Region*> find_region(const FactorTables& tables, std::string_view name);

// The factor of the publication with the lowest precedence number that has one for the unit.
Result<const Factor*> select_factor(const FactorTables& tables, const Question& question);

// Like select_factor, for a companion of `factor` (its well-to-tank, losses or outside-of-scopes row) in
// the same publication, region and, where possible, unit. Null when none is published.
const Factor* companion(const FactorTables& tables, const Factor& factor, std::string_view category, const units::Unit& unit);

// True when an amount in `unit` can be put through the factor, directly or by its heating value.
bool fits(const Factor& factor, const units::Unit& unit);

}  // namespace greenlang::fuel_analyzer
