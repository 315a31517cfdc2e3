// GET /metrics on its own port, away from callers.
#pragma once

#include <memory>
#include <string>

#include "base/result.hpp"
#include "http/server.hpp"
#include "service/api/problem.hpp"
#include "telemetry/metrics.hpp"

namespace greenlang::service {

class MetricsApplication final : public http::Application {
 public:
  explicit MetricsApplication(const telemetry::Registry& registry) : registry_(registry) {}

  std::unique_ptr<http::StreamReceiver> open_stream(const http::Request&, std::shared_ptr<http::Stream>) override { return nullptr; }

  void handle(http::ExchangePtr exchange) override {
    if (exchange->request().path != "/metrics") {
      return exchange->respond(problem(Error{ErrorCode::kNotFound, "only /metrics is here", ""}));
    }
    http::Response response;
    response.content_type = telemetry::Registry::kExpositionType;
    response.body = registry_.exposition();
    exchange->respond(std::move(response));
  }

 private:
  const telemetry::Registry& registry_;
};

}  // namespace greenlang::service
