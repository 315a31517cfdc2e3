#include "agents/fuel_analyzer/selection.hpp"

#include <algorithm>
#include <set>
#include <string>

#include "base/text.hpp"

namespace greenlang::fuel_analyzer {
namespace {

using Rows = std::vector<const Factor*>;

std::string shown(std::string_view text) {
  if (!is_utf8(text)) return "(not UTF-8)";
  std::size_t size = std::min<std::size_t>(text.size(), 60);
  while (size < text.size() && (static_cast<unsigned char>(text[size]) & 0xC0) == 0x80) --size;  // no half character
  return "\"" + std::string(text.substr(0, size)) + "\"";
}

bool has_factor_in(const FactorTables& tables, const Fuel& fuel, const Region& region) {
  for (const Factor* factor : tables.factors_of(fuel)) {
    if (contains(factor->region, &region)) return true;
  }
  return false;
}

std::string list_or(const std::set<std::string>& items) {
  const std::vector<std::string_view> views(items.begin(), items.end());
  return join_or(views);
}

// "2024, 2025 or 2026"; long spans as "2006-2030".
std::string years_of(const Rows& rows) {
  std::set<std::string> spans;
  for (const Factor* row : rows) {
    const Dataset& set = *row->dataset;
    spans.insert(set.year_from == set.year_to ? std::to_string(set.year_from)
                                              : std::to_string(set.year_from) + "-" + std::to_string(set.year_to));
  }
  return list_or(spans);
}

void keep(Rows& rows, auto&& condition) {
  rows.erase(std::remove_if(rows.begin(), rows.end(), [&](const Factor* row) { return !condition(*row); }), rows.end());
}

Error unknown_fuel(const FactorTables& tables, std::string_view name, const Region& region) {
  std::vector<std::string_view> here;
  for (std::string_view known : tables.fuel_names()) {
    for (const NamedFuel& meaning : *tables.named(known)) {
      if ((meaning.region == nullptr || contains(meaning.region, &region)) && has_factor_in(tables, *meaning.fuel, region)) {
        here.push_back(known);
        break;
      }
    }
  }
  const std::string_view near = closest(name, here);
  std::string message = "unknown fuel " + shown(name) + " in region " + region.key;
  if (!near.empty()) {
    std::set<std::string> keys;
    for (const NamedFuel& meaning : *tables.named(near)) {
      if (has_factor_in(tables, *meaning.fuel, region)) keys.insert(meaning.fuel->key);
    }
    message += "; did you mean \"" + std::string(near) + "\" (" + list_or(keys) + ")?";
  } else {
    message += "; lookup_emission_factor documents the known fuels";
  }
  return invalid("/fuel_type", std::move(message));
}

Error no_factor_in_region(const FactorTables& tables, const Fuel& fuel, const Region& region) {
  std::set<std::string> regions;
  for (const Factor* factor : tables.factors_of(fuel)) regions.insert(factor->region->key);
  return invalid("/region", "no factor for " + fuel.key + " in region " + region.key + "; there is one for " + list_or(regions));
}

// Only rows of the nearest region: the region itself, else its parent.
void keep_nearest_region(Rows& rows, const Region& region) {
  for (const Region* at = &region; at != nullptr; at = at->parent) {
    const auto here = [&](const Factor& row) { return row.region == at; };
    if (std::any_of(rows.begin(), rows.end(), [&](const Factor* row) { return here(*row); })) return keep(rows, here);
  }
  rows.clear();
}

bool is_liquid_measure(const units::Unit& unit) {
  return unit.key == "L" || unit.key == "gal_us" || unit.key == "gal_imp" || unit.key == "bbl";
}

// A gas in litres or gallons, or a liquid in cubic feet of gas, is a slip unless published that way.
bool phase_refuses(const Factor& factor, const units::Unit& unit) {
  const units::Unit& target =
      factor.heating_value_per != nullptr && unit.dimension != units::Dimension::kEnergy ? *factor.heating_value_per : *factor.per_unit;
  if (unit.dimension != units::Dimension::kVolume) return false;
  if (factor.fuel->phase == Phase::kGas) return is_liquid_measure(unit) && !is_liquid_measure(target);
  const bool gas_measure = unit.key == "scf" || unit.key == "ccf" || unit.key == "Mcf";
  return factor.fuel->phase == Phase::kLiquid && gas_measure && is_liquid_measure(target);
}

Error unit_does_not_fit(const Rows& rows, const units::Unit& unit) {
  std::set<std::string> usable;
  for (const Factor* row : rows) {
    usable.insert(std::string(row->per_unit->key));
    if (row->heating_value_per != nullptr) usable.insert(std::string(row->heating_value_per->key));
  }
  const Factor& first = *rows.front();
  return invalid("/activity_unit", "the unit " + std::string(unit.key) + " (" + std::string(dimension_name(unit.dimension)) +
                                       ") does not fit " + first.fuel->key + " in " + first.dataset->title + "; use " + list_or(usable) +
                                       " or another unit of the same kind");
}

// Leaves the rows that take the unit: published for its kind of unit, else by heating value.
void keep_fitting(Rows& rows, const units::Unit& unit) {
  keep(rows, [&](const Factor& row) { return fits(row, unit) && !phase_refuses(row, unit); });
  const auto direct = [&](const Factor& row) { return row.per_unit->dimension == unit.dimension; };
  if (std::any_of(rows.begin(), rows.end(), [&](const Factor* row) { return direct(*row); })) keep(rows, direct);
  const auto same = [&](const Factor& row) { return row.per_unit == &unit; };
  if (std::any_of(rows.begin(), rows.end(), [&](const Factor* row) { return same(*row); })) keep(rows, same);
}

Result<void> keep_basis(Rows& rows, const Question& question) {
  std::set<std::string> bases;
  for (const Factor* row : rows) {
    if (row->basis != Basis::kNone) bases.insert(std::string(basis_name(row->basis)));
  }
  if (bases.empty()) return {};
  const Factor& first = *rows.front();
  if (question.basis.empty()) {
    if (bases.size() == 1 || question.unit == nullptr) return {};
    return invalid("/heating_value_basis", "say HHV (gross) or LHV (net): " + first.dataset->title + " has a factor for " +
                                               first.fuel->key + " on each, and they differ");
  }
  keep(rows, [&](const Factor& row) { return row.basis == Basis::kNone || basis_name(row.basis) == question.basis; });
  if (rows.empty()) {
    return invalid("/heating_value_basis", "the factors of " + first.dataset->title + " for " + first.fuel->key + " are on " +
                                               list_or(bases) + "; heating values must not be mixed (5-10 % error)");
  }
  return {};
}

Result<void> keep_sector(Rows& rows, const Question& question) {
  std::set<std::string> sectors;
  bool differ = false;
  for (const Factor* row : rows) {
    if (!row->sector.empty()) sectors.insert(row->sector);
    differ = differ || row->ch4 != rows.front()->ch4 || row->n2o != rows.front()->n2o || row->co2 != rows.front()->co2;
  }
  if (sectors.empty()) return {};
  const std::string what = rows.front()->dataset->title + " for " + rows.front()->fuel->key;
  if (question.sector.empty()) {
    if (!differ) return {};
    return invalid("/sector", "say the sector (" + list_or(sectors) + "): CH4 and N2O of " + what + " depend on it");
  }
  keep(rows, [&](const Factor& row) { return row.sector.empty() || row.sector == question.sector; });
  if (rows.empty()) return invalid("/sector", "no factor of " + what + " for this sector; there is one for " + list_or(sectors));
  return {};
}

// One row out of one publication's rows.
Result<const Factor*> select_in_dataset(Rows rows, const Question& question) {
  if (question.unit != nullptr) {
    const Rows all = rows;
    keep_fitting(rows, *question.unit);
    if (rows.empty()) return unit_does_not_fit(all, *question.unit);
  } else if (question.basis.empty() && rows.size() > 1) {
    // Only the factor is asked for: an energy row tells most, and every other follows from it.
    const auto energy = [](const Factor& row) { return row.per_unit->dimension == units::Dimension::kEnergy && row.basis != Basis::kLhv; };
    if (std::any_of(rows.begin(), rows.end(), [&](const Factor* row) { return energy(*row); })) keep(rows, energy);
  }
  if (auto kept = keep_basis(rows, question); !kept) return std::move(kept.error());
  if (auto kept = keep_sector(rows, question); !kept) return std::move(kept.error());
  return rows.front();
}

Result<Rows> candidates(const FactorTables& tables, const Question& question, const Fuel& fuel, const Region& region) {
  const std::string_view category = question.category.empty() ? kCategories[0] : question.category;
  const auto all = tables.factors_of(fuel);
  Rows rows(all.begin(), all.end());
  keep(rows, [&](const Factor& row) { return contains(row.region, &region); });
  if (rows.empty()) return no_factor_in_region(tables, fuel, region);
  const auto of_category = [&](const Factor& row) { return row.category == category; };
  std::set<std::string> categories;
  for (const Factor* row : rows) categories.insert(row->category);
  keep(rows, of_category);
  if (rows.empty()) {
    return invalid("/category", "no " + std::string(category) + " factor for " + fuel.key + " in region " + region.key + "; there is " +
                                    list_or(categories));
  }
  keep_nearest_region(rows, region);
  if (!question.dataset.empty()) {
    std::set<std::string> sets;
    for (const Factor* row : rows) sets.insert(row->dataset->key);
    keep(rows, [&](const Factor& row) { return row.dataset->key == question.dataset; });
    if (rows.empty()) {
      return invalid("/dataset", "no " + std::string(category) + " factor for " + fuel.key + " in " + shown(question.dataset) +
                                     "; there is one in " + list_or(sets));
    }
  }
  const Rows of_any_year = rows;
  keep(rows, [&](const Factor& row) { return row.dataset->year_from <= question.year && question.year <= row.dataset->year_to; });
  if (rows.empty()) {
    return invalid("/year", "no factor for " + fuel.key + " in region " + region.key + " for " + std::to_string(question.year) +
                                "; there is one for " + years_of(of_any_year));
  }
  return rows;
}

}  // namespace

bool fits(const Factor& factor, const units::Unit& unit) {
  if (factor.per_unit->dimension == unit.dimension) return true;
  return factor.heating_value && factor.heating_value_per->dimension == unit.dimension;
}

Result<const Region*> find_region(const FactorTables& tables, std::string_view name) {
  if (const Region* region = tables.region(name)) return region;
  std::vector<std::string_view> known;
  for (const Region& region : tables.regions()) {
    known.push_back(region.key);
    known.push_back(region.name);
  }
  const std::string_view near = closest(name, known);
  std::string message = "unknown region " + shown(name);
  message += near.empty() ? "; known: US (and its eGRID subregions such as US-CAMX), GB, GLOBAL (IPCC defaults)"
                          : "; did you mean \"" + std::string(near) + "\"?";
  return invalid("/region", std::move(message));
}

Result<const Fuel*> find_fuel(const FactorTables& tables, std::string_view name, const Region& region) {
  const auto* meanings = tables.named(name);
  if (meanings == nullptr) return unknown_fuel(tables, name, region);
  std::vector<const Fuel*> here;
  const Fuel* elsewhere = nullptr;
  for (const NamedFuel& meaning : *meanings) {
    if (meaning.region != nullptr && !contains(meaning.region, &region)) continue;
    elsewhere = meaning.fuel;
    if (!has_factor_in(tables, *meaning.fuel, region)) continue;
    if (std::find(here.begin(), here.end(), meaning.fuel) == here.end()) here.push_back(meaning.fuel);
  }
  if (here.size() == 1) return here.front();
  if (here.empty()) {
    if (elsewhere != nullptr) return no_factor_in_region(tables, *elsewhere, region);
    return unknown_fuel(tables, name, region);
  }
  // A key that is also a word for other fuels is ambiguous too, unless it is written as the key.
  std::set<std::string> keys;
  for (const Fuel* fuel : here) keys.insert(fuel->key);
  return invalid("/fuel_type", "the fuel " + shown(name) + " is ambiguous in region " + region.key + ": say " + list_or(keys));
}

Result<const Factor*> select_factor(const FactorTables& tables, const Question& question) {
  auto region = find_region(tables, question.region);
  if (!region) return std::move(region.error());
  auto fuel = find_fuel(tables, question.fuel_type, **region);
  if (!fuel) return std::move(fuel.error());
  auto rows = candidates(tables, question, **fuel, **region);
  if (!rows) return std::move(rows.error());
  // Publications in order of precedence; the first that takes the unit answers, and the first error
  // stands when none does.
  std::vector<const Dataset*> sets;
  for (const Factor* row : *rows) {
    if (std::find(sets.begin(), sets.end(), row->dataset) == sets.end()) sets.push_back(row->dataset);
  }
  std::stable_sort(sets.begin(), sets.end(), [](const Dataset* a, const Dataset* b) { return a->precedence < b->precedence; });
  std::optional<Error> first_error;
  for (const Dataset* set : sets) {
    Rows of_set = *rows;
    keep(of_set, [&](const Factor& row) { return row.dataset == set; });
    auto selected = select_in_dataset(std::move(of_set), question);
    if (selected) return selected;
    // A question that is not clear (basis, sector) must not slip to another publication.
    if (!first_error) first_error = selected.error();
    if (selected.error().path != "/activity_unit") break;
  }
  return std::move(*first_error);
}

const Factor* companion(const FactorTables& tables, const Factor& factor, std::string_view category, const units::Unit& unit) {
  Rows rows;
  for (const Factor* row : tables.factors_of(*factor.fuel)) {
    if (row->category != category || row->dataset != factor.dataset || row->region != factor.region) continue;
    if (row->basis != factor.basis && row->basis != Basis::kNone && factor.basis != Basis::kNone) continue;
    if (row->per_unit->dimension == unit.dimension) rows.push_back(row);
  }
  if (rows.empty()) return nullptr;
  const auto same = std::find_if(rows.begin(), rows.end(), [&](const Factor* row) { return row->per_unit == factor.per_unit; });
  return same == rows.end() ? rows.front() : *same;
}

}  // namespace greenlang::fuel_analyzer
