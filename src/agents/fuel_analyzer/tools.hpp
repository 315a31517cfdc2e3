// The fuel analyzer as an agent: its tools over the regulatory tables.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "agents/fuel_analyzer/tables.hpp"
#include "base/result.hpp"
#include "tool/tool.hpp"

namespace greenlang::fuel_analyzer {

// The tables built into the program, with a company's own factors beside them when given.
Result<std::unique_ptr<const FactorTables>> load_tables(std::string_view own_factors_name = {}, std::string_view own_factors = {});

// The tables must outlive the agent.
tool::Agent make_agent(const FactorTables& tables);

}  // namespace greenlang::fuel_analyzer
