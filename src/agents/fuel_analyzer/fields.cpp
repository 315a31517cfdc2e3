#include "agents/fuel_analyzer/fields.hpp"

#include "agents/fuel_analyzer/conversion.hpp"
#include "agents/fuel_analyzer/emissions.hpp"
#include "agents/fuel_analyzer/inventory.hpp"
#include "agents/fuel_analyzer/lookup.hpp"
#include "agents/fuel_analyzer/validation.hpp"

namespace greenlang::fuel_analyzer {
namespace {

using tool::Field;
using tool::field;
using tool::ObjectType;

constexpr std::string_view kGwpDefault = "AR5GWP100, the set of 40 CFR 98 Table A-1 (since 2025), EPA and DESNZ";
constexpr std::string_view kBasisDoc = "Heating value basis of an amount of energy: HHV (gross) or LHV (net).";
constexpr std::string_view kFuelDoc = "The fuel, by key or as people write it: natural_gas, DERV, heating oil no. 2, Erdgas, electricity.";
constexpr std::string_view kRegionDoc = "US, an eGRID subregion such as US-CAMX, GB, or GLOBAL (IPCC 2006 defaults).";
constexpr std::string_view kDatasetDoc =
    "Restricts the answer to one publication: epa_40cfr98, epa_hub_2025, desnz_2025, ipcc_2006, egrid2023_rev2, ...";
constexpr std::string_view kSectorDoc = "IPCC source category, where CH4 and N2O depend on it.";

// Fields of Activity; also the first fields of an inventory's activity, which derives from it.
std::vector<Field> activity_fields() {
  std::vector<Field> out;
  out.push_back(field<&Activity::activity_value>("activity_value", "Amount consumed, in activity_unit.")
                    .required()
                    .at_least(0)
                    .at_most(1e18)
                    .example("1000"));
  out.push_back(
      field<&Activity::activity_unit>(
          "activity_unit", "Unit of activity_value: kWh, MJ, GJ, therm, mmBtu, L, m3, gal_us, gal_imp, scf, kg, t, short_ton, ...")
          .required()
          .longest(40)
          .example("\"kWh\""));
  out.push_back(field<&Activity::fuel_type>("fuel_type", kFuelDoc).longest(100).example("\"natural_gas\""));
  out.push_back(field<&Activity::region>("region", kRegionDoc).longest(60).example("\"GB\""));
  out.push_back(field<&Activity::year>("year", "Reporting year.").at_least(1990).at_most(2100).example("2025"));
  out.push_back(field<&Activity::heating_value_basis>("heating_value_basis", kBasisDoc).one_of(kBasisNames).example("\"HHV\""));
  out.push_back(field<&Activity::gwp_set>("gwp_set", "100-year global warming potentials.").one_of(kGwpSetNames).otherwise(kGwpDefault));
  out.push_back(field<&Activity::dataset>("dataset", kDatasetDoc).longest(60));
  out.push_back(field<&Activity::sector>("sector", kSectorDoc).one_of(kSectors));
  out.push_back(field<&Activity::category>("category", "What is asked: the use itself, or its upstream part.")
                    .one_of(kCategories)
                    .otherwise("direct"));
  out.push_back(field<&Activity::ef_value>("ef_value", "An explicit emission factor instead of fuel_type, region and year.")
                    .at_least(0)
                    .at_most(1e12));
  out.push_back(field<&Activity::ef_unit>("ef_unit", "Unit of ef_value: kgCO2e/L, tCO2e/MWh, kgCO2/mmBtu, ...").longest(40));
  out.push_back(field<&Activity::ef_source>("ef_source", "Who states ef_value; named in the answer.").longest(200));
  out.push_back(field<&Activity::scope>("scope", "GHG Protocol scope, with ef_value only.").at_least(1).at_most(3));
  out.push_back(field<&Activity::output_unit>("output_unit", "Unit of emissions_value. MtCO2e is a million tonnes.")
                    .one_of(kOutputUnits)
                    .otherwise("kgCO2e"));
  out.push_back(field<&Activity::activity_uncertainty_pct>("activity_uncertainty_pct", "95 % uncertainty of activity_value.")
                    .unit("%")
                    .at_least(0)
                    .at_most(1000));
  out.push_back(
      field<&Activity::ef_uncertainty_pct>("ef_uncertainty_pct", "95 % uncertainty of the factor. The publications used here give none.")
          .unit("%")
          .at_least(0)
          .at_most(1000));
  return out;
}

const ObjectType& citation_type() {
  static const ObjectType kType{"Factor", "The factor used, as it is published.",
                                [] {
    std::vector<Field> out;
    out.push_back(field<&Citation::id>("id", "Stable name of the row: dataset/fuel/category/unit."));
    out.push_back(field<&Citation::source>("source", "Publication, or who states an own factor."));
    out.push_back(field<&Citation::table>("table", "Table of the publication."));
    out.push_back(field<&Citation::year>("year", "First reporting year the edition applies to."));
    out.push_back(field<&Citation::basis>("basis", "HHV or LHV; null for factors per mass, volume or kWh of electricity."));
    out.push_back(field<&Citation::published_name>("published_name", "The fuel's name in the table.").not_in_csv());
    out.push_back(field<&Citation::fuel>("fuel", "Our key of the fuel.").not_in_csv());
    out.push_back(field<&Citation::region>("region", "Where the factor applies.").not_in_csv());
    out.push_back(field<&Citation::unit>("unit", "Mass per unit of the numbers below.").not_in_csv());
    out.push_back(
        field<&Citation::co2e_per_unit>("co2e_per_unit", "Printed CO2e total; null when the table prints gases only.").not_in_csv());
    out.push_back(field<&Citation::co2_per_unit>("co2_per_unit", "Printed CO2.").not_in_csv());
    out.push_back(field<&Citation::ch4_per_unit>("ch4_per_unit", "Printed CH4 (DESNZ prints it as CO2e).").not_in_csv());
    out.push_back(field<&Citation::n2o_per_unit>("n2o_per_unit", "Printed N2O (DESNZ prints it as CO2e).").not_in_csv());
    out.push_back(field<&Citation::status>("status", "How the row was verified (data/SOURCES.md).").not_in_csv());
    return out;
                                }()};
  return kType;
}

const ObjectType& gas_totals_type() {
  static const ObjectType kType{"GasTotals", "A total with each gas apart.",
                                [] {
    std::vector<Field> out;
    out.push_back(field<&GasTotals::co2e_kg>("co2e_kg", "All gases.").unit("kg CO2e"));
    out.push_back(field<&GasTotals::co2_kg>("co2_kg", "Fossil CO2 of the lines with a split.").unit("kg"));
    out.push_back(field<&GasTotals::ch4_kg>("ch4_kg", "CH4 of the lines with a split.").unit("kg"));
    out.push_back(field<&GasTotals::n2o_kg>("n2o_kg", "N2O of the lines with a split.").unit("kg"));
    out.push_back(
        field<&GasTotals::unsplit_co2e_kg>("unsplit_co2e_kg", "Part of co2e_kg whose publication gives no split by gas.").unit("kg CO2e"));
    return out;
                                }()};
  return kType;
}

const ObjectType& inventory_line_type() {
  static const ObjectType kType{"InventoryLine", "One contribution to the totals.",
                                [] {
    std::vector<Field> out;
    out.push_back(field<&InventoryLine::activity>("activity", "Index into activities."));
    out.push_back(field<&InventoryLine::label>("label", "The activity's label."));
    out.push_back(field<&InventoryLine::scope>("scope", "GHG Protocol scope."));
    out.push_back(field<&InventoryLine::method>("method", "Scope 2 only: location or market; null when the line counts in both."));
    out.push_back(field<&InventoryLine::category>("category", "direct, well_to_tank, transmission_distribution, ..."));
    out.push_back(field<&InventoryLine::co2e_kg>("co2e_kg", "All gases.").unit("kg CO2e"));
    out.push_back(field<&InventoryLine::co2_kg>("co2_kg", "Fossil CO2.").unit("kg"));
    out.push_back(field<&InventoryLine::ch4_kg>("ch4_kg", "CH4.").unit("kg"));
    out.push_back(field<&InventoryLine::n2o_kg>("n2o_kg", "N2O.").unit("kg"));
    out.push_back(field<&InventoryLine::biogenic_co2_kg>("biogenic_co2_kg", "Biogenic CO2, outside of scopes.").unit("kg"));
    out.push_back(
        field<&InventoryLine::uncertainty_pct>("uncertainty_pct", "Combined 95 % uncertainty, when both parts are given.").unit("%"));
    out.push_back(field<&InventoryLine::factor>("factor", "The factor used.").of(citation_type()));
    out.push_back(field<&InventoryLine::note>("note", "What to know about the number."));
    return out;
                                }()};
  return kType;
}

const ObjectType& inventory_activity_type() {
  static const ObjectType kType{"InventoryActivity", "One activity: the fields of calculate_emissions, a label and a contract factor.",
                                [] {
    std::vector<Field> out = activity_fields();
    out.push_back(field<&InventoryActivity::label>("label", "The caller's name for the activity.").longest(200));
    out.push_back(field<&InventoryActivity::market_ef_value>("market_ef_value",
                                                             "Contract-specific factor of purchased energy, for the market-based total.")
                      .at_least(0)
                      .at_most(1e12));
    out.push_back(field<&InventoryActivity::market_ef_unit>("market_ef_unit", "Unit of market_ef_value: kgCO2e/kWh.").longest(40));
    out.push_back(field<&InventoryActivity::market_ef_source>("market_ef_source", "The contract or certificate.").longest(200));
    return out;
                                }()};
  return kType;
}

}  // namespace

const ObjectType& activity_type() {
  static const ObjectType kType{"Activity", "An amount of fuel, electricity or heat, with a published or an explicit factor.",
                                activity_fields()};
  return kType;
}

const ObjectType& emissions_type() {
  static const ObjectType kType{"Emissions", "Emissions of one activity.",
                                [] {
    std::vector<Field> out;
    out.push_back(field<&Emissions::emissions_value>("emissions_value", "CO2e in emissions_unit."));
    out.push_back(field<&Emissions::emissions_unit>("emissions_unit", "kgCO2e, tCO2e or MtCO2e."));
    out.push_back(field<&Emissions::co2e_kg>("co2e_kg", "CO2e without biogenic CO2.").unit("kg CO2e"));
    out.push_back(field<&Emissions::co2_kg>("co2_kg", "Fossil CO2; null when the publication gives no split.").unit("kg"));
    out.push_back(field<&Emissions::ch4_kg>("ch4_kg", "CH4, as mass.").unit("kg"));
    out.push_back(field<&Emissions::n2o_kg>("n2o_kg", "N2O, as mass.").unit("kg"));
    out.push_back(
        field<&Emissions::biogenic_co2_kg>("biogenic_co2_kg", "Biogenic CO2, reported outside of scopes; null when unknown.").unit("kg"));
    out.push_back(field<&Emissions::scope>("scope", "GHG Protocol scope."));
    out.push_back(field<&Emissions::gwp_set>("gwp_set", "The GWP set used."));
    out.push_back(field<&Emissions::factor>("factor", "The factor used.").of(citation_type()));
    out.push_back(field<&Emissions::conversion_factor>("conversion_factor", "kg CO2e for one activity_unit.").not_in_csv());
    out.push_back(field<&Emissions::calculation_formula>("calculation_formula", "The calculation in one line; explain=1 gives every step.")
                      .not_in_csv());
    out.push_back(field<&Emissions::uncertainty_pct>("uncertainty_pct", "Combined 95 % uncertainty, when both parts are given.")
                      .unit("%")
                      .source("IPCC 2006 vol. 1 ch. 3 Eq. 3.1")
                      .not_in_csv());
    out.push_back(field<&Emissions::note>("note", "What to know about the number; null when there is nothing."));
    return out;
                                }()};
  return kType;
}

const ObjectType& lookup_input_type() {
  static const ObjectType kType{"FactorQuestion", "Which factor is wanted.",
                                [] {
    std::vector<Field> out;
    out.push_back(field<&LookupInput::fuel_type>("fuel_type", kFuelDoc).required().longest(100).example("\"DERV\""));
    out.push_back(field<&LookupInput::region>("region", kRegionDoc).required().longest(60).example("\"GB\""));
    out.push_back(field<&LookupInput::year>("year", "Reporting year.").required().at_least(1990).at_most(2100).example("2025"));
    out.push_back(field<&LookupInput::unit>("unit", "Unit the factor shall be per; the publication's own when left out.")
                      .longest(40)
                      .example("\"L\""));
    out.push_back(
        field<&LookupInput::gwp_set>("gwp_set", "100-year global warming potentials.").one_of(kGwpSetNames).otherwise(kGwpDefault));
    out.push_back(field<&LookupInput::heating_value_basis>("heating_value_basis", kBasisDoc).one_of(kBasisNames));
    out.push_back(field<&LookupInput::dataset>("dataset", kDatasetDoc).longest(60));
    out.push_back(field<&LookupInput::sector>("sector", kSectorDoc).one_of(kSectors));
    out.push_back(
        field<&LookupInput::category>("category", "The use itself, or its upstream part.").one_of(kCategories).otherwise("direct"));
    return out;
                                }()};
  return kType;
}

const ObjectType& lookup_output_type() {
  static const ObjectType kType{"FactorAnswer", "A factor with its source.",
                                [] {
    std::vector<Field> out;
    out.push_back(field<&LookupOutput::ef_uri>("ef_uri", "ef:// and the stable name of the row."));
    out.push_back(field<&LookupOutput::ef_value>("ef_value", "CO2e per unit in gwp_set."));
    out.push_back(field<&LookupOutput::ef_unit>("ef_unit", "Unit of ef_value."));
    out.push_back(field<&LookupOutput::co2>("co2", "Fossil CO2 per unit.").unit("kg"));
    out.push_back(field<&LookupOutput::ch4>("ch4", "CH4 per unit, as mass.").unit("kg"));
    out.push_back(field<&LookupOutput::n2o>("n2o", "N2O per unit, as mass.").unit("kg"));
    out.push_back(field<&LookupOutput::biogenic_co2>("biogenic_co2", "Biogenic CO2 per unit.").unit("kg"));
    out.push_back(field<&LookupOutput::scope>("scope", "GHG Protocol scope."));
    out.push_back(field<&LookupOutput::source>("source", "Publication."));
    out.push_back(field<&LookupOutput::edition>("edition", "Edition."));
    out.push_back(field<&LookupOutput::table>("table", "Table."));
    out.push_back(field<&LookupOutput::factor_year>("factor_year", "First reporting year the edition applies to."));
    out.push_back(field<&LookupOutput::published_name>("published_name", "The fuel's name in the table."));
    out.push_back(field<&LookupOutput::fuel>("fuel", "Our key of the fuel."));
    out.push_back(field<&LookupOutput::region>("region", "Where the factor applies."));
    out.push_back(field<&LookupOutput::basis>("basis", "HHV or LHV, for factors per energy."));
    out.push_back(field<&LookupOutput::gwp_set>("gwp_set", "The GWP set used."));
    out.push_back(field<&LookupOutput::heating_value>("heating_value", "Printed heating value, per heating_value_unit."));
    out.push_back(field<&LookupOutput::heating_value_unit>("heating_value_unit", "Amount that heating_value is for."));
    out.push_back(
        field<&LookupOutput::uncertainty_pct>("uncertainty_pct", "Published uncertainty; null: the publication gives none.").unit("%"));
    out.push_back(field<&LookupOutput::status>("status", "How the row was verified (data/SOURCES.md)."));
    out.push_back(field<&LookupOutput::citation>("citation", "Full citation."));
    return out;
                                }()};
  return kType;
}

const ObjectType& validation_input_type() {
  static const ObjectType kType{"FuelInput", "An amount to check before it is calculated.",
                                [] {
    std::vector<Field> out;
    out.push_back(field<&ValidationInput::fuel_type>("fuel_type", kFuelDoc).required().longest(100).example("\"natural_gas\""));
    out.push_back(field<&ValidationInput::quantity>("quantity", "Amount, in unit.").required().at_least(0).at_most(1e18).example("12000"));
    out.push_back(field<&ValidationInput::unit>("unit", "Unit of quantity.").required().longest(40).example("\"L\""));
    out.push_back(field<&ValidationInput::region>("region", kRegionDoc).longest(60).otherwise("names are read as in GB"));
    out.push_back(field<&ValidationInput::year>("year", "Reporting year; when given, a factor must exist.").at_least(1990).at_most(2100));
    out.push_back(field<&ValidationInput::heating_value_basis>("heating_value_basis", kBasisDoc).one_of(kBasisNames));
    return out;
                                }()};
  return kType;
}

const ObjectType& validation_output_type() {
  static const ObjectType kType{"FuelInputCheck", "What was found.",
                                [] {
    std::vector<Field> out;
    out.push_back(field<&ValidationOutput::valid>("valid", "The names and the unit can be used."));
    out.push_back(field<&ValidationOutput::warnings>("warnings", "Every finding, in words."));
    out.push_back(field<&ValidationOutput::suggested_value>("suggested_value", "The amount in suggested_unit."));
    out.push_back(field<&ValidationOutput::suggested_unit>("suggested_unit", "The usual unit for the fuel's phase."));
    out.push_back(
        field<&ValidationOutput::plausibility_score>("plausibility_score", "1 nothing found, 0 not usable.").at_least(0).at_most(1));
    out.push_back(field<&ValidationOutput::score_basis>("score_basis", "How the score is made."));
    out.push_back(field<&ValidationOutput::fuel>("fuel", "Our key of the fuel."));
    return out;
                                }()};
  return kType;
}

const ObjectType& conversion_input_type() {
  static const ObjectType kType{"ConversionQuestion", "A quantity to convert.",
                                [] {
    std::vector<Field> out;
    out.push_back(field<&ConversionInput::value>("value", "Amount, in from_unit.").required().at_least(0).at_most(1e18).example("100"));
    out.push_back(field<&ConversionInput::from_unit>("from_unit", "Its unit.").required().longest(40).example("\"therm\""));
    out.push_back(field<&ConversionInput::to_unit>("to_unit", "The unit wanted.").required().longest(40).example("\"kWh\""));
    out.push_back(field<&ConversionInput::fuel_type>("fuel_type", "Needed between mass, volume and energy.").longest(100));
    out.push_back(
        field<&ConversionInput::region>("region", "Where the fuel's name is used.").longest(60).otherwise("GB, whose properties are used"));
    out.push_back(field<&ConversionInput::heating_value_basis>("heating_value_basis", kBasisDoc).one_of(kBasisNames));
    return out;
                                }()};
  return kType;
}

const ObjectType& conversion_output_type() {
  static const ObjectType kType{"ConversionAnswer", "The converted quantity.", [] {
                                  std::vector<Field> out;
                                  out.push_back(field<&ConversionOutput::value>("value", "Amount, in unit."));
                                  out.push_back(field<&ConversionOutput::unit>("unit", "The unit wanted."));
                                  out.push_back(field<&ConversionOutput::factor>("factor", "unit per from_unit."));
                                  out.push_back(field<&ConversionOutput::definition>("definition", "Definition of from_unit."));
                                  out.push_back(field<&ConversionOutput::source>("source", "Where the factor comes from."));
                                  out.push_back(field<&ConversionOutput::basis>("basis", "HHV or LHV, when a calorific value was used."));
                                  return out;
                                }()};
  return kType;
}

const ObjectType& inventory_input_type() {
  static const ObjectType kType{"InventoryQuestion", "The activities of a reporting period.",
                                [] {
    std::vector<Field> out;
    out.push_back(field<&InventoryInput::activities>("activities", "Each with the fields of calculate_emissions.")
                      .required()
                      .longest(kMostActivities)
                      .of(inventory_activity_type()));
    out.push_back(field<&InventoryInput::gwp_set>("gwp_set", "One set for all.").one_of(kGwpSetNames).otherwise(kGwpDefault));
    out.push_back(
        field<&InventoryInput::include_scope_3>("include_scope_3", "Adds well-to-tank and grid losses where published.").otherwise("true"));
    return out;
                                }()};
  return kType;
}

const ObjectType& inventory_type() {
  static const ObjectType kType{"Inventory", "Totals by scope and gas, with every line behind them.",
                                [] {
    std::vector<Field> out;
    out.push_back(field<&Inventory::scope_1>("scope_1", "Direct emissions.").of(gas_totals_type()));
    out.push_back(field<&Inventory::scope_2_location>("scope_2_location", "Purchased energy, location-based.").of(gas_totals_type()));
    out.push_back(field<&Inventory::scope_2_market>("scope_2_market", "Purchased energy, market-based.").of(gas_totals_type()));
    out.push_back(field<&Inventory::scope_3>("scope_3", "Fuel- and energy-related activities (category 3).").of(gas_totals_type()));
    out.push_back(field<&Inventory::biogenic_co2_kg>("biogenic_co2_kg", "Memo: biogenic CO2, outside of scopes.").unit("kg"));
    out.push_back(field<&Inventory::total_location_co2e_kg>("total_location_co2e_kg", "Scope 1 + 2 (location) + 3.").unit("kg CO2e"));
    out.push_back(field<&Inventory::total_market_co2e_kg>("total_market_co2e_kg", "Scope 1 + 2 (market) + 3.").unit("kg CO2e"));
    out.push_back(field<&Inventory::uncertainty_pct>(
                      "uncertainty_pct", "Combined 95 % uncertainty of scope 1 and 2 (location), over the lines that state one.")
                      .unit("%")
                      .source("IPCC 2006 vol. 1 ch. 3 Eq. 3.2"));
    out.push_back(
        field<&Inventory::uncertainty_covers_pct>("uncertainty_covers_pct", "Share of those emissions whose lines state one.").unit("%"));
    out.push_back(field<&Inventory::gwp_set>("gwp_set", "The GWP set used."));
    out.push_back(field<&Inventory::lines>("lines", "The contributions, in order of activities.").of(inventory_line_type()));
    out.push_back(field<&Inventory::gaps>("gaps", "What is not in the totals, and why."));
    return out;
                                }()};
  return kType;
}

}  // namespace greenlang::fuel_analyzer
