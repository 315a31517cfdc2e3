// The HTTP face of an agent: routes of docs/api.md. One object a loop, on its thread.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "http/server.hpp"
#include "ledger/log.hpp"
#include "service/api/agent_metrics.hpp"
#include "service/api/commits.hpp"
#include "tool/tool.hpp"

namespace greenlang::service {

// What all loops share; read-only, or thread-safe.
struct ApiShared {
  const tool::Agent& agent;
  ledger::Log* log;  // null: answers are not recorded
  const AgentMetrics& metrics;
  const Clock& clock;
  std::string tools_json, openapi_json;  // made once
};

class Application final : public http::Application {
 public:
  Application(const ApiShared& shared, http::Loop& loop);

  std::unique_ptr<http::StreamReceiver> open_stream(const http::Request& head, std::shared_ptr<http::Stream> stream) override;
  void handle(http::ExchangePtr exchange) override;

 private:
  struct OpenTool {
    const tool::Tool* tool;
    std::unique_ptr<tool::Session> session;
    std::string response_head;  // the part of an answer that does not change
  };

  void call(http::ExchangePtr exchange, OpenTool& open);
  void record(http::ExchangePtr exchange, OpenTool& open, std::string&& steps, std::int64_t began_ns);
  http::Response read(const http::Request& request);
  http::Response tool_page(std::string_view name) const;
  http::Response provenance(std::string_view id);
  http::Response ledger(std::string_view path);
  http::Response ready();
  OpenTool* find(std::string_view name);
  Error unknown_tool(std::string_view name) const;
  void finish(http::Exchange& exchange, http::Response&& response, std::string_view route, std::int64_t began_ns);

  const ApiShared& shared_;
  std::unique_ptr<Commits> commits_;
  std::vector<OpenTool> tools_;
  tool::Answer answer_;
  Sha256 hash_;
};

}  // namespace greenlang::service
