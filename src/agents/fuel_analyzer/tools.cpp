#include "agents/fuel_analyzer/tools.hpp"

#include "agents/fuel_analyzer/conversion.hpp"
#include "agents/fuel_analyzer/emissions.hpp"
#include "agents/fuel_analyzer/fields.hpp"
#include "agents/fuel_analyzer/inventory.hpp"
#include "agents/fuel_analyzer/lookup.hpp"
#include "agents/fuel_analyzer/validation.hpp"

namespace greenlang::embedded {
std::span<const File> files_gl_agents_fuel_analyzer();
}

namespace greenlang::fuel_analyzer {
namespace {

using tool::Tool;

template <class In, class Out, class Calculator> std::function<std::unique_ptr<tool::Session>()> open(const FactorTables& tables,
                                                                                                      const tool::ObjectType& input,
                                                                                                      const tool::ObjectType& output) {
  return tool::opener<In, Out>(input, output, [&tables] { return Calculator(tables); });
}

}  // namespace

Result<std::unique_ptr<const FactorTables>> load_tables(std::string_view own_factors_name, std::string_view own_factors) {
  return FactorTables::load(embedded::files_gl_agents_fuel_analyzer(), own_factors_name, own_factors);
}

tool::Agent make_agent(const FactorTables& tables) {
  tool::Agent agent;
  agent.name = "fuel-analyzer";
  agent.version = "0.1.0";
  agent.doc =
      "Emissions of fuels, electricity and heat from published factors (40 CFR 98, EPA Hub, DESNZ, IPCC 2006, eGRID), each number with its source.";
  agent.data_version = tables.version();
  agent.tools.push_back(Tool{
      "calculate_emissions",
      "1.0.0",
      "Emissions of one activity",
      "Amount times factor for each gas, GWP last. Takes a fuel with region and year, or an explicit factor. Unknown or ambiguous input is an error that names what would work.",
      &activity_type(),
      &emissions_type(),
      open<Activity, Emissions, EmissionsCalculator>(tables, activity_type(), emissions_type()),
      {"scope", "factor.fuel"},
      {"co2e_kg", "biogenic_co2_kg"}});
  agent.tools.push_back(
      Tool{"calculate_inventory", "1.0.0", "Greenhouse-gas inventory of many activities",
           "Scope 1, scope 2 (location- and market-based), scope 3 well-to-tank and grid losses, and the biogenic memo, each gas apart.",
           &inventory_input_type(), &inventory_type(),
           open<InventoryInput, Inventory, InventoryCalculator>(tables, inventory_input_type(), inventory_type())});
  agent.tools.push_back(Tool{"lookup_emission_factor", "1.0.0", "A published emission factor",
                             "The factor for a fuel, region and year with its gases, source, table, basis and GWP set.",
                             &lookup_input_type(), &lookup_output_type(),
                             open<LookupInput, LookupOutput, Lookup>(tables, lookup_input_type(), lookup_output_type())});
  agent.tools.push_back(
      Tool{"validate_fuel_input", "1.0.0", "Check an amount of fuel",
           "Whether the fuel and unit are known, suit each other and look plausible, with a suggestion.", &validation_input_type(),
           &validation_output_type(),
           open<ValidationInput, ValidationOutput, Validation>(tables, validation_input_type(), validation_output_type())});
  agent.tools.push_back(
      Tool{"convert_units", "1.0.0", "Convert a quantity",
           "Exact between units of one kind; between mass, volume and energy by the fuel's published density and calorific value.",
           &conversion_input_type(), &conversion_output_type(),
           open<ConversionInput, ConversionOutput, Conversion>(tables, conversion_input_type(), conversion_output_type())});
  return agent;
}

}  // namespace greenlang::fuel_analyzer
