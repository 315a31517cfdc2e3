// What is true of every row of every table: linear, monotone, the same in any unit, gases times GWP.
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "agents/fuel_analyzer/testing.hpp"

namespace greenlang::fuel_analyzer {
namespace {

using testing::all_rows;
using testing::apart;
using testing::ask;
using testing::question_of;
using testing::Reply;
using testing::shipped;

constexpr const char* kAmounts[] = {"/emissions_value", "/co2e_kg", "/co2_kg", "/ch4_kg", "/n2o_kg", "/biogenic_co2_kg"};

const Factor& any_row() {
  static const std::vector<const Factor*> kRows = all_rows();
  return **rc::gen::elementOf(kRows);
}

double any_amount() { return *rc::gen::inRange(1, 1000000000) * std::pow(10, *rc::gen::inRange(-6, 3)); }

Reply answer(json::Object question, const char* name, const json::Value& value) {
  question[name] = value;
  Reply reply = ask("calculate_emissions", question);
  RC_ASSERT(reply.ok());
  return reply;
}

RC_GTEST_PROP(EmissionsProperty, AreLinearInTheAmount, ()) {
  const json::Object question = question_of(any_row(), 1);
  const double amount = any_amount();
  const double times = *rc::gen::inRange(2, 1000);
  const Reply one = answer(question, "activity_value", amount);
  const Reply many = answer(question, "activity_value", amount * times);
  for (const char* field : kAmounts) {
    RC_ASSERT(one.is_null(field) == many.is_null(field));
    if (!one.is_null(field)) RC_ASSERT(apart(one.number(field) * times, many.number(field)) < 1e-13);
  }
  RC_ASSERT(apart(one.number("/conversion_factor") * amount, one.number("/co2e_kg")) < 1e-13);
}

RC_GTEST_PROP(EmissionsProperty, AreMonotoneInTheAmount, ()) {
  const json::Object question = question_of(any_row(), 1);
  const double amount = any_amount();
  const Reply less = answer(question, "activity_value", amount);
  const Reply more = answer(question, "activity_value", amount * (1 + 1e-9 * *rc::gen::inRange(0, 1000)));
  for (const char* field : kAmounts) {
    if (!less.is_null(field)) RC_ASSERT(less.number(field) <= more.number(field));
  }
}

TEST(Emissions, NothingInNothingOut) {
  for (const Factor* row : all_rows()) {
    const Reply reply = ask("calculate_emissions", question_of(*row, 0));
    ASSERT_TRUE(reply.ok()) << reply.error();
    for (const char* field : kAmounts) EXPECT_TRUE(reply.is_null(field) || reply.number(field) == 0) << row->id << field;
  }
}

// kWh, MJ, therm, ... of one amount give one answer; so do kg, t, short_ton, and L, m3, gallons.
RC_GTEST_PROP(EmissionsProperty, AreTheSameInEveryUnit, ()) {
  const Factor& row = any_row();
  const double amount = any_amount() * 1e-4;  // a TJ has 1e9 Btu, and the limit is 1e18
  const Reply reference = answer(question_of(row, amount), "activity_value", amount);
  for (const units::Unit& unit : units::all()) {
    if (unit.dimension != row.per_unit->dimension) continue;
    json::Object question = question_of(row, amount * units::ratio(*row.per_unit, unit));
    question["activity_unit"] = unit.key;
    const Reply reply = ask("calculate_emissions", question);
    if (!reply.ok()) {
      RC_ASSERT(reply.errors[0].path == "/activity_unit");  // a gas in gallons, a liquid in cubic feet
      continue;
    }
    if (reply.text("/factor/id") != reference.text("/factor/id")) continue;  // printed for that very unit
    for (const char* field : kAmounts) {
      if (!reference.is_null(field)) RC_ASSERT(apart(reference.number(field), reply.number(field)) < 1e-12);
    }
  }
}

// Gases by mass: the total is their sum by GWP. Printed totals: within the rounding of the print.
TEST(Emissions, AreTheSumOfGasesByGwp) {
  for (const Factor* row : all_rows()) {
    for (std::size_t set = 0; set < 3; ++set) {
      const double amount = 777;
      json::Object question = question_of(*row, amount);
      question["gwp_set"] = kGwpSetNames[set];
      const Reply reply = ask("calculate_emissions", question);
      if (!reply.ok()) {
        EXPECT_EQ(reply.errors[0].path, "/gwp_set") << reply.error();
        EXPECT_FALSE(row->co2) << row->id;
        continue;
      }
      EXPECT_EQ(reply.text("/gwp_set"), kGwpSetNames[set]);
      const Gwp& gwp = shipped().tables->gwp(static_cast<GwpSet>(set));
      if (reply.is_null("/co2_kg") || reply.is_null("/ch4_kg") || reply.is_null("/n2o_kg")) continue;
      const double ch4 = row->biogenic || row->fuel->origin == Origin::kBiogenic ? gwp.ch4_non_fossil : gwp.ch4_fossil;
      const double sum = reply.number("/co2_kg") + reply.number("/ch4_kg") * ch4 + reply.number("/n2o_kg") * gwp.n2o;
      const double total = reply.number("/co2e_kg");
      const bool printed = row->co2e && row->dataset->gwp_set == static_cast<GwpSet>(set);
      if (printed) {
        EXPECT_NEAR(sum, total, 2e-5 * amount * std::fmax(1, *row->co2e)) << row->id;
      } else {
        EXPECT_LT(apart(sum, total), 1e-12) << row->id;
      }
    }
  }
}

TEST(Emissions, EachGwpSetGivesItsOwnTotal) {
  const auto total = [](std::string_view set) {
    json::Object question{{"activity_value", 1},
                          {"activity_unit", "mmBtu"},
                          {"fuel_type", "natural_gas"},
                          {"region", "US"},
                          {"year", 2025},
                          {"heating_value_basis", "HHV"},
                          {"gwp_set", set}};
    return ask("calculate_emissions", question).number("/co2e_kg");
  };
  EXPECT_DOUBLE_EQ(total("AR4GWP100"), 53.1148);
  EXPECT_DOUBLE_EQ(total("AR5GWP100"), 53.1145);
  EXPECT_DOUBLE_EQ(total("AR6GWP100"), 53.06 + 0.001 * 29.8 + 0.0001 * 273);
}

TEST(Emissions, BiogenicCarbonIsNeverInTheTotal) {
  for (const Factor* row : all_rows()) {
    const Reply reply = ask("calculate_emissions", question_of(*row, 100));
    ASSERT_TRUE(reply.ok());
    if (!row->biogenic || !row->co2) continue;
    EXPECT_GT(reply.number("/biogenic_co2_kg"), 0) << row->id;
    EXPECT_FALSE(reply.number("/co2_kg") > 0) << row->id;
    const double gases = (row->ch4.value_or(0) * 30 + row->n2o.value_or(0) * 300) * row->mass_unit_kg * 100;
    EXPECT_LE(reply.number("/co2e_kg"), gases) << row->id;
  }
}

TEST(Emissions, FossilFuelsHaveNoBiogenicCarbonAndBiomassNoFossil) {
  for (const Factor* row : all_rows()) {
    if (row->category != "direct" || (row->biogenic && row->fuel->key == "peat")) continue;  // peat: EPA says biomass, IPCC fossil
    const Reply reply = ask("calculate_emissions", question_of(*row, 100));
    if (row->fuel->origin == Origin::kFossil) {
      EXPECT_EQ(reply.number("/biogenic_co2_kg"), 0) << row->id;
    } else if (row->fuel->origin == Origin::kBiogenic) {
      EXPECT_EQ(reply.number("/co2_kg"), 0) << row->id;
    }
  }
}

// A session remembers plans; what was asked before must not change an answer.
TEST(Emissions, DoNotDependOnEarlierQuestions) {
  const tool::Tool& tool = *shipped().agent.find("calculate_emissions");
  const std::vector<std::string> kQuestions = {
      R"({"activity_value":1,"activity_unit":"L","fuel_type":"DERV","region":"GB\u001f","year":2025})",
      R"({"activity_value":1,"activity_unit":"L","fuel_type":"DERV\u001fGB","year":2025})",
      R"({"activity_value":1,"activity_unit":"L","fuel_type":"DERV","region":"GB","year":2025})",
      R"({"activity_value":1,"activity_unit":"L","fuel_type":"DERV","region":"GB"})",
      R"({"activity_value":1,"activity_unit":"L","ef_value":2,"ef_unit":"kgCO2e/L","ef_source":"a"})",
      R"({"activity_value":1,"activity_unit":"L","ef_value":2,"ef_unit":"kgCO2e/L","ef_source":"b"})",
      R"({"activity_value":1,"activity_unit":"L","ef_value":2,"ef_unit":"kgCO2e/L","scope":1})",
      R"({"activity_value":1,"activity_unit":"L","ef_value":12,"ef_unit":"kgCO2e/L"})"};
  const auto answer = [](tool::Session& session, const std::string& question) {
    tool::Answer out;
    const Errors errors = session.call(*json::parse(question), false, out);
    return errors.empty() ? out.output : errors[0].path + errors[0].message;
  };
  const auto used = tool.open();
  for (int round = 0; round < 2; ++round) {
    for (const std::string& question : kQuestions) EXPECT_EQ(answer(*used, question), answer(*tool.open(), question)) << question;
  }
}

RC_GTEST_PROP(EmissionsProperty, ASessionForgetsWithoutChangingAnswers, ()) {
  static const auto session = shipped().agent.find("calculate_emissions")->open();
  const json::Object question = question_of(any_row(), any_amount());
  tool::Answer used, fresh;
  RC_ASSERT(session->call(question, false, used).empty());
  RC_ASSERT(shipped().agent.find("calculate_emissions")->open()->call(question, false, fresh).empty());
  RC_ASSERT(used.output == fresh.output);
}

}  // namespace
}  // namespace greenlang::fuel_analyzer
