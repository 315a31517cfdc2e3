// A company's own factors; see TableLoader::load_own.
#include <algorithm>
#include <chrono>
#include <set>

#include "agents/fuel_analyzer/table_loader.hpp"
#include "base/text.hpp"

namespace greenlang::fuel_analyzer {
namespace {

constexpr std::string_view kOwnDataset = "own";

// YYYY-MM-DD of the calendar, or empty.
std::optional<std::chrono::sys_days> parse_date(std::string_view text) {
  const auto part = [&](std::size_t at, std::size_t size) { return parse_integer(text.substr(at, size)).value_or(0); };
  if (text.size() != 10 || text[4] != '-' || text[7] != '-') return std::nullopt;
  const std::chrono::year_month_day date{std::chrono::year(static_cast<int>(part(0, 4))),
                                         std::chrono::month(static_cast<unsigned>(part(5, 2))),
                                         std::chrono::day(static_cast<unsigned>(part(8, 2)))};
  if (!date.ok()) return std::nullopt;
  return std::chrono::sys_days(date);
}

}  // namespace

Result<void> TableLoader::load_own(std::string_view name, std::string_view text) {
  auto table = csv::Table::read(std::string(name), text);
  if (!table) return std::move(table.error());
  constexpr std::string_view kColumns[] = {"fuel",  "region", "year", "scope", "per_unit", "co2e",       "source",
                                           "basis", "co2",    "ch4",  "n2o",   "gwp_set",  "valid_from", "valid_to"};
  constexpr std::size_t kRequired = 7;  // the first ones
  if (auto whole = has_columns(*table, name, std::span(kColumns).first(kRequired)); !whole) return whole;
  // A misspelt optional column would read as "not given".
  for (const std::string& column : table->header()) {
    if (std::find(std::begin(kColumns), std::end(kColumns), column) == std::end(kColumns)) {
      return invalid(std::string(name) + ":1", "unknown column \"" + column + "\"; known: " + join_or(kColumns));
    }
  }
  for (Row row = 0; row < table->rows(); ++row) {
    if (auto added = own_row(*table, row); !added) return added;
  }
  return {};
}

// The fuel that an own row means: by key, else by a name that means one fuel in the region; null when nothing has the
// name. A second fuel under a known name would make every later question ambiguous.
Result<const Fuel*> TableLoader::known_fuel(const csv::Table& table, Row row, const Region& region) {
  const std::string_view key = table.cell(row, "fuel");
  if (const Fuel* fuel = tables_.fuel(key)) return fuel;
  const auto* meanings = tables_.named(key);
  if (meanings == nullptr) return static_cast<const Fuel*>(nullptr);
  std::set<std::string> keys;
  for (const NamedFuel& meaning : *meanings) {
    if (meaning.region == nullptr || contains(meaning.region, &region)) keys.insert(meaning.fuel->key);
  }
  if (keys.size() == 1) return tables_.fuel(*keys.begin());
  if (keys.empty()) {
    for (const NamedFuel& meaning : *meanings) keys.insert(meaning.fuel->key);
  }
  const std::vector<std::string_view> choices(keys.begin(), keys.end());
  return at(table, row, "the fuel \"" + std::string(key) + "\" is ambiguous: say " + join_or(choices));
}

// valid_from and valid_to may be left out; when given they are dates in order, and the year lies within them.
Result<void> TableLoader::check_validity(const csv::Table& table, Row row, int year) {
  const std::string_view from_text = table.cell(row, "valid_from");
  const std::string_view to_text = table.cell(row, "valid_to");
  const auto from = parse_date(from_text);
  const auto to = parse_date(to_text);
  if (!from_text.empty() && !from) return at(table, row, "valid_from must be a date such as 2025-01-31");
  if (!to_text.empty() && !to) return at(table, row, "valid_to must be a date such as 2025-12-31");
  if (from && to && *to < *from) return at(table, row, "valid_to lies before valid_from");
  const std::chrono::sys_days first = std::chrono::year(year) / 1 / 1;
  const std::chrono::sys_days last = std::chrono::year(year) / 12 / 31;
  if ((from && *from > last) || (to && *to < first))
    return at(table, row, "valid_from and valid_to do not touch the year " + std::to_string(year));
  return {};
}

Result<void> TableLoader::own_row(const csv::Table& table, Row row) {
  auto year = integer(table, row, "year");
  if (!year) return std::move(year.error());
  if (auto valid = check_validity(table, row, *year); !valid) return valid;
  if (table.cell(row, "source").empty()) return at(table, row, "source must say who states this factor");
  Dataset dataset;
  dataset.key = kOwnDataset;
  dataset.title = "own factor: " + std::string(table.cell(row, "source"));
  dataset.edition = dataset.citation = table.cell(row, "source");
  dataset.verification = "stated by the caller, not checked";
  dataset.year_from = dataset.year_to = *year;
  dataset.own = true;
  const std::string_view set = table.cell(row, "gwp_set");
  dataset.gwp_set = set.empty() ? GwpSet::kAr5 : gwp_set(set);
  if (!dataset.gwp_set) return at(table, row, "gwp_set must be AR4GWP100, AR5GWP100 or AR6GWP100");
  tables_.datasets_.push_back(std::move(dataset));
  Factor factor;
  factor.dataset = &tables_.datasets_.back();
  factor.source = factor.dataset->title;
  factor.category = "direct";
  factor.table = "own factors";
  factor.status = "own";
  factor.region = tables_.region(table.cell(row, "region"));
  if (factor.region == nullptr) return at(table, row, "unknown region \"" + std::string(table.cell(row, "region")) + "\"");
  auto scope = integer(table, row, "scope");
  if (!scope || *scope < 1 || *scope > 3) return at(table, row, "scope must be 1, 2 or 3");
  factor.scope = *scope;
  const std::string_view key = table.cell(row, "fuel");
  if (fold_name(key).empty()) return at(table, row, "fuel is empty");
  auto fuel = known_fuel(table, row, *factor.region);
  if (!fuel) return std::move(fuel.error());
  factor.fuel = *fuel;
  if (factor.fuel == nullptr) {  // a fuel of the company's own, with no known phase
    tables_.fuels_.push_back({std::string(key), std::string(key), Phase::kUnknown, Origin::kEnergy});
    factor.fuel = &tables_.fuels_.back();
    name_fuel(key, nullptr, factor.fuel);
  }
  factor.published_name = key;
  factor.biogenic = factor.fuel->origin == Origin::kBiogenic;
  if (auto read = gases(table, row, factor); !read) return read;
  return add(table, row, std::move(factor));
}

}  // namespace greenlang::fuel_analyzer
