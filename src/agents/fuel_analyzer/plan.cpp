#include "agents/fuel_analyzer/plan.hpp"

#include "base/text.hpp"

namespace greenlang::fuel_analyzer {
namespace {

// "kgCO2e/L", "t CO2 / mmBtu": mass, gas, and the unit below the stroke.
struct ExplicitUnit {
  double kg = 1;
  bool is_co2 = false;
  const units::Unit* per = nullptr;
};

Result<ExplicitUnit> parse_ef_unit(std::string_view text) {
  const std::string help = "ef_unit must be a mass of CO2e or CO2 per unit, for example kgCO2e/L, tCO2e/MWh or kgCO2/mmBtu";
  const std::size_t stroke = text.find('/');
  if (stroke == std::string_view::npos) return invalid("/ef_unit", help);
  std::string_view mass = trim(text.substr(0, stroke));
  ExplicitUnit out;
  if (mass.ends_with("CO2e")) {
    mass.remove_suffix(4);
  } else if (mass.ends_with("CO2")) {
    mass.remove_suffix(3);
    out.is_co2 = true;
  } else {
    return invalid("/ef_unit", help);
  }
  auto mass_unit = units::find(trim(mass));
  if (!mass_unit || (*mass_unit)->dimension != units::Dimension::kMass) return invalid("/ef_unit", help);
  out.kg = (*mass_unit)->si;
  auto per = units::find(trim(text.substr(stroke + 1)));
  if (!per) return invalid("/ef_unit", per.error().message);
  out.per = *per;
  return out;
}

Result<std::unique_ptr<Plan>> explicit_plan(const Activity& activity, std::unique_ptr<Plan> plan) {
  for (const auto& [name, text] : {std::pair{"fuel_type", activity.fuel_type},
                                   {"region", activity.region},
                                   {"dataset", activity.dataset},
                                   {"sector", activity.sector},
                                   {"category", activity.category}}) {
    if (!text.empty())
      return invalid("/" + std::string(name), "give either a fuel with its region and year, or ef_value with ef_unit, not both");
  }
  if (activity.ef_unit.empty()) return invalid("/ef_unit", "is required with ef_value, for example kgCO2e/L");
  auto unit = parse_ef_unit(activity.ef_unit);
  if (!unit) return std::move(unit.error());
  if (unit->per->dimension != plan->unit->dimension) {
    return invalid("/ef_unit", "a factor per " + std::string(unit->per->key) + " (" + std::string(dimension_name(unit->per->dimension)) +
                                   ") cannot be applied to an amount in " + std::string(plan->unit->key) + " (" +
                                   std::string(dimension_name(plan->unit->dimension)) + ")");
  }
  plan->explicit_kg_per_unit = *activity.ef_value * unit->kg;
  plan->explicit_is_co2 = unit->is_co2;
  if (unit->per != plan->unit) plan->unit_ratio = units::ratio(*plan->unit, *unit->per);
  plan->factor_unit = (unit->is_co2 ? "kg CO2/" : "kg CO2e/") + std::string(unit->per->key);
  plan->note = unit->is_co2 ? "explicit CO2 factor: CH4 and N2O are not included" : "explicit CO2e factor: no split by gas";
  plan->citation.id = "explicit";
  plan->citation.source = "given by the caller";
  plan->citation.table = "ef_value and ef_unit";
  plan->citation.basis = activity.heating_value_basis == "HHV" ? "HHV" : activity.heating_value_basis == "LHV" ? "LHV" : "";
  plan->citation.unit = plan->factor_unit;
  (unit->is_co2 ? plan->citation.co2_per_unit : plan->citation.co2e_per_unit) = *plan->explicit_kg_per_unit;
  return plan;
}

void cite(Plan& plan) {
  const Factor& factor = *plan.factor;
  plan.factor_unit = (factor.mass_unit_kg == 1 ? "kg/" : "lb/") + std::string(factor.per_unit->key);
  Citation& to = plan.citation;
  to.id = factor.id;
  to.source = factor.source;
  to.table = factor.table;
  to.published_name = factor.published_name;
  to.fuel = factor.fuel->key;
  to.region = factor.region->key;
  to.basis = basis_name(factor.basis);
  to.unit = plan.factor_unit;
  to.status = factor.status;
  to.year = factor.year();
  to.co2e_per_unit = factor.co2e;
  to.co2_per_unit = factor.co2;
  to.ch4_per_unit = factor.ch4;
  to.n2o_per_unit = factor.n2o;
}

void convert(Plan& plan) {
  const Factor& factor = *plan.factor;
  if (factor.per_unit->dimension == plan.unit->dimension) {
    if (factor.per_unit != plan.unit) plan.unit_ratio = units::ratio(*plan.unit, *factor.per_unit);
    return;
  }
  if (factor.heating_value_per != plan.unit) plan.unit_ratio = units::ratio(*plan.unit, *factor.heating_value_per);
  plan.heating_value = *factor.heating_value;
  if (factor.heating_value_energy != factor.per_unit) plan.energy_ratio = units::ratio(*factor.heating_value_energy, *factor.per_unit);
}

void add_note(Plan& plan, std::string_view text) {
  if (!plan.note.empty()) plan.note += "; ";
  plan.note += text;
}

void add_notes(Plan& plan, const Activity& activity) {
  const Factor& factor = *plan.factor;
  const bool energy = plan.unit->dimension == units::Dimension::kEnergy;
  if (energy && factor.basis != Basis::kNone && activity.heating_value_basis.empty()) {
    add_note(plan, "amount taken as " + std::string(basis_name(factor.basis)) + ", the only basis of the publication");
  }
  if (factor.fuel->phase == Phase::kGas && plan.unit_ratio && plan.unit->dimension == units::Dimension::kVolume) {
    add_note(plan, "volume taken at the reference conditions of the factor");
  }
  if (factor.category == "mobile" && !factor.ch4) add_note(plan, "CO2 only: CH4 and N2O of vehicles depend on the vehicle");
  if (factor.status.starts_with("X")) add_note(plan, "official sources differ: " + factor.status);
}

// The biogenic memo: from the factor itself, or from the publication's outside-of-scopes row.
void plan_memo(const FactorTables& tables, Plan& plan) {
  const Factor& factor = *plan.factor;
  const Origin origin = factor.fuel->origin;
  if (factor.category != "direct" || (factor.biogenic && factor.co2)) return;
  plan.outside = companion(tables, factor, "outside_of_scopes", *plan.unit);
  if (plan.outside != nullptr) {
    if (plan.outside->per_unit != plan.unit) plan.outside_ratio = units::ratio(*plan.unit, *plan.outside->per_unit);
  } else if (origin == Origin::kBlend || origin == Origin::kBiogenic) {
    add_note(plan, "biogenic CO2 unknown: the publication has no outside-of-scopes factor for this unit");
  }
}

Result<void> plan_gases(Plan& plan) {
  const Factor& factor = *plan.factor;
  const Dataset& dataset = *factor.dataset;
  plan.printed_total = factor.co2e.has_value() && dataset.gwp_set == plan.set;
  if (!plan.printed_total && !factor.co2) {
    return invalid("/gwp_set", factor.source + " prints " + factor.fuel->key + " only as CO2e with " +
                                   std::string(gwp_set_name(*dataset.gwp_set)) + "; without the split by gas it cannot be put on " +
                                   std::string(gwp_set_name(plan.set)));
  }
  return {};
}

}  // namespace

Result<std::unique_ptr<Plan>> make_plan(const FactorTables& tables, const Activity& activity) {
  auto plan = std::make_unique<Plan>();
  auto unit = units::find(activity.activity_unit);
  if (!unit) return invalid("/activity_unit", std::move(unit.error().message));
  plan->unit = *unit;
  plan->set = activity.gwp_set.empty() ? GwpSet::kAr5 : *gwp_set(activity.gwp_set);
  if (activity.ef_value) return explicit_plan(activity, std::move(plan));
  for (const auto& [name, text] : {std::pair{"ef_unit", activity.ef_unit}, {"ef_source", activity.ef_source}}) {
    if (!text.empty()) return invalid("/" + std::string(name), "goes with ef_value, which is not given");
  }
  if (activity.fuel_type.empty()) return invalid("/fuel_type", "is required, unless ef_value and ef_unit are given");
  if (activity.region.empty()) return invalid("/region", "is required with fuel_type: US (or an eGRID subregion), GB or GLOBAL");
  if (!activity.year) return invalid("/year", "is required with fuel_type: the reporting year");
  if (activity.scope) return invalid("/scope", "goes with ef_value; a published factor has its scope");
  auto factor = select_factor(tables, {activity.fuel_type, activity.region, *activity.year, activity.category, activity.dataset,
                                       activity.sector, activity.heating_value_basis, plan->unit});
  if (!factor) return std::move(factor.error());
  plan->factor = *factor;
  plan->gwp = tables.gwp(plan->set);
  // Peat: 40 CFR 98 counts it as biomass, whatever its origin is elsewhere; the row decides.
  const bool bio = plan->factor->biogenic || plan->factor->fuel->origin == Origin::kBiogenic;
  plan->ch4_gwp = bio ? plan->gwp.ch4_non_fossil : plan->gwp.ch4_fossil;
  if (plan->factor->gases_are_co2e) {
    const Gwp& printed = tables.gwp(*plan->factor->dataset->gwp_set);
    plan->printed_ch4_gwp = bio ? printed.ch4_non_fossil : printed.ch4_fossil;
    plan->printed_n2o_gwp = printed.n2o;
  }
  if (auto planned = plan_gases(*plan); !planned) return std::move(planned.error());
  convert(*plan);
  plan_memo(tables, *plan);
  add_notes(*plan, activity);
  cite(*plan);
  return plan;
}

}  // namespace greenlang::fuel_analyzer
