// Makes the plan of an activity: selects the factor and everything that does not depend on the amount.
#pragma once

#include <memory>

#include "agents/fuel_analyzer/emissions.hpp"

namespace greenlang::fuel_analyzer {

Result<std::unique_ptr<Plan>> make_plan(const FactorTables& tables, const Activity& activity);

}  // namespace greenlang::fuel_analyzer
