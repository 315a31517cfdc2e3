// `call`: one question on the command line; `tools` and `openapi`: what there is to ask.
#include <CLI/CLI.hpp>
#include <cstdio>

#include "base/json.hpp"
#include "base/text.hpp"
#include "ledger/merkle.hpp"
#include "service/commands/command.hpp"
#include "service/proof/bundle.hpp"
#include "service/proof/entry.hpp"
#include "tool/schema.hpp"

namespace greenlang::service {
namespace {

struct CallOptions {
  std::string tool, input, ledger;
  bool explain = false, record = false;
};

void print_steps(const std::string& steps_json) { std::printf(",\"explanation\":%s", steps_json.c_str()); }

int call(const Context& context, const CallOptions& options) {
  auto loaded = load_agent(context);
  if (!loaded) return fail(loaded.error());
  const tool::Tool* tool = loaded->agent.find(options.tool);
  if (tool == nullptr) return fail(unknown_tool(loaded->agent, options.tool));
  std::string text = options.input;
  if (text == "-") {
    auto read = read_file("-", 16 << 20);
    if (!read) return fail(read.error());
    text = std::move(*read);
  }
  auto input = json::parse(text, {.bytes = 16 << 20});
  if (!input) return fail(input.error());
  tool::Answer answer;
  const Errors errors = tool->open()->call(*input, options.explain, answer);
  if (!errors.empty()) return fail(errors);
  if (!options.record) {
    std::printf("{\"result\":%s", answer.output.c_str());
    if (options.explain) print_steps(answer.steps);
    std::printf("}\n");
    return 0;
  }
  auto log = open_log(context, ledger_directory(context, options.ledger));
  if (!log) return fail(log.error());
  ledger::NewEntry entry;
  append_entry(entry.body, loaded->agent, *tool, answer.input, answer.output);
  Sha256 hash;
  entry.leaf = ledger::leaf_hash(hash, entry.body);
  auto appended = (*log)->append(std::move(entry));
  if (!appended) return fail(appended.error());
  auto bundle = make_bundle(**log, appended->index);
  if (!bundle) return fail(bundle.error());
  std::printf("%s\n", bundle_text(*bundle).c_str());
  return 0;
}

void print_tools(const tool::Agent& agent) {
  for (const tool::Tool& tool : agent.tools) {
    std::printf("%s  (version %s)\n  %s\n", std::string(tool.name).c_str(), std::string(tool.version).c_str(),
                std::string(tool.doc).c_str());
    for (const tool::Field& field : tool.input->fields) {
      std::printf("    %-26s%s %s\n", std::string(field.name()).c_str(), field.is_required() ? "*" : " ", std::string(field.doc()).c_str());
    }
    std::printf("\n");
  }
  std::printf("* required.  Full reference: tools --markdown.  Schemas: tools --json.\n");
}

}  // namespace

void add_call(CLI::App& app, Context& context) {
  auto options = std::make_shared<CallOptions>();
  auto* command = app.add_subcommand("call", "Ask one tool one question, in JSON.");
  command->add_option("TOOL", options->tool, "Name of the tool")->required();
  command->add_option("JSON", options->input, "Its input; - for standard input")->required();
  command->add_flag("--explain", options->explain, "Add every step of the calculation");
  command->add_flag("--record", options->record, "Record it and print the proof instead");
  command->add_option("--ledger", options->ledger, "Folder of the ledger, with --record")->type_name("DIR");
  command->callback([options, &context] { context.exit_code = call(context, *options); });
}

void add_tools(CLI::App& app, Context& context) {
  auto json = std::make_shared<bool>(false);
  auto markdown = std::make_shared<bool>(false);
  auto* tools = app.add_subcommand("tools", "List the tools with their fields.");
  tools->add_flag("--json", *json, "With JSON Schemas");
  tools->add_flag("--markdown", *markdown, "The reference page");
  tools->callback([json, markdown, &context] {
    auto loaded = load_agent(context);
    if (!loaded) {
      context.exit_code = fail(loaded.error());
    } else if (*json) {
      std::printf("%s\n", tool::tool_list(loaded->agent).c_str());
    } else if (*markdown) {
      std::printf("%s", tool::reference_page(loaded->agent).c_str());
    } else {
      print_tools(loaded->agent);
    }
  });
  auto* openapi = app.add_subcommand("openapi", "Print the OpenAPI 3.1 document.");
  openapi->callback([&context] {
    auto loaded = load_agent(context);
    if (!loaded) context.exit_code = fail(loaded.error());
    else std::printf("%s\n", tool::openapi(loaded->agent).c_str());
  });
}

}  // namespace greenlang::service
