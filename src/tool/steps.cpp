#include "tool/steps.hpp"

#include "base/json.hpp"
#include "base/text.hpp"

namespace greenlang::tool {
namespace {

void member(std::string& out, std::string_view name, std::string_view text, bool first = false) {
  if (text.empty()) return;
  if (!first) out.push_back(',');
  json::append_string(out, name);
  out.push_back(':');
  json::append_string(out, text);
}

}  // namespace

template <class Terms> void Steps::add(const StepHead& head, std::string_view op, const Terms& terms, double value) {
  Step& step = steps_.emplace_back();
  step.symbol = symbol_prefix_ + std::string(head.symbol);
  step.unit = head.unit;
  step.article = head.article;
  if (!head.field.empty()) step.field = field_prefix_ + std::string(head.field);
  step.value = value;
  for (const Term& term : terms) {
    // A symbol with a prefix of its own (a total that adds up parts) stays as it is.
    std::string symbol(term.symbol);
    if (symbol.find(':') == std::string::npos) symbol = symbol_prefix_ + symbol;
    if (!step.formula.empty()) step.formula += op;
    step.formula += symbol;
    step.operands.push_back({std::move(symbol), term.value, std::string(term.unit), std::string(term.source)});
  }
}

void Steps::record(const StepHead& head, std::string_view op, std::initializer_list<Term> terms, double value) {
  add(head, op, terms, value);
}

void Steps::record(const StepHead& head, std::string_view op, const std::vector<Term>& terms, double value) { add(head, op, terms, value); }

void Steps::rename_field(std::string_view from, std::string_view to) {
  for (Step& step : steps_) {
    if (step.field == from) step.field = to;
  }
}

std::string Steps::json() const {
  std::string out = "[";
  for (const Step& step : steps_) {
    if (out.size() > 1) out.push_back(',');
    out.push_back('{');
    member(out, "symbol", step.symbol, true);
    member(out, "formula", step.formula);
    out += ",\"value\":";
    append_number(out, step.value);
    member(out, "unit", step.unit);
    member(out, "article", step.article);
    member(out, "field", step.field);
    out += ",\"operands\":[";
    bool first = true;
    for (const Step::Operand& operand : step.operands) {
      out += first ? "{" : ",{";
      first = false;
      member(out, "symbol", operand.symbol, true);
      out += ",\"value\":";
      append_number(out, operand.value);
      member(out, "unit", operand.unit);
      member(out, "source", operand.source);
      out.push_back('}');
    }
    out += "]}";
  }
  return out + "]";
}

}  // namespace greenlang::tool
