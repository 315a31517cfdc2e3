// The agent's metrics; their names are fixed. One object a process, handles are cheap to copy.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "telemetry/metrics.hpp"
#include "tool/tool.hpp"

namespace greenlang::service {

// Which handler answered, for labels. Bounded on purpose: no path of a caller becomes a label.
inline constexpr std::string_view kRouteCall = "call";
inline constexpr std::string_view kRouteBatch = "batch";
inline constexpr std::string_view kRouteRead = "read";
inline constexpr std::string_view kRouteHealth = "health";

class AgentMetrics {
 public:
  AgentMetrics(telemetry::Registry& registry, const tool::Agent& agent);

  // `status` is an HTTP status.
  void request(std::string_view route, int status, double seconds) const;
  void calculations(std::string_view tool, double count) const;
  void provenance_hashes(double count) const { hashes_.add(count); }

 private:
  struct Route {
    std::string_view name;
    telemetry::Counter by_class[6];  // 0: other, 2xx..5xx
    telemetry::Histogram seconds;
  };
  std::vector<Route> routes_;
  std::vector<std::pair<std::string, telemetry::Counter>> tools_;
  telemetry::Counter hashes_;
};

}  // namespace greenlang::service
