// What the Prometheus client libraries agree to tell about a process, read from /proc (Linux).
#pragma once

#include "telemetry/metrics.hpp"

namespace greenlang::telemetry {

// Registers process_resident_memory_bytes, process_cpu_seconds_total, process_open_fds and
// process_start_time_seconds. They are read at each scrape; what cannot be read is 0.
void add_process_metrics(Registry& registry);

}  // namespace greenlang::telemetry
