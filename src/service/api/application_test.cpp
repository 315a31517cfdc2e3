// The HTTP face through a real server on a port of its own: routes, statuses, problem documents, the ledger.
#include "service/api/application.hpp"

#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <thread>

#include "http/testing.hpp"
#include "service/api/metrics_application.hpp"
#include "service/proof/bundle.hpp"
#include "service/proof/verify.hpp"
#include "service/testing.hpp"
#include "tool/schema.hpp"

namespace greenlang::service {
namespace {

using http::testing::Answer;
using http::testing::Client;
using testing::Ledger;

class Api : public ::testing::Test {
 protected:
  void SetUp() override { start(&ledger.log); }
  void start(ledger::Log* log) {
    shared = std::make_unique<ApiShared>(ApiShared{agent, log, metrics, clock, tool::tool_list(agent), tool::openapi(agent)});
    auto started = http::Server::start({}, [this](http::Loop& loop) { return std::make_unique<Application>(*shared, loop); });
    ASSERT_TRUE(started.ok());
    server = std::move(*started);
  }
  void TearDown() override {
    if (server) server->stop();
    ledger.log.stop();
  }

  Answer send(std::string_view method, std::string_view path, std::string_view body = {}, std::string_view headers = {}) const {
    Client client(server->port());
    std::string request = std::string(method) + " " + std::string(path) + " HTTP/1.1\r\nHost: a\r\n" + std::string(headers);
    if (!body.empty() || method == "POST") request += "Content-Length: " + std::to_string(body.size()) + "\r\n";
    client.send(request + "\r\n" + std::string(body));
    return client.receive(method == "HEAD");
  }
  Answer get(std::string_view path) const { return send("GET", path); }
  Answer post(std::string_view path, std::string_view body, std::string_view headers = "Content-Type: application/json\r\n") const {
    return send("POST", path, body, headers);
  }
  Answer weigh(std::string_view body, std::string_view headers = "Content-Type: application/json\r\n") const {
    return post("/v1/tools/weigh", body, headers);
  }

  const tool::Agent agent = testing::make_agent();
  telemetry::Registry registry;
  const AgentMetrics metrics{registry, agent};
  const SystemClock clock;
  Ledger ledger;
  std::unique_ptr<ApiShared> shared;
  std::unique_ptr<http::Server> server;
};

json::Value parsed(const Answer& answer) {
  auto value = json::parse(answer.body, {.bytes = 1 << 24});
  EXPECT_TRUE(value.ok()) << answer.body;
  return value ? *value : json::Value();
}

// A problem document of that status; returns its detail.
std::string problem_of(const Answer& answer, int status) {
  EXPECT_EQ(answer.status, status) << answer.body;
  EXPECT_EQ(answer.header("Content-Type"), "application/problem+json");
  const json::Value document = parsed(answer);
  if (!document.is_object()) return "";
  EXPECT_EQ(document.at("status"), json::Value(status));
  EXPECT_TRUE(std::string_view(document.at("type").get_string()).starts_with("urn:greenlang:problem:"));
  EXPECT_EQ(json::canonical(document), answer.body);
  return std::string(document.at("detail").get_string());
}

TEST_F(Api, AnswersWithResultAndProvenance) {
  const Answer answer = weigh(R"({"amount":2,"unit":"t"})");
  ASSERT_EQ(answer.status, 200) << answer.body;
  EXPECT_EQ(answer.header("Content-Type"), "application/json");
  const json::Value document = parsed(answer);
  EXPECT_EQ(document.at("result").at("weight_kg"), json::Value(2000));
  const json::Value& provenance = document.at("provenance");
  EXPECT_EQ(provenance.at("id"), json::Value("0"));
  EXPECT_EQ(provenance.at("log"), json::Value("scales.example/log"));
  EXPECT_EQ(provenance.at("tool"), json::Value("weigh"));
  EXPECT_EQ(provenance.at("tool_version"), json::Value("1.0.0"));
  EXPECT_EQ(provenance.at("data_version"), json::Value("data-1"));
  EXPECT_EQ(provenance.at("leaf"), json::Value(hex(ledger.log.record(0)->leaf)));
  EXPECT_FALSE(document.get_object().contains("explanation"));
  EXPECT_EQ(json::canonical(document), answer.body);
}

TEST_F(Api, ExplainsWhenAsked) {
  const Answer answer = post("/v1/tools/weigh?explain=1", R"({"amount":2,"unit":"t","year":2000})");
  ASSERT_EQ(answer.status, 200);
  const json::Value document = parsed(answer);
  ASSERT_EQ(document.at("explanation").get_array().size(), 2u);
  EXPECT_EQ(document.at("explanation").at(0).at("formula"), json::Value("amount * kg_per_unit"));
  const Answer plain = post("/v1/tools/weigh?explain=0", R"({"amount":2,"unit":"t","year":2000})");
  EXPECT_EQ(parsed(plain).at("result"), document.at("result"));
  EXPECT_FALSE(parsed(plain).get_object().contains("explanation"));
}

TEST_F(Api, TheAnswerCanBeVerified) {
  for (int i = 0; i < 5; ++i) ASSERT_EQ(weigh("{\"amount\":" + std::to_string(i) + ",\"unit\":\"kg\"}").status, 200);
  const std::string key = get("/ledger/key").body;
  const Answer proof = get("/v1/provenance/3");
  ASSERT_EQ(proof.status, 200);
  auto bundle = parse_bundle(proof.body);
  ASSERT_TRUE(bundle.ok());
  EXPECT_TRUE(verify_bundle(*bundle, trim(key), agent).ok());
  EXPECT_NE(bundle->entry.find("\"amount\":3"), std::string::npos);
  EXPECT_EQ(get("/ledger/checkpoint").body, bundle->checkpoint);
  EXPECT_EQ(get("/ledger/checkpoint").header("Content-Type"), "text/plain; charset=utf-8");
}

TEST_F(Api, ProvenanceThatIsNotThereIsNotFound) {
  problem_of(get("/v1/provenance/0"), 404);
  problem_of(get("/v1/provenance/x"), 404);
  problem_of(get("/v1/provenance/-1"), 404);
  problem_of(get("/v1/provenance/"), 404);
  problem_of(get("/v1/provenance/99999999999999999999"), 404);
}

TEST_F(Api, TilesAreThoseOfTheLog) {
  for (int i = 0; i < 3; ++i) weigh(R"({"amount":2,"unit":"t"})");
  const Answer tile = get("/ledger/tile/0/000.p/3");
  ASSERT_EQ(tile.status, 200) << tile.body;
  EXPECT_EQ(tile.header("Content-Type"), "application/octet-stream");
  ASSERT_EQ(tile.body.size(), 96u);
  const Digest leaf = ledger.log.record(0)->leaf;
  EXPECT_EQ(tile.body.substr(0, 32), std::string(leaf.begin(), leaf.end()));
  problem_of(get("/ledger/tile/0/000"), 404);
  problem_of(get("/ledger/tile/0/000.p/4"), 404);
  problem_of(get("/ledger/tile/nonsense"), 404);
  problem_of(get("/ledger/else"), 404);
}

TEST_F(Api, BadJsonIs400WithItsPlace) {
  for (const char* body : {"", "{", "{\"amount\":1,}", "{\"amount\":1,\"amount\":2}", "{\"amount\":1e999,\"unit\":\"kg\"}", "\xFF"}) {
    const std::string detail = problem_of(weigh(body), 400);
    EXPECT_NE(detail.find("byte"), std::string::npos) << body << ": " << detail;
  }
  problem_of(weigh(std::string(100, '[') + std::string(100, ']')), 400);
}

TEST_F(Api, BadInputIs422WithPointers) {
  const Answer answer = weigh(R"({"amount":-1,"units":"kg"})");
  problem_of(answer, 422);
  const json::Value document = parsed(answer);
  const json::Array& errors = document.at("errors").get_array();
  ASSERT_EQ(errors.size(), 3u);
  EXPECT_EQ(errors[0].at("pointer"), json::Value("/amount"));
  EXPECT_EQ(errors[1].at("pointer"), json::Value("/unit"));
  EXPECT_EQ(errors[2].at("pointer"), json::Value("/units"));
  EXPECT_EQ(problem_of(weigh(R"({"amount":1,"unit":"kg","label":"refuse"})"), 422), "/label: is refused, \"really\"");
  EXPECT_EQ(problem_of(weigh("[]"), 422), "must be an object; it is an array");
  EXPECT_EQ(ledger.log.size(), 0u);  // nothing of it is recorded
}

TEST_F(Api, TheMediaTypeMustBeJson) {
  for (const char* type : {"", "Content-Type: text/plain\r\n", "Content-Type: application/jsonp\r\n"})
    problem_of(weigh(R"({"amount":1,"unit":"kg"})", type), 415);
  for (const char* type : {"Content-Type: application/json; charset=utf-8\r\n", "content-type: Application/JSON\r\n"}) {
    EXPECT_EQ(weigh(R"({"amount":1,"unit":"kg"})", type).status, 200) << type;
  }
}

TEST_F(Api, ABodyOverTheLimitIs413) {
  EXPECT_EQ(weigh(std::string((1 << 20) + 1, ' ')).status, 413);
  EXPECT_EQ(weigh(std::string(1 << 20, ' ')).status, 400);
}

TEST_F(Api, AnUnknownToolNamesTheClosest) {
  EXPECT_EQ(problem_of(post("/v1/tools/weight", "{}"), 404), "unknown tool \"weight\"; did you mean \"weigh\"?");
  EXPECT_EQ(problem_of(get("/v1/tools/zzz"), 404), "unknown tool \"zzz\"; known: weigh or weigh_all");
  EXPECT_EQ(problem_of(post("/v1/tools/weight/batch", "{}"), 404), "unknown tool \"weight\"; did you mean \"weigh\"?");
  EXPECT_NE(problem_of(get("/else"), 404).find("/docs"), std::string::npos);
}

TEST_F(Api, AWrongMethodNamesTheRightOnes) {
  const auto allow = [&](std::string_view method, std::string_view path) {
    const Answer answer = send(method, path);
    problem_of(answer, 405);
    return answer.header("Allow");
  };
  EXPECT_EQ(allow("PUT", "/v1/tools/weigh"), "GET, POST");
  EXPECT_EQ(allow("DELETE", "/v1/tools/weigh"), "GET, POST");
  EXPECT_EQ(allow("GET", "/v1/tools/weigh/batch"), "POST");
  EXPECT_EQ(allow("POST", "/v1/tools"), "GET");
  EXPECT_EQ(allow("POST", "/healthz"), "GET");
  EXPECT_EQ(allow("POST", "/ledger/checkpoint"), "GET");
  EXPECT_EQ(allow("POST", "/v1/provenance/0"), "GET");
}

TEST_F(Api, ReadsAreThere) {
  EXPECT_EQ(get("/healthz").body, R"({"status":"ok"})");
  EXPECT_EQ(get("/startupz").status, 200);
  EXPECT_EQ(get("/readyz").body, R"({"entries":0,"ledger":"ok","status":"ok"})");
  EXPECT_EQ(get("/v1/tools").body, tool::tool_list(agent));
  EXPECT_EQ(get("/openapi.json").body, tool::openapi(agent));
  const json::Value one = parsed(get("/v1/tools/weigh"));
  ASSERT_EQ(one.at("tools").get_array().size(), 1u);
  EXPECT_EQ(one.at("tools").at(0).at("name"), json::Value("weigh"));
  const Answer head = send("HEAD", "/v1/tools");
  EXPECT_EQ(head.status, 200);
  EXPECT_TRUE(head.body.empty());
}

TEST_F(Api, ThePageLoadsNothingFromElsewhere) {
  for (const char* path : {"/docs", "/"}) {
    const Answer page = get(path);
    EXPECT_EQ(page.status, 200);
    EXPECT_EQ(page.header("Content-Type"), "text/html; charset=utf-8");
    EXPECT_TRUE(page.header("Content-Security-Policy").starts_with("default-src 'none';"));
    for (const char* outside : {"src=\"http", "href=\"http", "//cdn", "@import"})
      EXPECT_EQ(page.body.find(outside), std::string::npos) << outside;
  }
}

TEST_F(Api, AnIdempotencyKeyIsRecordedOnce) {
  const std::string headers = "Content-Type: application/json\r\nIdempotency-Key: k1\r\n";
  const Answer first = weigh(R"({"amount":2,"unit":"t"})", headers);
  ASSERT_EQ(first.status, 200);
  EXPECT_EQ(first.header("Idempotency-Replayed"), "");
  weigh(R"({"amount":3,"unit":"t"})");
  const Answer again = weigh(R"({ "unit":"t", "amount":2.0 })", headers);
  EXPECT_EQ(again.status, 200);
  EXPECT_EQ(again.body, first.body);
  EXPECT_EQ(again.header("Idempotency-Replayed"), "true");
  problem_of(weigh(R"({"amount":4,"unit":"t"})", headers), 409);
  EXPECT_EQ(ledger.log.size(), 2u);
}

TEST_F(Api, ALedgerThatCannotBeWrittenIs503) {
  ledger.store->fail_next({ErrorCode::kUnavailable, "disk full", ""});
  const Answer answer = weigh(R"({"amount":2,"unit":"t"})");
  problem_of(answer, 503);
  EXPECT_EQ(answer.header("Retry-After"), "1");
  EXPECT_EQ(weigh(R"({"amount":2,"unit":"t"})").status, 200);
  ledger.log.stop();
  problem_of(weigh(R"({"amount":2,"unit":"t"})"), 503);
  EXPECT_EQ(ledger.log.size(), 1u);
}

TEST_F(Api, ManyClientsEachGetTheirOwnAnswer) {
  std::vector<std::thread> threads;
  for (int thread = 0; thread < 8; ++thread) {
    threads.emplace_back([this, thread] {
      Client client(server->port());
      for (int i = 0; i < 50; ++i) {
        const int amount = thread * 1000 + i;
        const std::string body = "{\"amount\":" + std::to_string(amount) + ",\"unit\":\"kg\"}";
        client.send("POST /v1/tools/weigh HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: " +
                    std::to_string(body.size()) + "\r\n\r\n" + body);
        const Answer answer = client.receive();
        ASSERT_EQ(answer.status, 200);
        ASSERT_NE(answer.body.find("\"weight_kg\":" + std::to_string(amount) + "}"), std::string::npos) << answer.body;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(ledger.log.size(), 400u);
  EXPECT_TRUE(ledger.log.verify().ok());
}

TEST_F(Api, WithoutALedgerNothingIsRecorded) {
  server->stop();
  start(nullptr);
  const Answer answer = weigh(R"({"amount":2,"unit":"t"})");
  ASSERT_EQ(answer.status, 200);
  EXPECT_TRUE(parsed(answer).at("provenance").at("id").is_null());
  EXPECT_TRUE(parsed(answer).at("provenance").at("log").is_null());
  EXPECT_EQ(get("/readyz").body, R"({"ledger":"none","status":"ok"})");
  problem_of(get("/ledger/checkpoint"), 404);
  problem_of(get("/v1/provenance/0"), 404);
}

TEST_F(Api, CountsWhatItDoes) {
  weigh(R"({"amount":2,"unit":"t"})");
  weigh(R"({"amount":2})");
  post("/v1/tools/weigh/batch", "amount,unit\n1,kg\n2,lb\n3,kg\n", "Content-Type: text/csv\r\n");
  get("/healthz");
  get("/else");
  auto scrape = http::Server::start({}, [this](http::Loop&) { return std::make_unique<MetricsApplication>(registry); });
  ASSERT_TRUE(scrape.ok());
  Client client((*scrape)->port());
  client.send("GET /metrics HTTP/1.1\r\nHost: a\r\n\r\nGET /else HTTP/1.1\r\nHost: a\r\n\r\n");
  const Answer answer = client.receive();
  EXPECT_EQ(answer.status, 200);
  EXPECT_TRUE(answer.header("Content-Type").starts_with("text/plain; version=0.0.4"));
  for (const char* line :
       {"agent_requests_total{route=\"call\",status=\"2xx\"} 1", "agent_requests_total{route=\"call\",status=\"4xx\"} 1",
        "agent_requests_total{route=\"batch\",status=\"2xx\"} 1", "agent_requests_total{route=\"health\",status=\"2xx\"} 1",
        "agent_requests_total{route=\"read\",status=\"4xx\"} 1", "agent_calculations_total{tool=\"weigh\"} 3",
        "agent_provenance_hashes_total 4", "agent_request_duration_seconds_count{route=\"call\"} 2"}) {
    EXPECT_NE(answer.body.find(std::string(line) + "\n"), std::string::npos) << line << "\n" << answer.body;
  }
  EXPECT_EQ(client.receive().status, 404);
}

}  // namespace
}  // namespace greenlang::service
