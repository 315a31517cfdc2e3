// `serve`: the HTTP face; `health`: asks a running server, for container probes.
#include <arpa/inet.h>
#include <malloc.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <csignal>
#include <cstdio>
#include <thread>

#include "base/clock.hpp"
#include "http/server.hpp"
#include "service/api/application.hpp"
#include "service/api/metrics_application.hpp"
#include "service/commands/command.hpp"
#include "telemetry/log.hpp"
#include "telemetry/metrics.hpp"
#include "telemetry/process.hpp"
#include "tool/schema.hpp"

namespace greenlang::service {
namespace {

struct Options {
  std::string address = "127.0.0.1", ledger, log_level = "info";
  std::uint16_t port = 8080;
  int metrics_port = 9090;  // -1: none
  int loops = 0;
  bool no_ledger = false;
};

// Waits for SIGTERM or SIGINT, which every thread blocks.
void wait_for_signal(const sigset_t& signals) {
  int signal = 0;
  while (::sigwait(&signals, &signal) != 0) {
  }
}

Result<void> serve(const Context& context, const Options& options) {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGINT);
  sigaddset(&signals, SIGTERM);
  ::pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  // One arena: with few threads a second one only holds memory.
  ::mallopt(M_ARENA_MAX, 2);
  auto loaded = load_agent(context);
  if (!loaded) return std::move(loaded.error());
  const auto level = telemetry::level_from_text(options.log_level);
  const telemetry::Logger logger(context.host.name, level.value_or(telemetry::Level::kInfo));
  std::unique_ptr<ledger::Log> log;
  const std::string directory = ledger_directory(context, options.ledger);
  if (!options.no_ledger) {
    auto opened = open_log(context, directory);
    if (!opened) return std::move(opened.error());
    log = std::move(*opened);
  }
  telemetry::Registry registry;
  telemetry::add_process_metrics(registry);
  const AgentMetrics metrics(registry, loaded->agent);
  const SystemClock clock;
  const ApiShared shared{loaded->agent, log.get(), metrics, clock, tool::tool_list(loaded->agent), tool::openapi(loaded->agent)};
  http::Options http_options;
  http_options.address = options.address;
  http_options.port = options.port;
  http_options.loops =
      options.loops > 0 ? options.loops : static_cast<int>(std::max(1u, std::min(64u, std::thread::hardware_concurrency())));
  auto server = http::Server::start(http_options, [&shared](http::Loop& loop) { return std::make_unique<Application>(shared, loop); },
                                    {&logger, &registry});
  if (!server) return std::move(server.error());
  std::unique_ptr<http::Server> metrics_server;
  if (options.metrics_port >= 0) {
    http::Options scrape;
    scrape.address = options.address;
    scrape.port = static_cast<std::uint16_t>(options.metrics_port);
    scrape.max_connections = 64;
    auto started = http::Server::start(scrape, [&registry](http::Loop&) { return std::make_unique<MetricsApplication>(registry); },
                                       {&logger, nullptr});
    if (!started) {
      started.error().message += " (--metrics-port chooses another port, -1 none)";
      return std::move(started.error());
    }
    metrics_server = std::move(*started);
  }
  logger.info("serving", {{"address", options.address},
                          {"port", (*server)->port()},
                          {"metrics_port", metrics_server ? metrics_server->port() : -1},
                          {"loops", http_options.loops},
                          {"ledger", options.no_ledger ? "none" : directory},
                          {"data_version", loaded->agent.data_version}});
  wait_for_signal(signals);
  logger.info("stopping");
  (*server)->stop();
  if (metrics_server) metrics_server->stop();
  if (log) log->stop();
  logger.info("stopped");
  return {};
}

// A GET by hand: the probe must need nothing that the server itself does not.
int health(const std::string& address, std::uint16_t port, const std::string& path) {
  const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  timeval limit{2, 0};
  ::setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
  ::setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
  sockaddr_in to{};
  to.sin_family = AF_INET;
  to.sin_port = htons(port);
  if (::inet_pton(AF_INET, address.c_str(), &to.sin_addr) != 1) return fail(invalid("--address", "must be an IPv4 address"));
  std::string answer;
  if (::connect(fd, reinterpret_cast<const sockaddr*>(&to), sizeof to) == 0) {
    const std::string request = "GET " + path + " HTTP/1.1\r\nHost: health\r\nConnection: close\r\n\r\n";
    if (::send(fd, request.data(), request.size(), MSG_NOSIGNAL) == static_cast<ssize_t>(request.size())) {
      char some[512];
      for (ssize_t got; answer.size() < 4096 && (got = ::recv(fd, some, sizeof some, 0)) > 0;)
        answer.append(some, static_cast<std::size_t>(got));
    }
  }
  ::close(fd);
  if (answer.starts_with("HTTP/1.1 200")) return 0;
  return fail(Error{ErrorCode::kUnavailable, answer.empty() ? "no answer" : answer.substr(0, answer.find('\r')),
                    address + ":" + std::to_string(port) + path});
}

bool is_loopback(const std::string& address) { return address.starts_with("127.") || address == "::1"; }

}  // namespace

void add_serve(CLI::App& app, Context& context) {
  auto options = std::make_shared<Options>();
  auto allow_public = std::make_shared<bool>(false);
  auto* command = app.add_subcommand("serve", "Answer over HTTP until SIGTERM; try /docs in a browser.");
  command->add_option("--address", options->address, "Address to listen on")->capture_default_str();
  command->add_option("--port", options->port, "Port; 0 lets the system choose (the log says which)")->capture_default_str();
  command->add_option("--metrics-port", options->metrics_port, "Port of /metrics; -1 for none")
      ->capture_default_str()
      ->check(CLI::Range(-1, 65535));
  command->add_option("--loops", options->loops, "Event loops, one thread each; one a core when left out")->check(CLI::Range(1, 64));
  command->add_option("--ledger", options->ledger, "Folder of the ledger (else $GREENLANG_LEDGER, else the user's state folder)")
      ->type_name("DIR");
  command->add_flag("--no-ledger", options->no_ledger, "Do not record answers");
  command->add_option("--log-level", options->log_level, "debug, info, warning, error or off")
      ->capture_default_str()
      ->check(CLI::IsMember({"debug", "info", "warning", "error", "off"}));
  command->add_flag("--allow-public", *allow_public, "Listen on an address that others can reach, without keys");
  command->callback([options, allow_public, &context] {
    if (!is_loopback(options->address) && !*allow_public) {
      context.exit_code =
          fail(invalid("--address", "others can reach " + options->address +
                                        " and this server asks for no keys; put a gateway in front and say --allow-public"));
      return;
    }
    if (auto done = serve(context, *options); !done) context.exit_code = fail(done.error());
  });
}

void add_health(CLI::App& app, Context& context) {
  struct Probe {
    std::string address = "127.0.0.1", path = "/readyz";
    std::uint16_t port = 8080;
  };
  auto probe = std::make_shared<Probe>();
  auto* command = app.add_subcommand("health", "Ask a running server whether it is ready; for container probes.");
  command->add_option("--address", probe->address, "Address")->capture_default_str();
  command->add_option("--port", probe->port, "Port")->capture_default_str();
  command->add_option("--path", probe->path, "/healthz, /readyz or /startupz")->capture_default_str();
  command->callback([probe, &context] { context.exit_code = health(probe->address, probe->port, probe->path); });
}

}  // namespace greenlang::service
