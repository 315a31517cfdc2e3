// Reads the data files into FactorTables. Every cell is checked: an unknown unit, fuel or region, a
// bad number or a duplicate row is an error with file and line, never skipped.
#pragma once

#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>

#include "agents/fuel_analyzer/tables.hpp"
#include "base/csv_table.hpp"

namespace greenlang::fuel_analyzer {

class TableLoader {
 public:
  explicit TableLoader(FactorTables& tables) : tables_(tables) {}

  Result<void> load(std::span<const embedded::File> files);
  // Columns: fuel,region,year,scope,per_unit,basis,co2,ch4,n2o,co2e,gwp_set,source and optionally
  // valid_from,valid_to: dates in order that touch the year. The year decides.
  Result<void> load_own(std::string_view name, std::string_view text);
  void finish();

 private:
  using Row = std::size_t;

  static Error at(const csv::Table& table, Row row, std::string message);
  // A column that is not there would read as empty cells.
  static Result<void> has_columns(const csv::Table& table, std::string_view name, std::span<const std::string_view> columns);
  Result<void> gwp(const csv::Table& table);
  Result<void> datasets(const csv::Table& table);
  Result<void> regions(const csv::Table& table);
  Result<void> fuels(const csv::Table& table);
  Result<void> synonyms(const csv::Table& table);
  Result<void> properties(const csv::Table& table);
  Result<void> factors(const csv::Table& table, const Dataset& dataset);
  Result<void> factor_row(const csv::Table& table, Row row, Factor& factor);
  Result<void> heating_value(const csv::Table& table, Row row, Factor& factor);
  Result<void> own_row(const csv::Table& table, Row row);
  Result<void> check_validity(const csv::Table& table, Row row, int year);
  Result<const Fuel*> known_fuel(const csv::Table& table, Row row, const Region& region);
  Result<void> gases(const csv::Table& table, Row row, Factor& factor);
  Result<std::optional<double>> number(const csv::Table& table, Row row, std::string_view column);
  Result<int> integer(const csv::Table& table, Row row, std::string_view column);
  Result<void> add(const csv::Table& table, Row row, Factor&& factor);
  void name_fuel(std::string_view name, const Region* region, const Fuel* fuel);

  FactorTables& tables_;
  std::set<std::string> ids_;
};

}  // namespace greenlang::fuel_analyzer
