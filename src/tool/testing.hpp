// For tests: a described struct with a member of every kind, and a tool over it. Not for production code.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/text.hpp"
#include "tool/tool.hpp"

namespace greenlang::tool::testing {

inline constexpr std::array<std::string_view, 3> kColours = {"red", "green", "blue"};

struct Part {
  double mass_kg = 0;
  std::string_view label;
};

struct Sample {
  double amount = 0;
  std::optional<double> price;
  int count = 0;
  std::optional<int> year;
  bool fresh = false;
  std::string_view name;
  std::string remark;
  std::vector<std::string> tags;
  std::string_view colour;
  Part main_part;
  std::optional<Part> spare_part;
  std::vector<Part> parts;
};

inline const ObjectType& part_type() {
  static const ObjectType kType{"Part", "A part.", [] {
                                  std::vector<Field> out;
                                  out.push_back(field<&Part::mass_kg>("mass_kg", "Its mass.").required().at_least(0).unit("kg"));
                                  out.push_back(field<&Part::label>("label", "Its label."));
                                  return out;
                                }()};
  return kType;
}

// Only `amount` and `name` are required, so that rows of CSV can hold it.
inline const ObjectType& sample_type() {
  static const ObjectType kType{"Sample", "One of everything.",
                                [] {
    std::vector<Field> out;
    out.push_back(field<&Sample::amount>("amount", "An amount.").required().at_least(0).at_most(1e6).example("12.5"));
    out.push_back(field<&Sample::price>("price", "A price.").at_least(-5).unit("EUR").source("a list").otherwise("unknown"));
    out.push_back(field<&Sample::count>("count", "How many."));
    out.push_back(field<&Sample::year>("year", "A year.").at_least(1990).at_most(2100));
    out.push_back(field<&Sample::fresh>("fresh", "Whether it is fresh."));
    out.push_back(field<&Sample::name>("name", "A name.").required().longest(20));
    out.push_back(field<&Sample::remark>("remark", "A remark.").longest(30));
    out.push_back(field<&Sample::tags>("tags", "Tags.").longest(3));
    out.push_back(field<&Sample::colour>("colour", "A colour.").one_of(kColours));
    out.push_back(field<&Sample::main_part>("main_part", "The part.").of(part_type()));
    out.push_back(field<&Sample::spare_part>("spare_part", "Another part.").of(part_type()));
    out.push_back(field<&Sample::parts>("parts", "More parts.").longest(4).of(part_type()));
    return out;
                                }()};
  return kType;
}

// Gives its input back, with twice the amount as a step; refuses the name "refused".
struct Doubler {
  Result<Sample> operator()(const Sample& in, Steps* steps) const {
    if (in.name == "refused") return invalid("/name", "is refused");
    Sample out = in;
    out.amount = product(steps, {"twice", "kg", "an article", "/amount"}, {{"amount", in.amount, "kg", "input"}, {"two", 2}});
    return out;
  }
};

inline Agent sample_agent() {
  Agent agent;
  agent.name = "sample";
  agent.version = "1.0.0";
  agent.doc = "For tests.";
  agent.data_version = "d1";
  agent.tools.push_back(Tool{"double_amount",
                             "1.0.0",
                             "Twice the amount",
                             "Doubles.",
                             &sample_type(),
                             &sample_type(),
                             opener<Sample, Sample>(sample_type(), sample_type(), [] { return Doubler{}; }),
                             {"colour"},
                             {"amount"}});
  return agent;
}

}  // namespace greenlang::tool::testing
