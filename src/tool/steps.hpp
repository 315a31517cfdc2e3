// The explanation of an answer: the very operations that made the number, recorded while they run.
// A calculation computes with product(), sum(), quotient() and square_root() below; given a Steps object they also
// write down what they did. So an explanation cannot differ from the calculation.
#pragma once

#include <cmath>
#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

#include "base/decimal.hpp"

namespace greenlang::tool {

// Every operation's result is rounded to 15 significant digits (base/decimal.hpp).

// One operand: an input, a number of a table, or the result of an earlier step (same symbol).
struct Term {
  std::string_view symbol;
  double value;
  std::string_view unit = {};
  std::string_view source = {};
};

struct StepHead {
  std::string_view symbol;
  std::string_view unit;
  std::string_view article = {};  // the article, equation or table that asks for this step
  std::string_view field = {};    // JSON Pointer of the output field that this step gives, if any
};

struct Step {
  std::string symbol, formula, unit, article, field;
  struct Operand {
    std::string symbol;
    double value;
    std::string unit, source;
  };
  std::vector<Operand> operands;
  double value;
};

// Records steps; one object an answer. `scope` prefixes symbols of a part: "activity 3: ".
class Steps {
 public:
  void record(const StepHead& head, std::string_view op, std::initializer_list<Term> terms, double value);
  void record(const StepHead& head, std::string_view op, const std::vector<Term>& terms, double value);
  const std::vector<Step>& all() const { return steps_; }
  // Prefix for symbols and output fields recorded from now on; used when an answer has parts.
  void set_part(std::string symbol_prefix, std::string field_prefix) {
    symbol_prefix_ = std::move(symbol_prefix);
    field_prefix_ = std::move(field_prefix);
  }
  // Steps recorded so far for the output field `from` are for `to`; empty: for none. For tools that answer with the
  // numbers of another calculation.
  void rename_field(std::string_view from, std::string_view to);
  // A JSON array of {symbol, formula, value, unit, article, field, operands[]}.
  std::string json() const;

 private:
  template <class Terms> void add(const StepHead& head, std::string_view op, const Terms& terms, double value);

  std::vector<Step> steps_;
  std::string symbol_prefix_;
  std::string field_prefix_;
};

// Multiplied from left to right.
inline double product(Steps* steps, const StepHead& head, std::initializer_list<Term> terms) {
  double value = 1;
  for (const Term& term : terms) value *= term.value;
  value = round_15(value);
  if (steps != nullptr) [[unlikely]]
    steps->record(head, " * ", terms, value);
  return value;
}

// Added from left to right.
inline double sum(Steps* steps, const StepHead& head, std::initializer_list<Term> terms) {
  double value = 0;
  for (const Term& term : terms) value += term.value;
  value = round_15(value);
  if (steps != nullptr) [[unlikely]]
    steps->record(head, " + ", terms, value);
  return value;
}

inline double sum(Steps* steps, const StepHead& head, const std::vector<Term>& terms) {
  double value = 0;
  for (const Term& term : terms) value += term.value;
  value = round_15(value);
  if (steps != nullptr) [[unlikely]]
    steps->record(head, " + ", terms, value);
  return value;
}

inline double quotient(Steps* steps, const StepHead& head, const Term& dividend, const Term& divisor) {
  const double value = round_15(dividend.value / divisor.value);
  if (steps != nullptr) [[unlikely]]
    steps->record(head, " / ", {dividend, divisor}, value);
  return value;
}

inline double square_root(Steps* steps, const StepHead& head, const Term& term) {
  const double value = round_15(std::sqrt(term.value));
  if (steps != nullptr) [[unlikely]]
    steps->record(head, " ^ ", {term, {"one_half", 0.5}}, value);
  return value;
}

}  // namespace greenlang::tool
