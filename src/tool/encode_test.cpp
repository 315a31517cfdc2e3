// Encoding is canonical, loses nothing, and CSV says what JSON says.
#include "tool/encode.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <boost/json.hpp>
#include <cmath>

#include "base/csv.hpp"
#include "tool/testing.hpp"

namespace greenlang::tool {
namespace {

using testing::kColours;
using testing::Sample;
using testing::sample_type;

std::string encoded(const Sample& sample, Absent absent) {
  std::string out;
  append_json(out, sample_type(), &sample, absent);
  return out;
}

double finite(double low, double high) {
  const double value = *rc::gen::arbitrary<double>();
  return std::isfinite(value) ? std::fmin(std::fmax(value, low), high) : 1.5;
}

std::string text(std::size_t longest) {
  static const std::vector<std::string> kAlphabet = {
      "a", "Z", "0", " ", ",", "\"", "\\", "\n", "\r", "\t", "/", "\x01", "\x7f", "\xC3\xA9", "\xE2\x82\xAC", "\xF0\x9F\x98\x80", ";", "="};
  std::string out;
  for (const std::string& part : *rc::gen::container<std::vector<std::string>>(rc::gen::elementOf(kAlphabet))) {
    if (out.size() + part.size() <= longest) out += part;
  }
  return out;
}

// A sample that decoding accepts; `texts` keeps what its views point to.
Sample any_sample(std::vector<std::string>& texts) {
  texts.reserve(32);
  const auto view = [&](std::size_t longest) { return std::string_view(texts.emplace_back(text(longest))); };
  Sample out;
  out.amount = finite(0, 1e6);
  if (*rc::gen::arbitrary<bool>()) out.price = finite(-5, 1e300);
  out.count = *rc::gen::inRange(-1000000000, 1000000001);
  if (*rc::gen::arbitrary<bool>()) out.year = *rc::gen::inRange(1990, 2101);
  out.fresh = *rc::gen::arbitrary<bool>();
  out.name = texts.emplace_back("n" + text(19));
  out.remark = text(30);
  for (int i = *rc::gen::inRange(0, 4); i > 0; --i) out.tags.push_back(text(40));
  if (*rc::gen::arbitrary<bool>()) out.colour = *rc::gen::elementOf(kColours);
  out.main_part = {finite(0, 1e9), view(50)};
  if (*rc::gen::arbitrary<bool>()) out.spare_part = testing::Part{finite(0, 1e9), view(50)};
  for (int i = *rc::gen::inRange(0, 5); i > 0; --i) out.parts.push_back({finite(0, 1e9), view(50)});
  return out;
}

RC_GTEST_PROP(EncodeProperty, IsTheCanonicalForm, ()) {
  std::vector<std::string> texts;
  const Sample sample = any_sample(texts);
  for (const Absent absent : {Absent::kOmit, Absent::kNull}) {
    const std::string out = encoded(sample, absent);
    auto parsed = json::parse(out);
    RC_ASSERT(parsed.ok());
    RC_ASSERT(json::canonical(*parsed) == out);
  }
}

RC_GTEST_PROP(EncodeProperty, DecodingGivesItBack, ()) {
  std::vector<std::string> texts;
  const std::string out = encoded(any_sample(texts), Absent::kOmit);
  auto parsed = json::parse(out);
  RC_ASSERT(parsed.ok());
  Sample again;
  Errors errors;
  decode(*parsed, sample_type(), &again, errors);
  RC_ASSERT(errors.empty());
  RC_ASSERT(encoded(again, Absent::kOmit) == out);
}

RC_GTEST_PROP(EncodeProperty, CellsSayWhatJsonSays, ()) {
  std::vector<std::string> texts;
  const Sample sample = any_sample(texts);
  std::string row;
  const std::vector<Column> columns = csv_columns(sample_type());
  for (const Column& column : columns) {
    if (!row.empty()) row.push_back(',');
    append_csv_cell(row, column, &sample);
  }
  csv::Reader reader(row);
  csv::Record record;
  RC_ASSERT(reader.next(record).ok());
  RC_ASSERT(reader.done());
  RC_ASSERT(record.cells.size() == columns.size());
  auto parsed = json::parse(encoded(sample, Absent::kNull));
  RC_ASSERT(parsed.ok());
  for (std::size_t i = 0; i < columns.size(); ++i) {
    const json::Value* at = &*parsed;
    for (const Field* field : columns[i].path) {
      if (!at->is_null()) at = &at->get_object().at(field->name());
    }
    std::string expected;
    if (at->is_string()) expected = at->get_string();
    else if (at->is_array()) {
      for (std::size_t j = 0; j < at->get_array().size(); ++j)
        expected += (j > 0 ? "; " : "") + std::string(at->get_array()[j].get_string());
    } else if (!at->is_null()) expected = json::canonical(*at);
    RC_ASSERT(record.cells[i] == expected);
  }
}

TEST(Encode, WhatIsAbsent) {
  Sample sample;
  sample.name = "a";
  EXPECT_EQ(encoded(sample, Absent::kOmit), R"({"amount":0,"count":0,"fresh":false,"main_part":{"mass_kg":0},"name":"a"})");
  EXPECT_EQ(encoded(sample, Absent::kNull),
            R"({"amount":0,"colour":null,"count":0,"fresh":false,"main_part":{"label":null,"mass_kg":0},"name":"a","parts":[],)"
            R"("price":null,"remark":null,"spare_part":null,"tags":[],"year":null})");
}

TEST(Encode, ColumnsJoinNamesAndLeaveListsOfStructsOut) {
  std::string names;
  for (const Column& column : csv_columns(sample_type())) names += column.name + " ";
  EXPECT_EQ(names,
            "amount price count year fresh name remark tags colour main_part.mass_kg main_part.label spare_part.mass_kg spare_part.label ");
}

TEST(Encode, AnAbsentStructHasEmptyCells) {
  Sample sample;
  for (const Column& column : csv_columns(sample_type())) {
    if (!column.name.starts_with("spare_part.")) continue;
    EXPECT_EQ(column_member(column, &sample), nullptr);
    std::string cell;
    append_csv_cell(cell, column, &sample);
    EXPECT_EQ(cell, "");
  }
}

TEST(Encode, FieldNamesArePlainIdentifiersInOrder) {
  const ObjectType& type = sample_type();
  for (std::size_t i = 1; i < type.canonical_order.size(); ++i) {
    EXPECT_TRUE(json::key_before(type.fields[type.canonical_order[i - 1]].name(), type.fields[type.canonical_order[i]].name()));
  }
}

}  // namespace
}  // namespace greenlang::tool
