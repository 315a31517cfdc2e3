// A tool: one deterministic calculation with its contract. An agent: a named set of tools. Neither
// knows HTTP, databases, files or clocks.
#pragma once

#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/json.hpp"
#include "base/result.hpp"
#include "tool/decode.hpp"
#include "tool/encode.hpp"
#include "tool/field.hpp"
#include "tool/steps.hpp"

namespace greenlang::tool {

// What a call gives. `input` and `output` are canonical JSON and go into the ledger as they are.
struct Answer {
  std::string input;
  std::string output;
  std::string steps;  // a JSON array; empty unless asked for
};

// A tool opened for one thread. It may remember pure results (a memo); the answers never depend on it.
class Session {
 public:
  virtual ~Session() = default;

  // One JSON question. Empty on success; otherwise all that is wrong with the input.
  virtual Errors call(const json::Value& input, bool explain, Answer& answer) = 0;

  // One row of a batch: `cells[i]` belongs to `fields[i]`, a field of the tool's input; empty cells
  // are "not given". On success the output struct is at output_object() until the next call.
  virtual Errors call_row(std::span<const Field* const> fields, std::span<const std::string_view> cells) = 0;
  virtual const void* output_object() const = 0;
};

struct Tool {
  std::string_view name;     // "calculate_emissions"
  std::string_view version;  // changes whenever the same input may give another output
  std::string_view title;    // for people
  std::string_view doc;
  const ObjectType* input;
  const ObjectType* output;
  std::function<std::unique_ptr<Session>()> open;
  // For the summary of a batch: output columns to group by, and output columns to add up.
  std::vector<std::string_view> group_by = {};
  std::vector<std::string_view> add_up = {};

  // True when every required input field is a CSV cell.
  bool takes_rows() const;
};

struct Agent {
  std::string name;  // "fuel-analyzer"
  std::string version;
  std::string doc;
  std::string data_version;  // SHA-256 over the tables it was built with
  std::vector<Tool> tools;

  const Tool* find(std::string_view tool_name) const;
};

namespace detail {

template <class In, class Out, class Calculator> class CalculatorSession final : public Session {
 public:
  CalculatorSession(const ObjectType& input, const ObjectType& output, Calculator calculator)
      : input_(input), output_(output), calculate_(std::move(calculator)) {}

  Errors call(const json::Value& value, bool explain, Answer& answer) override {
    In in{};
    Errors errors;
    decode(value, input_, &in, errors);
    if (!errors.empty()) return errors;
    Steps steps;
    Result<Out> out = calculate_(in, explain ? &steps : nullptr);
    if (!out) return {std::move(out.error())};
    answer.input.clear();
    answer.output.clear();
    answer.steps.clear();
    append_json(answer.input, input_, &in, Absent::kOmit);
    append_json(answer.output, output_, &*out, Absent::kNull);
    if (explain) answer.steps = steps.json();
    return {};
  }

  Errors call_row(std::span<const Field* const> fields, std::span<const std::string_view> cells) override {
    In in{};
    Errors errors;
    for (std::size_t i = 0; i < fields.size(); ++i) decode_cell(*fields[i], cells[i], &in, errors);
    // Numbers have no "not given" state in the struct, so a required empty cell is caught here.
    for (std::size_t i = 0; i < fields.size(); ++i) {
      if (cells[i].empty() && fields[i]->is_required()) {
        errors.push_back(invalid("/" + std::string(fields[i]->name()), "is required but the cell is empty"));
      }
    }
    if (!errors.empty()) return errors;
    Result<Out> out = calculate_(in, nullptr);
    if (!out) return {std::move(out.error())};
    out_ = std::move(*out);
    return {};
  }

  const void* output_object() const override { return &out_; }

 private:
  const ObjectType& input_;
  const ObjectType& output_;
  Calculator calculate_;
  Out out_{};
};

}  // namespace detail

// `make` gives a calculator for one session: a callable Result<Out>(const In&, Steps*).
template <class In, class Out, class Make>
std::function<std::unique_ptr<Session>()> opener(const ObjectType& input, const ObjectType& output, Make make) {
  return [&input, &output, make]() -> std::unique_ptr<Session> {
    auto calculator = make();
    return std::make_unique<detail::CalculatorSession<In, Out, decltype(calculator)>>(input, output, std::move(calculator));
  };
}

}  // namespace greenlang::tool
