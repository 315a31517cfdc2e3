// Entries have one form, and proofs survive being written down.
#include "service/proof/bundle.hpp"

#include <gtest/gtest.h>

#include <boost/json.hpp>

#include "service/proof/entry.hpp"
#include "service/testing.hpp"

namespace greenlang::service {
namespace {

using testing::Ledger;
using testing::make_agent;

std::string entry_of_answer(std::string_view question) {
  const tool::Agent agent = make_agent();
  tool::Answer answer;
  GL_CHECK(agent.tools[0].open()->call(*json::parse(question), false, answer).empty());
  std::string out;
  append_entry(out, agent, agent.tools[0], answer.input, answer.output);
  return out;
}

TEST(Entry, IsCanonical) {
  const std::string body = entry_of_answer(R"({"unit":"t","amount":2,"label":"\u20ac \"q\"","year":2000})");
  auto parsed = json::parse(body);
  ASSERT_TRUE(parsed.ok());
  EXPECT_EQ(json::canonical(*parsed), body);
  EXPECT_TRUE(body.starts_with(R"({"data_version":"data-1","input":{"amount":2,)")) << body;
  EXPECT_TRUE(body.ends_with(R"(,"tool":"weigh","tool_version":"1.0.0"})")) << body;
}

TEST(Entry, OfABatchIsCanonical) {
  const tool::Agent agent = make_agent();
  for (const RowFormat format : {RowFormat::kCsv, RowFormat::kNdjson}) {
    const testing::Batch batch =
        testing::run(format == RowFormat::kCsv ? "amount,unit\n1,kg\n2,lb\n" : "{\"amount\":1,\"unit\":\"kg\"}\n{}\n", {format});
    const std::string body = batch_entry(agent, agent.tools[0], *batch.report, format);
    EXPECT_EQ(json::canonical(*json::parse(body)), body);
    auto entry = parse_entry(body);
    ASSERT_TRUE(entry.ok());
    EXPECT_TRUE(entry->is_batch());
    EXPECT_EQ(entry->output.at("rows"), json::Value(2));
    EXPECT_EQ(entry->output.at("failed"), json::Value(1));
    EXPECT_EQ(entry->output.at("header").get_string().empty(), format == RowFormat::kNdjson);
  }
}

TEST(Entry, IsReadBack) {
  auto entry = parse_entry(entry_of_answer(R"({"unit":"t","amount":2})"));
  ASSERT_TRUE(entry.ok());
  EXPECT_FALSE(entry->is_batch());
  EXPECT_EQ(entry->tool, "weigh");
  EXPECT_EQ(entry->tool_version, "1.0.0");
  EXPECT_EQ(entry->data_version, "data-1");
  EXPECT_EQ(json::canonical(entry->input), R"({"amount":2,"unit":"t"})");
}

TEST(Entry, OfAnotherFormIsRefused) {
  for (const char* body : {"", "[]", "{}", "nonsense", R"({"data_version":"d","input":{},"output":{},"tool":"t"})",
                           R"({"data_version":1,"input":{},"output":{},"tool":"t","tool_version":"v"})",
                           R"({"data_version":"d","input":{},"tool":"t","tool_version":"v"})",
                           R"({"tool":"t","tool_version":"v","data_version":"d","input":{},"output":{}})",   // not in canonical order
                           R"({ "data_version":"d","input":{},"output":{},"tool":"t","tool_version":"v"})",  // white space
                           R"({"data_version":"d","input":{"batch":1},"output":3,"tool":"t","tool_version":"v"})",
                           R"({"data_version":"d","input":{"batch":1},"output":{"header":"a"},"tool":"t","tool_version":"v"})"}) {
    EXPECT_FALSE(parse_entry(body).ok()) << body;
  }
  EXPECT_TRUE(parse_entry(R"({"data_version":"d","input":{},"output":{},"tool":"t","tool_version":"v"})").ok());
}

TEST(Bundle, SurvivesBeingWritten) {
  Ledger ledger;
  for (int i = 0; i < 20; ++i) ledger.append(entry_of_answer("{\"unit\":\"kg\",\"amount\":" + std::to_string(i) + "}"));
  for (std::uint64_t index = 0; index < 20; ++index) {
    auto bundle = make_bundle(ledger.log, index);
    ASSERT_TRUE(bundle.ok());
    if (index == 7) bundle->row = RowProof{"1,kg,\"\xE2\x82\xAC\"", 3, 9, {sha256("a"), sha256("b")}};
    const std::string text = bundle_text(*bundle);
    EXPECT_EQ(json::canonical(*json::parse(text)), text);
    auto again = parse_bundle(text);
    ASSERT_TRUE(again.ok()) << again.error().message;
    EXPECT_EQ(bundle_text(*again), text);
    EXPECT_EQ(again->index, index);
    EXPECT_EQ(again->row.has_value(), index == 7);
  }
  EXPECT_EQ(make_bundle(ledger.log, 20).error().code, ErrorCode::kNotFound);
}

TEST(Bundle, OfAnotherFormIsRefusedByName) {
  Ledger ledger;
  ledger.append(entry_of_answer(R"({"unit":"kg","amount":1})"));
  auto bundle = *make_bundle(ledger.log, 0);
  bundle.row = RowProof{"1,kg", 0, 1, {}};
  const json::Value good = *json::parse(bundle_text(bundle));
  const auto refused = [&](std::string_view name, const json::Value& value) {
    json::Value changed = good;
    json::Object& object = name.starts_with("row/") ? changed.get_object().at("row").get_object() : changed.get_object();
    const std::string_view member = name.starts_with("row/") ? name.substr(4) : name;
    if (value.is_null()) object.erase(member);
    else object[member] = value;
    auto parsed = parse_bundle(json::canonical(changed));
    EXPECT_FALSE(parsed.ok()) << name << json::canonical(value);
    return parsed.ok() ? "" : parsed.error().path;
  };
  for (const char* name : {"kind", "entry", "index", "inclusion", "checkpoint", "key", "row/text", "row/number", "row/rows", "row/path"}) {
    EXPECT_EQ(refused(name, nullptr), "/" + std::string(name));
    EXPECT_EQ(refused(name, 7), "/" + std::string(name));
  }
  EXPECT_EQ(refused("kind", "greenlang-proof-2"), "/kind");
  EXPECT_EQ(refused("index", "-1"), "/index");
  EXPECT_EQ(refused("index", "1.5"), "/index");
  EXPECT_EQ(refused("inclusion", json::Array{json::Value("abc")}), "/inclusion");
  EXPECT_EQ(refused("inclusion", json::Array{json::Value(std::string(64, 'g'))}), "/inclusion");
  EXPECT_EQ(refused("inclusion", json::Array(65, json::Value(std::string(64, 'a')))), "/inclusion");
  EXPECT_FALSE(parse_bundle("not JSON").ok());
  EXPECT_FALSE(parse_bundle("[]").ok());
}

}  // namespace
}  // namespace greenlang::service
