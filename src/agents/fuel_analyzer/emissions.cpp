#include "agents/fuel_analyzer/emissions.hpp"

#include <cmath>

#include "agents/fuel_analyzer/plan.hpp"
#include "base/text.hpp"

namespace greenlang::fuel_analyzer {
namespace {

using tool::product;
using tool::quotient;
using tool::Steps;
using tool::sum;
using tool::Term;

constexpr std::string_view kAmountArticle = "40 CFR 98.33(a)(1); IPCC 2006 vol. 2 Tier 1: amount x heating value";
constexpr std::string_view kGasArticle = "40 CFR 98.33 Eq. C-1 and C-8; IPCC 2006 vol. 2 Eq. 2.1; DESNZ: amount x factor";
constexpr std::string_view kGwpArticle = "GHG Protocol: each gas by its 100-year GWP; 40 CFR 98 Table A-1";

// The amount in the unit that the factor is per.
double amount(const Plan& plan, const Activity& activity, Steps* steps) {
  double value = activity.activity_value;
  std::string_view symbol = "activity_value";
  std::string_view unit = plan.unit->key;
  if (plan.unit_ratio) {
    const units::Unit* to = plan.factor == nullptr ? nullptr : plan.heating_value ? plan.factor->heating_value_per : plan.factor->per_unit;
    const std::string_view to_key = to == nullptr ? "unit of ef_value" : to->key;
    value = product(steps, {"amount", to_key, "exact unit definitions", ""},
                    {{symbol, value, unit, "input"}, {"unit_ratio", *plan.unit_ratio, to_key, plan.unit->definition}});
    symbol = "amount";
    unit = to_key;
  }
  if (plan.heating_value) {
    value = product(steps, {"energy", plan.factor->heating_value_energy->key, kAmountArticle, ""},
                    {{symbol, value, unit, "input"}, {"heating_value", *plan.heating_value, {}, plan.citation.table}});
    symbol = "energy";
    if (plan.energy_ratio) {
      value = product(
          steps, {"energy_in_factor_unit", plan.factor->per_unit->key, "exact unit definitions", ""},
          {{symbol, value, plan.factor->heating_value_energy->key, {}}, {"energy_ratio", *plan.energy_ratio, {}, "unit definitions"}});
    }
  }
  return value;
}

std::string_view amount_symbol(const Plan& plan) {
  if (plan.energy_ratio) return "energy_in_factor_unit";
  if (plan.heating_value) return "energy";
  return plan.unit_ratio ? "amount" : "activity_value";
}

// Names of one gas in steps.
struct GasNames {
  std::string_view mass, factor, co2e, field;
};
constexpr GasNames kCo2{"m_CO2", "EF_CO2", "CO2e_CO2", "/co2_kg"};
constexpr GasNames kBiogenic{"m_CO2_biogenic", "EF_CO2_biogenic", "", "/biogenic_co2_kg"};
constexpr GasNames kCh4{"m_CH4", "EF_CH4", "CO2e_CH4", "/ch4_kg"};
constexpr GasNames kN2o{"m_N2O", "EF_N2O", "CO2e_N2O", "/n2o_kg"};

// kg of one gas. `printed_gwp` is set when the factor is printed as CO2e: dividing gives the mass back.
double mass(const Plan& plan, double amount_value, double factor, std::optional<double> printed_gwp, const GasNames& names, Steps* steps) {
  const Factor& row = *plan.factor;
  const std::string_view symbol = amount_symbol(plan);
  const std::string_view per = row.per_unit->key;
  const std::string_view step = printed_gwp ? names.co2e : names.mass;
  const std::string_view field = printed_gwp ? std::string_view{} : names.field;
  double value;
  if (row.mass_unit_kg == 1) {
    value = product(steps, {step, "kg", kGasArticle, field},
                    {{symbol, amount_value, per, {}}, {names.factor, factor, plan.factor_unit, row.id}});
  } else {
    value = product(steps, {step, "kg", kGasArticle, field},
                    {{symbol, amount_value, per, {}},
                     {names.factor, factor, plan.factor_unit, row.id},
                     {"kg_per_lb", row.mass_unit_kg, "kg/lb", "0.45359237 kg"}});
  }
  if (!printed_gwp) return value;
  return quotient(steps, {names.mass, "kg", "the publication prints this gas as CO2e", names.field}, {names.co2e, value, "kg CO2e", {}},
                  {"GWP_printed", *printed_gwp, {}, gwp_set_name(*row.dataset->gwp_set)});
}

double total_by_gas(const Plan& plan, const Emissions& out, Steps* steps) {
  // CH4 of a factor without one counts as not published, not as zero; the note says so.
  const std::string_view set = gwp_set_name(plan.set);
  const double co2 = out.co2_kg.value_or(0);
  const double ch4 = out.ch4_kg ? product(steps, {"CO2e_from_CH4", "kg CO2e", kGwpArticle, ""},
                                          {{"m_CH4", *out.ch4_kg, "kg", {}}, {"GWP_CH4", plan.ch4_gwp, {}, set}})
                                : 0;
  const double n2o = out.n2o_kg ? product(steps, {"CO2e_from_N2O", "kg CO2e", kGwpArticle, ""},
                                          {{"m_N2O", *out.n2o_kg, "kg", {}}, {"GWP_N2O", plan.gwp.n2o, {}, set}})
                                : 0;
  return sum(steps, {"CO2e", "kg CO2e", kGwpArticle, "/co2e_kg"},
             {{"m_CO2", co2, "kg", {}}, {"CO2e_from_CH4", ch4, "kg CO2e", {}}, {"CO2e_from_N2O", n2o, "kg CO2e", {}}});
}

double printed_total(const Plan& plan, double amount_value, Steps* steps) {
  const Factor& row = *plan.factor;
  const tool::StepHead head{"CO2e", "kg CO2e", "the printed CO2e total of the publication, in its GWP set", "/co2e_kg"};
  const Term amount_term{amount_symbol(plan), amount_value, row.per_unit->key, {}};
  const Term factor_term{"EF_CO2e", *row.co2e, plan.factor_unit, row.id};
  if (row.mass_unit_kg == 1) return product(steps, head, {amount_term, factor_term});
  return product(steps, head, {amount_term, factor_term, {"kg_per_lb", row.mass_unit_kg, "kg/lb", "0.45359237 kg"}});
}

void published(const Plan& plan, const Activity& activity, double amount_value, Emissions& out, Steps* steps) {
  const Factor& row = *plan.factor;
  const Origin origin = row.fuel->origin;
  if (row.co2) {
    auto& target = row.biogenic ? out.biogenic_co2_kg : out.co2_kg;
    target = mass(plan, amount_value, *row.co2, std::nullopt, row.biogenic ? kBiogenic : kCo2, steps);
  }
  if (row.ch4) out.ch4_kg = mass(plan, amount_value, *row.ch4, plan.printed_ch4_gwp, kCh4, steps);
  if (row.n2o) out.n2o_kg = mass(plan, amount_value, *row.n2o, plan.printed_n2o_gwp, kN2o, steps);
  // Biomass has no fossil CO2, and a fossil fuel no biogenic CO2: those zeros are knowledge.
  if (!out.co2_kg && (row.biogenic || origin == Origin::kBiogenic) && row.category == "direct") out.co2_kg = 0;
  if (!out.biogenic_co2_kg && origin == Origin::kFossil) out.biogenic_co2_kg = 0;
  if (plan.outside != nullptr) {
    const Term factor{"EF_CO2_biogenic", *plan.outside->co2, "kg", plan.outside->id};
    const tool::StepHead head{kBiogenic.mass, "kg", "outside of scopes: biogenic CO2 is reported apart", kBiogenic.field};
    const Term value{"activity_value", activity.activity_value, plan.unit->key, "input"};
    out.biogenic_co2_kg = plan.outside_ratio
                            ? product(steps, head, {value, {"outside_unit_ratio", *plan.outside_ratio, {}, plan.unit->definition}, factor})
                            : product(steps, head, {value, factor});
  }
  out.co2e_kg = plan.printed_total ? printed_total(plan, amount_value, steps) : total_by_gas(plan, out, steps);
  if (row.scope > 0) out.scope = row.scope;
}

void by_explicit_factor(const Plan& plan, const Activity& activity, double amount_value, Emissions& out, Steps* steps) {
  const std::string_view source = activity.ef_source.empty() ? plan.citation.source : activity.ef_source;
  const Term amount_term{plan.unit_ratio ? "amount" : "activity_value", amount_value, {}, "input"};
  const Term factor{"EF", *plan.explicit_kg_per_unit, plan.factor_unit, source};
  if (plan.explicit_is_co2) {
    out.co2_kg = product(steps, {kCo2.mass, "kg", kGasArticle, kCo2.field}, {amount_term, factor});
    out.co2e_kg = product(steps, {"CO2e", "kg CO2e", kGwpArticle, "/co2e_kg"},
                          {{kCo2.mass, *out.co2_kg, "kg", {}}, {"GWP_CO2", 1, {}, "by definition"}});
  } else {
    out.co2e_kg = product(steps, {"CO2e", "kg CO2e", kGasArticle, "/co2e_kg"}, {amount_term, factor});
  }
  out.scope = activity.scope;
  if (!activity.ef_source.empty()) out.factor.source = activity.ef_source;
}

double in_output_unit(double co2e_kg, std::string_view unit, Steps* steps) {
  if (steps == nullptr && unit == kOutputUnits[0]) return co2e_kg;  // divided by 1
  const double per_kg = unit == "tCO2e" ? 1e3 : unit == "MtCO2e" ? 1e9 : 1;
  return quotient(steps, {"emissions_value", unit, "1 t = 1000 kg; 1 Mt = 1e6 t", "/emissions_value"}, {"CO2e", co2e_kg, "kg CO2e", {}},
                  {"kg_per_output_unit", per_kg, "kg", "SI"});
}

// IPCC 2006 vol. 1 ch. 3 Eq. 3.1: a product's relative uncertainty is the root of the sum of squares.
std::optional<double> combined_uncertainty(const Activity& activity, Steps* steps) {
  if (!activity.activity_uncertainty_pct || !activity.ef_uncertainty_pct) return std::nullopt;
  constexpr std::string_view kArticle = "IPCC 2006 vol. 1 ch. 3 Eq. 3.1";
  const Term amount{"u_activity", *activity.activity_uncertainty_pct, "%", "input"};
  const Term factor{"u_factor", *activity.ef_uncertainty_pct, "%", "input"};
  const double amount_squared = product(steps, {"u_activity_squared", "", kArticle, ""}, {amount, amount});
  const double factor_squared = product(steps, {"u_factor_squared", "", kArticle, ""}, {factor, factor});
  const double squares =
      sum(steps, {"u_squared", "", kArticle, ""}, {{"u_activity_squared", amount_squared}, {"u_factor_squared", factor_squared}});
  return tool::square_root(steps, {"u", "%", kArticle, "/uncertainty_pct"}, {"u_squared", squares});
}

// Every text that a plan depends on, each after which one it is and its length (field tables allow 200 bytes), so
// that two questions never share a key.
void append_key(std::string& key, const Activity& activity) {
  char tag = 1;
  for (const std::string_view* text :
       {&activity.fuel_type, &activity.region, &activity.activity_unit, &activity.heating_value_basis, &activity.dataset, &activity.sector,
        &activity.category, &activity.gwp_set, &activity.ef_unit, &activity.ef_source}) {
    if (!text->empty()) {
      key.push_back(tag);
      key.push_back(static_cast<char>(text->size()));
      key.append(*text);
    }
    ++tag;
  }
  const int numbers[] = {activity.year.value_or(-1), activity.scope.value_or(-1)};
  key.append(reinterpret_cast<const char*>(numbers), sizeof numbers);
  if (activity.ef_value) key.append(reinterpret_cast<const char*>(&*activity.ef_value), sizeof(double));
}

}  // namespace

Result<const Plan*> EmissionsCalculator::plan(const Activity& activity) {
  key_.clear();
  append_key(key_, activity);
  if (const auto found = plans_.find(key_); found != plans_.end()) return found->second.get();
  auto made = make_plan(*tables_, activity);
  if (!made) return std::move(made.error());
  // Computed like any answer, for an amount of one.
  Activity one = activity;
  one.activity_value = 1;
  Emissions out;
  const double unit_amount = amount(**made, one, nullptr);
  if ((*made)->explicit_kg_per_unit) by_explicit_factor(**made, one, unit_amount, out, nullptr);
  else published(**made, one, unit_amount, out, nullptr);
  (*made)->conversion_factor = out.co2e_kg;
  return plans_.emplace(key_, std::move(*made)).first->second.get();
}

Result<Emissions> EmissionsCalculator::calculate(const Activity& activity, Steps* steps) {
  auto found = plan(activity);
  if (!found) return std::move(found.error());
  const Plan& plan = **found;
  Emissions out;
  out.factor = plan.citation;
  out.gwp_set = gwp_set_name(plan.set);
  out.note = plan.note;
  out.conversion_factor = plan.conversion_factor;
  out.calculation_formula = "co2e_kg = activity_value * conversion_factor";
  const double amount_value = amount(plan, activity, steps);
  if (plan.explicit_kg_per_unit) by_explicit_factor(plan, activity, amount_value, out, steps);
  else published(plan, activity, amount_value, out, steps);
  out.emissions_unit = activity.output_unit.empty() ? kOutputUnits[0] : activity.output_unit;
  out.emissions_value = in_output_unit(out.co2e_kg, out.emissions_unit, steps);
  out.uncertainty_pct = combined_uncertainty(activity, steps);
  if (!std::isfinite(out.co2e_kg)) return invalid("/activity_value", "is too large: the emissions do not fit a 64-bit double");
  return out;
}

}  // namespace greenlang::fuel_analyzer
