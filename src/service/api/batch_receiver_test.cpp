// Rows over HTTP: as they come, the same bytes as a batch of a file, and one ledger entry named by a trailer.
#include "service/api/batch_receiver.hpp"

#include <gtest/gtest.h>

#include <boost/json.hpp>

#include "http/testing.hpp"
#include "service/proof/bundle.hpp"
#include "service/proof/verify.hpp"
#include "service/testing.hpp"
#include "tool/schema.hpp"

namespace greenlang::service {
namespace {

using http::testing::Answer;
using http::testing::Client;
using testing::File;
using testing::Ledger;

class BatchOverHttp : public ::testing::Test {
 protected:
  void SetUp() override {
    auto started = http::Server::start({}, [this](http::Loop& loop) { return std::make_unique<Application>(shared, loop); });
    ASSERT_TRUE(started.ok());
    server = std::move(*started);
  }
  void TearDown() override {
    server->stop();
    ledger.log.stop();
  }

  // In chunks of `piece` bytes.
  Answer post(std::string_view type, std::string_view body, std::size_t piece = 1 << 20, std::string_view tool = "weigh") const {
    Client client(server->port());
    std::string request = "POST /v1/tools/" + std::string(tool) + "/batch HTTP/1.1\r\nHost: a\r\nContent-Type: " + std::string(type) +
                          "\r\nTransfer-Encoding: chunked\r\n\r\n";
    while (!body.empty()) {
      const std::string_view part = body.substr(0, piece);
      char size[20];
      std::snprintf(size, sizeof size, "%zx\r\n", part.size());
      request += size + std::string(part) + "\r\n";
      body.remove_prefix(part.size());
    }
    // Sent beside reading, since the answer begins before the end of the question.
    std::thread sender([&client, request = request + "0\r\n\r\n"] { client.send(request); });
    Answer answer = client.receive();
    sender.join();
    return answer;
  }
  // The proof that the trailer names, after checking it against the rows.
  void check_proof(const Answer& answer) const {
    ASSERT_EQ(answer.header("Trailer"), "Greenlang-Provenance");
    constexpr std::string_view kName = "Greenlang-Provenance: ";
    ASSERT_TRUE(answer.trailers.starts_with(kName)) << answer.trailers;
    const auto index = parse_integer(trim(std::string_view(answer.trailers).substr(kName.size())));
    ASSERT_TRUE(index) << answer.trailers;
    auto bundle = make_bundle(const_cast<Ledger&>(ledger).log, static_cast<std::uint64_t>(*index));
    ASSERT_TRUE(bundle.ok());
    const File file(answer.body);
    for (const Check& check : verify_output(*bundle, ledger.log.verifier_text(), agent, file.fd()).checks) {
      EXPECT_EQ(check.state, CheckState::kPassed) << check.what << ": " << check.detail;
    }
  }

  const tool::Agent agent = testing::make_agent();
  telemetry::Registry registry;
  const AgentMetrics metrics{registry, agent};
  const SystemClock clock;
  Ledger ledger;
  const ApiShared shared{agent, &ledger.log, metrics, clock, tool::tool_list(agent), tool::openapi(agent)};
  std::unique_ptr<http::Server> server;
};

std::string many_rows(int rows) {
  std::string out = "amount,unit,label\n";
  for (int i = 0; i < rows; ++i) out += std::to_string(i) + (i % 7 == 0 ? ",lb,\n" : i % 5 == 0 ? ",kg,\"two\nlines\"\n" : ",t,van\n");
  return out;
}

TEST_F(BatchOverHttp, AnswersCsvLikeAFile) {
  const std::string input = many_rows(3000);
  const std::string expected = testing::run(input).output;
  for (const std::size_t piece : {std::size_t{17}, std::size_t{1000}, std::size_t{1} << 20}) {
    const Answer answer = post("text/csv", input, piece);
    ASSERT_EQ(answer.status, 200);
    EXPECT_EQ(answer.header("Content-Type"), "text/csv; charset=utf-8");
    EXPECT_TRUE(answer.body == expected) << piece;
    check_proof(answer);
  }
  EXPECT_EQ(ledger.log.size(), 3u);
}

TEST_F(BatchOverHttp, RecordsWhatAFileRecords) {
  const std::string input = "\xEF\xBB\xBF" + many_rows(50);
  const testing::Batch batch = testing::run(input);
  post("text/csv", input, 2);
  const std::string body = ledger.log.record(0)->body;
  for (const Digest& digest : {batch.report->input_sha256, batch.report->output_sha256, batch.report->rows_root})
    EXPECT_NE(body.find(hex(digest)), std::string::npos);
}

TEST_F(BatchOverHttp, AnswersNdjson) {
  const std::string input = "{\"amount\":1,\"unit\":\"kg\"}\n{\"amount\":2,\"unit\":\"lb\"}\nnonsense\n{\"amount\":3,\"unit\":\"t\"}";
  for (const std::size_t piece : {std::size_t{1}, std::size_t{1} << 20}) {
    const Answer answer = post("application/x-ndjson", input, piece);
    ASSERT_EQ(answer.status, 200);
    EXPECT_EQ(answer.body, testing::run(input, {RowFormat::kNdjson}).output);
    check_proof(answer);
  }
  EXPECT_EQ(post("application/x-ndjson", "\xEF\xBB\xBF" + input, 1).body, testing::run(input, {RowFormat::kNdjson}).output);
}

TEST_F(BatchOverHttp, AnswersAnArray) {
  const Answer answer = post("application/json", R"([{"amount":1,"unit":"kg"}, 7 ,{"unit":"t","amount":2}])", 5);
  ASSERT_EQ(answer.status, 200);
  EXPECT_EQ(answer.header("Content-Type"), "application/x-ndjson");
  const auto rows = testing::lines(answer.body);
  ASSERT_EQ(rows.size(), 3u);
  EXPECT_NE(rows[0].find("\"weight_kg\":1}"), std::string::npos);
  EXPECT_NE(rows[1].find("must be an object; it is a number"), std::string::npos);
  EXPECT_NE(rows[1].find("\"line\":2,\"raw\":\"7\""), std::string::npos);
  EXPECT_NE(rows[2].find("\"weight_kg\":2000}"), std::string::npos);
  check_proof(answer);
  EXPECT_EQ(post("application/json", "[]").body, "");
  EXPECT_EQ(post("application/json", R"([{"loads":[{"amount":1,"unit":"t"}]}])", 100, "weigh_all").status, 200);
}

TEST_F(BatchOverHttp, RefusesWhatIsNotRows) {
  const auto refused = [&](std::string_view type, std::string_view body, std::string_view tool = "weigh") {
    const Answer answer = post(type, body, 1 << 20, tool);
    EXPECT_EQ(answer.header("Content-Type"), "application/problem+json") << body.substr(0, 100);
    auto document = json::parse(answer.body);
    return std::to_string(answer.status) + " " + (document ? std::string(document->at("detail").get_string()) : answer.body);
  };
  EXPECT_TRUE(refused("text/plain", "x").starts_with("415 the Content-Type must be text/csv"));
  EXPECT_EQ(refused("text/csv", ""), "422 the file is empty");
  EXPECT_EQ(refused("application/x-ndjson", ""), "422 the file is empty");
  EXPECT_TRUE(refused("text/csv", "amount,units\n1,kg\n").starts_with("422 unknown column \"units\""));
  EXPECT_TRUE(refused("text/csv", std::string("\xFF\xFE"
                                              "a\0,\0\n\0",
                                              8))
                  .starts_with("422 the file is UTF-16"));
  EXPECT_TRUE(refused("application/x-ndjson", std::string("PK\x03\x04zip")).starts_with("422 the file is a ZIP archive"));
  EXPECT_TRUE(refused("text/csv", "loads\n", "weigh_all").find("use NDJSON") != std::string::npos);
  EXPECT_TRUE(refused("text/csv", std::string((1 << 20) + 100'000, 'x')).starts_with("422 the header line is longer than 1 MiB"));
  EXPECT_TRUE(refused("application/json", "[{\"amount\":1,]").starts_with("400 "));
  EXPECT_TRUE(refused("application/json", "").starts_with("400 "));
  EXPECT_EQ(refused("application/json", R"({"amount":1})"), "422 must be an array of objects, one for each row");
  EXPECT_TRUE(refused("application/json", "[" + std::string(1 << 20, ' ') + "]").starts_with("413 a JSON array may have 1 MiB"));
  EXPECT_EQ(ledger.log.size(), 0u);
}

TEST_F(BatchOverHttp, AHeaderAloneIsABatchOfNothing) {
  const Answer answer = post("text/csv", "amount,unit");
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer.body, "amount,unit,weight_kg,per_year,note,source.id,error\n");
  check_proof(answer);
}

TEST_F(BatchOverHttp, RowsThatAreNotRecordedSaySo) {
  ledger.store->fail_next({ErrorCode::kUnavailable, "disk full", ""});
  const Answer answer = post("text/csv", "amount,unit\n1,kg\n");
  EXPECT_EQ(answer.status, 200);  // the rows had left already
  EXPECT_EQ(answer.trailers, "Greenlang-Provenance: not recorded: disk full\r\n");
  EXPECT_EQ(ledger.log.size(), 0u);
}

TEST_F(BatchOverHttp, ALongRowInSmallChunksIsAnErrorRow) {
  const std::string input = "amount,unit,label\n1,kg," + std::string(1'200'000, 'x') + "\n2,kg,\n";
  const Answer answer = post("text/csv", input, 8);
  ASSERT_EQ(answer.status, 200);
  EXPECT_EQ(answer.body, testing::run(input).output);
  EXPECT_NE(answer.body.find("longer than 524288 bytes"), std::string::npos);
}

TEST_F(BatchOverHttp, AClientThatVanishesLeavesNothing) {
  {
    Client client(server->port());
    client.send(
        "POST /v1/tools/weigh/batch HTTP/1.1\r\nHost: a\r\nContent-Type: text/csv\r\nTransfer-Encoding: chunked\r\n\r\n12\r\namount,unit\n1,kg\n2\r\n");
    EXPECT_TRUE(client.connected());
  }
  EXPECT_EQ(post("text/csv", "amount,unit\n1,kg\n").status, 200);  // and the server goes on
  server->stop();
  EXPECT_EQ(ledger.log.size(), 1u);
}

}  // namespace
}  // namespace greenlang::service
