#include "telemetry/process.hpp"

#include <dirent.h>
#include <sys/resource.h>
#include <unistd.h>

#include <fstream>
#include <string>
#include <string_view>

#include "base/text.hpp"

namespace greenlang::telemetry {
namespace {

std::string file_text(const char* path) {
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), {}};
}

double resident_memory_bytes() {
  const std::string statm = file_text("/proc/self/statm");  // pages: total resident shared ...
  const auto columns = split(statm, ' ');
  if (columns.size() < 2) return 0;
  return parse_number(columns[1]).value_or(0) * static_cast<double>(sysconf(_SC_PAGESIZE));
}

double cpu_seconds() {
  rusage usage{};
  if (getrusage(RUSAGE_SELF, &usage) != 0) return 0;
  const auto seconds = [](const timeval& time) { return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) * 1e-6; };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

double open_files() {
  DIR* directory = opendir("/proc/self/fd");
  if (!directory) return 0;
  double count = 0;
  while (const dirent* entry = readdir(directory)) {
    if (entry->d_name[0] != '.') ++count;
  }
  closedir(directory);
  return count - 1;  // without the directory itself
}

double start_time_seconds() {
  // proc(5): field 22 of stat is the start in clock ticks after boot; the command in field 2 may
  // hold spaces, so count from its closing parenthesis.
  const std::string stat = file_text("/proc/self/stat");
  const std::size_t after_command = stat.rfind(')');
  if (after_command == std::string::npos || after_command + 2 > stat.size()) return 0;
  const auto fields = split(std::string_view(stat).substr(after_command + 2), ' ');
  constexpr std::size_t kStartTime = 22 - 3;
  if (fields.size() <= kStartTime) return 0;
  const double ticks = parse_number(fields[kStartTime]).value_or(0);

  const std::string system = file_text("/proc/stat");
  const std::size_t boot = system.find("\nbtime ");
  if (boot == std::string::npos) return 0;
  const std::string_view rest = std::string_view(system).substr(boot + 7);
  const double boot_s = parse_number(rest.substr(0, rest.find('\n'))).value_or(0);
  return boot_s + ticks / static_cast<double>(sysconf(_SC_CLK_TCK));
}

}  // namespace

void add_process_metrics(Registry& registry) {
  registry.gauge_from("process_resident_memory_bytes", "Resident memory size in bytes.", resident_memory_bytes);
  registry.counter_from("process_cpu_seconds_total", "User and system CPU time in seconds.", cpu_seconds);
  registry.gauge_from("process_open_fds", "Number of open file descriptors.", open_files);
  const double start_s = start_time_seconds();
  registry.gauge_from("process_start_time_seconds", "Start of the process, seconds since 1970.", [start_s] { return start_s; });
}

}  // namespace greenlang::telemetry
