#include "agents/fuel_analyzer/lookup.hpp"

namespace greenlang::fuel_analyzer {
namespace {

// Where the calculation's steps stand in this answer.
constexpr std::pair<std::string_view, std::string_view> kFields[] = {
    {"/co2e_kg", "/ef_value"}, {"/co2_kg", "/co2"}, {"/ch4_kg", "/ch4"}, {"/n2o_kg", "/n2o"}, {"/biogenic_co2_kg", "/biogenic_co2"},
    {"/emissions_value", ""}};

}  // namespace

Result<LookupOutput> Lookup::operator()(const LookupInput& input, tool::Steps* steps) {
  const FactorTables& tables = calculator_.tables();
  const units::Unit* unit = nullptr;
  if (!input.unit.empty()) {
    auto found = units::find(input.unit);
    if (!found) return invalid("/unit", std::move(found.error().message));
    unit = *found;
  }
  auto selected = select_factor(
      tables, {input.fuel_type, input.region, input.year, input.category, input.dataset, input.sector, input.heating_value_basis, unit});
  if (!selected) {
    if (selected.error().path == "/activity_unit") selected.error().path = "/unit";
    return std::move(selected.error());
  }
  const Factor& factor = **selected;
  if (unit == nullptr) unit = factor.per_unit;
  // The value per unit is what the calculation gives for an amount of one.
  Activity one;
  one.activity_value = 1;
  one.activity_unit = unit->key;
  one.fuel_type = factor.fuel->key;
  one.region = input.region;
  one.year = input.year;
  one.heating_value_basis = factor.basis == Basis::kNone ? input.heating_value_basis : basis_name(factor.basis);
  one.dataset = factor.dataset->own ? std::string_view{} : std::string_view(factor.dataset->key);
  one.sector = factor.sector;
  one.category = factor.category;
  one.gwp_set = input.gwp_set;
  auto answer = calculator_(one, steps);
  if (!answer) return std::move(answer.error());
  if (steps != nullptr) {
    for (const auto& [from, to] : kFields) steps->rename_field(from, to);
  }
  LookupOutput out;
  out.ef_uri = "ef://" + factor.id;
  out.ef_value = answer->co2e_kg;
  out.ef_unit = "kgCO2e/" + std::string(unit->key);
  out.co2 = answer->co2_kg;
  out.ch4 = answer->ch4_kg;
  out.n2o = answer->n2o_kg;
  out.biogenic_co2 = answer->biogenic_co2_kg;
  if (factor.heating_value) {
    out.heating_value = factor.heating_value;
    out.heating_value_unit = factor.heating_value_per->key;
  }
  out.source = factor.source;
  out.edition = factor.dataset->edition;
  out.citation = factor.dataset->citation;
  out.table = factor.table;
  out.published_name = factor.published_name;
  out.fuel = factor.fuel->key;
  out.region = factor.region->key;
  out.basis = basis_name(factor.basis);
  out.gwp_set = answer->gwp_set;
  out.status = factor.status;
  out.factor_year = factor.year();
  out.scope = answer->scope;
  return out;
}

}  // namespace greenlang::fuel_analyzer
