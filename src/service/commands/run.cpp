#include <CLI/CLI.hpp>
#include <algorithm>
#include <csignal>
#include <cstdio>

#include "base/error_table.hpp"
#include "service/commands/command.hpp"
#include "tool/decode.hpp"

namespace greenlang::service {
namespace {

// CLI11 says only that a command is missing; this says which one was probably meant.
std::string unknown_command(const CLI::App& app, int argc, const char* const* argv) {
  for (int i = 1; i < argc; ++i) {
    const std::string_view word = argv[i];
    if (word == "--factors") ++i;
    if (word.starts_with("-")) continue;
    std::vector<std::string> names;
    for (const CLI::App* command : app.get_subcommands({})) names.push_back(command->get_name());
    const std::vector<std::string_view> known(names.begin(), names.end());
    if (std::find(known.begin(), known.end(), word) != known.end()) return {};
    return "error: " + tool::unknown_name("command", word, known);
  }
  return {};
}

}  // namespace

int run(const Host& host, int argc, const char* const* argv) {
  // A pipe that closes is an error of write(), not a death.
  std::signal(SIGPIPE, SIG_IGN);
  CLI::App app(
      "Emissions and proofs from the command line, from files and over HTTP.\n\n"
      "Examples:\n"
      "  " +
          host.name +
          " batch ledger.csv -o out.csv      a file of rows, with a proof beside it\n"
          "  " +
          host.name +
          " verify out.csv                   check the proof and calculate every row again\n"
          "  " +
          host.name +
          " call convert_units '{\"value\":1,\"from_unit\":\"therm\",\"to_unit\":\"kWh\"}'\n"
          "  " +
          host.name + " serve                            HTTP on 127.0.0.1:8080, try http://127.0.0.1:8080/docs",
      host.name);
  Context context{host, {}, 0};
  app.add_option("--factors", context.factors_path, "A company's own factors (CSV), named as such in every answer")->type_name("FILE");
  app.set_version_flag("--version", [&context] {
    auto loaded = load_agent(context);
    if (!loaded) return std::string("unknown");
    return loaded->agent.name + " " + loaded->agent.version + "\ndata " + loaded->agent.data_version;
  });
  app.require_subcommand(1);
  app.fallthrough();
  app.get_formatter()->column_width(34);
  add_batch(app, context);
  add_call(app, context);
  add_tools(app, context);
  add_serve(app, context);
  add_verify(app, context);
  add_prove(app, context);
  add_ledger(app, context);
  add_health(app, context);
  add_completion(app, context);
  app.footer(
      "Exit codes: 0 done, 2 wrong command line, 3 invalid input, 4 not found, 5 conflict, 6 too large,\n"
      "7 unavailable (disk, lock), 8 corrupt, 70 internal, 130 stopped by a signal.");
  if (const std::string problem = unknown_command(app, argc, argv); !problem.empty()) {
    std::fprintf(stderr, "%s\n", problem.c_str());
    return kExitUsage;
  }
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    const int code = app.exit(error);
    return code == 0 ? 0 : kExitUsage;
  }
  // An answer that did not arrive (a full disk, a closed pipe) is not success.
  if (std::fflush(stdout) != 0 || std::ferror(stdout) != 0) {
    const int code = fail(Error{ErrorCode::kUnavailable, "writing to standard output failed", ""});
    if (context.exit_code == 0) context.exit_code = code;
  }
  return context.exit_code;
}

}  // namespace greenlang::service
