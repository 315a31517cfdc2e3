#include "agents/fuel_analyzer/inventory.hpp"

#include <cmath>

namespace greenlang::fuel_analyzer {
namespace {

using tool::Steps;

void add_line(Inventory& out, int index, std::string_view label, std::string_view category, std::string_view method,
              const Emissions& from) {
  out.lines.push_back({from, index, label, method, category});
}

// Steps of the line that comes next carry its number: "line3:CO2e", "/lines/3/co2e_kg".
void begin_line(const Inventory& out, Steps* steps) {
  if (steps == nullptr) return;
  const std::string number = std::to_string(out.lines.size());
  steps->set_part("line" + number + ":", "/lines/" + number);
}

bool is_split(const InventoryLine& line) { return line.co2_kg && line.ch4_kg && line.n2o_kg; }

using Number = double (*)(const InventoryLine&);

// A total as the sum over lines, so that an explanation adds up the very lines. `symbol` is the line's own.
double total_of(const Inventory& out, const tool::StepHead& head, std::string_view symbol, auto&& includes, Number number, Steps* steps) {
  std::vector<std::string> symbols;
  std::vector<tool::Term> terms;
  symbols.reserve(out.lines.size());
  for (std::size_t i = 0; i < out.lines.size(); ++i) {
    if (!includes(out.lines[i])) continue;
    symbols.push_back("line" + std::to_string(i) + ":" + std::string(symbol));
    terms.push_back({symbols.back(), number(out.lines[i]), head.unit, {}});
  }
  return tool::sum(steps, head, terms);
}

// The totals of one scope; gas by gas over the lines that have a split.
GasTotals totals_of(const Inventory& out, const std::string& name, auto&& includes, Steps* steps) {
  constexpr std::string_view kArticle = "GHG Protocol Corporate Standard ch. 4";
  const auto total = [&](const std::string& field, std::string_view unit, std::string_view symbol, auto&& also, Number number) {
    const std::string head_symbol = field == "co2e_kg" ? name : name + "_" + field;
    const std::string pointer = "/" + name + "/" + field;
    return total_of(
        out, {head_symbol, unit, kArticle, pointer}, symbol, [&](const auto& line) { return includes(line) && also(line); }, number, steps);
  };
  const auto any = [](const InventoryLine&) { return true; };
  const auto unsplit = [](const InventoryLine& line) { return !is_split(line); };
  GasTotals sums;
  sums.co2e_kg = total("co2e_kg", "kg CO2e", "CO2e", any, [](const auto& line) { return line.co2e_kg; });
  sums.co2_kg = total("co2_kg", "kg", "m_CO2", is_split, [](const auto& line) { return *line.co2_kg; });
  sums.ch4_kg = total("ch4_kg", "kg", "m_CH4", is_split, [](const auto& line) { return *line.ch4_kg; });
  sums.n2o_kg = total("n2o_kg", "kg", "m_N2O", is_split, [](const auto& line) { return *line.n2o_kg; });
  sums.unsplit_co2e_kg = total("unsplit_co2e_kg", "kg CO2e", "CO2e", unsplit, [](const auto& line) { return line.co2e_kg; });
  return sums;
}

bool is_location(const InventoryLine& line) { return line.scope == 2 && line.method != "market"; }
bool is_market(const InventoryLine& line) { return line.scope == 2 && line.method != "location"; }

void sum_up(Inventory& out, Steps* steps) {
  if (steps != nullptr) {
    steps->set_part("", "");
    // Lines have no emissions_value.
    for (std::size_t i = 0; i < out.lines.size(); ++i) steps->rename_field("/lines/" + std::to_string(i) + "/emissions_value", "");
  }
  out.scope_1 = totals_of(
      out, "scope_1", [](const auto& line) { return line.scope == 1; }, steps);
  out.scope_2_location = totals_of(out, "scope_2_location", is_location, steps);
  out.scope_2_market = totals_of(out, "scope_2_market", is_market, steps);
  out.scope_3 = totals_of(
      out, "scope_3", [](const auto& line) { return line.scope == 3; }, steps);
  const auto has_memo = [](const InventoryLine& line) { return line.biogenic_co2_kg && line.method != "market"; };
  out.biogenic_co2_kg = total_of(
      out, {"biogenic_CO2", "kg", "outside of scopes: biogenic CO2 is reported apart", "/biogenic_co2_kg"}, "m_CO2_biogenic", has_memo,
      [](const InventoryLine& line) { return *line.biogenic_co2_kg; }, steps);
  const auto grand = [&](std::string_view symbol, std::string_view field, std::string_view scope_2, double value) {
    return tool::sum(steps, {symbol, "kg CO2e", "scope 1 + scope 2 + scope 3", field},
                     {{"scope_1", out.scope_1.co2e_kg, "kg CO2e", {}},
                      {scope_2, value, "kg CO2e", {}},
                      {"scope_3", out.scope_3.co2e_kg, "kg CO2e", {}}});
  };
  out.total_location_co2e_kg = grand("total_location", "/total_location_co2e_kg", "scope_2_location", out.scope_2_location.co2e_kg);
  out.total_market_co2e_kg = grand("total_market", "/total_market_co2e_kg", "scope_2_market", out.scope_2_market.co2e_kg);
}

// IPCC 2006 vol. 1 ch. 3 Eq. 3.2: a sum's uncertainty is the root of the squared absolute ones over the sum.
void combine_uncertainty(Inventory& out, Steps* steps) {
  constexpr std::string_view kArticle = "IPCC 2006 vol. 1 ch. 3 Eq. 3.2";
  std::vector<std::string> names;  // of the steps of each line, which the terms refer to
  names.reserve(4 * out.lines.size());
  std::vector<tool::Term> squares, covered, all;
  for (std::size_t i = 0; i < out.lines.size(); ++i) {
    const InventoryLine& line = out.lines[i];
    if (line.scope != 1 && !is_location(line)) continue;
    const std::string prefix = "line" + std::to_string(i) + ":";
    const tool::Term emissions{names.emplace_back(prefix + "CO2e"), line.co2e_kg, "kg CO2e", {}};
    all.push_back(emissions);
    if (!line.uncertainty_pct) continue;
    covered.push_back(emissions);
    const tool::Term relative{names.emplace_back(prefix + "u"), *line.uncertainty_pct, "%", {}};
    const std::string_view absolute_name = names.emplace_back(prefix + "u_absolute");
    const double absolute = tool::product(steps, {absolute_name, "", kArticle, ""}, {emissions, relative});
    const std::string_view square_name = names.emplace_back(prefix + "u_absolute_squared");
    const double square = tool::product(steps, {square_name, "", kArticle, ""}, {{absolute_name, absolute}, {absolute_name, absolute}});
    squares.push_back({square_name, square});
  }
  const double covered_kg = tool::sum(nullptr, {}, covered);
  if (covered_kg <= 0) return;
  (void)tool::sum(steps, {"covered", "kg CO2e", kArticle, ""}, covered);
  const double squared = tool::sum(steps, {"u_absolute_squared", "", kArticle, ""}, squares);
  const double absolute = tool::square_root(steps, {"u_absolute", "", kArticle, ""}, {"u_absolute_squared", squared});
  out.uncertainty_pct = tool::quotient(steps, {"u", "%", kArticle, "/uncertainty_pct"}, {"u_absolute", absolute}, {"covered", covered_kg});
  const double total = tool::sum(steps, {"scope_1_and_2", "kg CO2e", kArticle, ""}, all);
  const double share = tool::quotient(steps, {"covered_share", "", kArticle, ""}, {"covered", covered_kg}, {"scope_1_and_2", total});
  out.uncertainty_covers_pct =
      tool::product(steps, {"covers", "%", kArticle, "/uncertainty_covers_pct"}, {{"percent", 100}, {"covered_share", share}});
}

}  // namespace

Result<Inventory> InventoryCalculator::operator()(const InventoryInput& input, Steps* steps) {
  calculator_.forget_if_full();
  if (input.activities.empty()) return invalid("/activities", "must have at least one activity");
  Inventory out;
  out.gwp_set = input.gwp_set.empty() ? gwp_set_name(GwpSet::kAr5) : input.gwp_set;
  for (std::size_t i = 0; i < input.activities.size(); ++i) {
    auto added = add_activity(input, static_cast<int>(i), out, steps);
    if (!added) {
      Error error = std::move(added.error());
      error.path = "/activities/" + std::to_string(i) + error.path;
      return error;
    }
  }
  sum_up(out, steps);
  combine_uncertainty(out, steps);
  if (!std::isfinite(out.total_location_co2e_kg) || !std::isfinite(out.total_market_co2e_kg)) {
    return invalid("/activities", "the sum does not fit a 64-bit double");
  }
  return out;
}

Result<void> InventoryCalculator::add_activity(const InventoryInput& input, int index, Inventory& out, Steps* steps) {
  const InventoryActivity& given = input.activities[static_cast<std::size_t>(index)];
  if (!given.gwp_set.empty() && given.gwp_set != out.gwp_set) {
    return invalid("/gwp_set", "one inventory has one GWP set (" + std::string(out.gwp_set) + "); sets must not be mixed");
  }
  Activity activity = given;
  activity.gwp_set = out.gwp_set;
  begin_line(out, steps);
  auto direct = calculator_.calculate(activity, steps);
  if (!direct) return std::move(direct.error());
  if (!direct->scope && activity.ef_value) return invalid("/scope", "is required with ef_value in an inventory: 1, 2 or 3");
  const std::string_view category = activity.category.empty() ? kCategories[0] : activity.category;
  const bool scope_2 = direct->scope == 2;
  const bool own_market = scope_2 && direct->factor.status == "own";
  add_line(out, index, given.label, category, scope_2 ? (given.market_ef_value ? "location" : "") : "", *direct);
  if (scope_2) {
    if (given.market_ef_value) {
      if (auto added = add_market(given, index, *direct, out, steps); !added) return added;
    } else if (own_market) {
      out.gaps.push_back("activity " + std::to_string(index) +
                         ": an own factor stands in the location-based total too; that total asks for the grid's average");
    } else {
      out.gaps.push_back("activity " + std::to_string(index) +
                         ": no contract factor (market_ef_value), so the location-based factor stands in the market-based total too");
    }
  } else if (given.market_ef_value) {
    return invalid("/market_ef_value", "is for purchased electricity, heat or steam (scope 2) only");
  }
  if (input.include_scope_3 && category == kCategories[0] && !activity.ef_value) add_scope_3(given, index, *direct, out, steps);
  return {};
}

Result<void> InventoryCalculator::add_market(const InventoryActivity& given, int index, const Emissions& location, Inventory& out,
                                             Steps* steps) {
  Activity market;
  market.activity_value = given.activity_value;
  market.activity_unit = given.activity_unit;
  market.ef_value = given.market_ef_value;
  market.ef_unit = given.market_ef_unit;
  market.ef_source = given.market_ef_source;
  market.scope = location.scope;
  market.gwp_set = out.gwp_set;
  begin_line(out, steps);
  auto answer = calculator_.calculate(market, steps);
  if (!answer) {
    Error error = std::move(answer.error());
    if (error.path.starts_with("/ef_")) error.path = "/market_" + error.path.substr(1);
    return error;
  }
  add_line(out, index, given.label, kCategories[0], "market", *answer);
  return {};
}

void InventoryCalculator::add_scope_3(const InventoryActivity& given, int index, const Emissions& direct, Inventory& out, Steps* steps) {
  if (direct.scope != 1 && direct.scope != 2) return;
  const FactorTables& tables = calculator_.tables();
  const Fuel* fuel = tables.fuel(direct.factor.fuel);
  std::vector<std::string_view> wanted = {"well_to_tank"};
  if (direct.scope == 2) wanted = {"well_to_tank", "transmission_distribution", "well_to_tank_transmission_distribution"};
  for (std::string_view category : wanted) {
    Activity upstream = given;
    upstream.category = category;
    upstream.gwp_set = out.gwp_set;
    if (fuel != nullptr) upstream.fuel_type = fuel->key;
    begin_line(out, steps);
    // Recorded only when there is a factor: a failed selection records nothing.
    auto answer = calculator_.calculate(upstream, steps);
    if (!answer) {
      out.gaps.push_back("activity " + std::to_string(index) + ": scope 3 " + std::string(category) +
                         " not included: " + answer.error().message);
      continue;
    }
    add_line(out, index, given.label, category, "", *answer);
  }
}

}  // namespace greenlang::fuel_analyzer
