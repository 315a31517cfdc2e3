#include "service/api/agent_metrics.hpp"

namespace greenlang::service {

AgentMetrics::AgentMetrics(telemetry::Registry& registry, const tool::Agent& agent) {
  const std::vector<std::string> route_names{std::string(kRouteCall), std::string(kRouteBatch), std::string(kRouteRead),
                                             std::string(kRouteHealth)};
  const std::vector<std::string> statuses{"2xx", "3xx", "4xx", "5xx"};
  auto requests = registry.counters("agent_requests_total", "Requests answered, by handler and class of status.",
                                    {{"route", route_names}, {"status", statuses}});
  auto seconds = registry.histograms("agent_request_duration_seconds", "From the whole request to its answer.", {{"route", route_names}},
                                     telemetry::duration_buckets_s());
  for (std::string_view name : {kRouteCall, kRouteBatch, kRouteRead, kRouteHealth}) {
    Route route{name, {}, seconds.at({name})};
    for (int i = 2; i <= 5; ++i) route.by_class[i] = requests.at({name, statuses[static_cast<std::size_t>(i - 2)]});
    route.by_class[0] = route.by_class[1] = route.by_class[5];
    routes_.push_back(route);
  }
  std::vector<std::string> tool_names;
  for (const tool::Tool& tool : agent.tools) tool_names.emplace_back(tool.name);
  auto calculations = registry.counters("agent_calculations_total", "Calculations answered, by tool; rows of a batch count one each.",
                                        {{"tool", tool_names}});
  for (const std::string& name : tool_names) tools_.emplace_back(name, calculations.at({name}));
  hashes_ = registry.counter("agent_provenance_hashes_total", "Leaves hashed for the ledger, rows of batches included.");
}

void AgentMetrics::request(std::string_view route, int status, double seconds) const {
  for (const Route& row : routes_) {
    if (row.name != route) continue;
    const int status_class = status / 100;
    row.by_class[status_class >= 2 && status_class <= 5 ? status_class : 0].add();
    row.seconds.observe(seconds);
    return;
  }
}

void AgentMetrics::calculations(std::string_view tool, double count) const {
  for (const auto& [name, counter] : tools_) {
    if (name == tool) return counter.add(count);
  }
}

}  // namespace greenlang::service
