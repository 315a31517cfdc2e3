// `verify` checks proofs offline, `prove` cuts the proof of one row, `ledger` audits a whole ledger.
#include "ledger/verify.hpp"

#include <CLI/CLI.hpp>
#include <cstdio>

#include "base/json.hpp"
#include "base/text.hpp"
#include "ledger/log.hpp"
#include "service/commands/command.hpp"
#include "service/proof/verify.hpp"

namespace greenlang::service {
namespace {

constexpr std::size_t kMostProofBytes = 64 << 20;

struct Options {
  std::string file, proof, key, output;
  std::uint64_t row = 0;
  bool json = false;
};

// The key as text, or the file that holds it.
Result<std::string> key_text(const std::string& given) {
  if (given.empty() || given.find('+') != std::string::npos) return given;
  auto text = read_file(given, 4096);
  if (!text) return text;
  while (text->ends_with('\n')) text->pop_back();
  return text;
}

void print(const Verification& verification, bool json) {
  if (!json) {
    for (const Check& check : verification.checks) {
      const char* mark = check.state == CheckState::kPassed ? "ok     " : check.state == CheckState::kFailed ? "FAILED " : "note   ";
      std::printf("%s %-34s %s\n", mark, check.what.c_str(), check.detail.c_str());
    }
    std::printf("%s\n", verification.ok() ? "verified" : "NOT verified");
    return;
  }
  std::string out = "{\"checks\":[";
  for (const Check& check : verification.checks) {
    if (out.back() == '}') out.push_back(',');
    out += "{\"detail\":";
    json::append_string(out, check.detail);
    out += ",\"state\":";
    out += check.state == CheckState::kPassed ? "\"passed\"" : check.state == CheckState::kFailed ? "\"failed\"" : "\"skipped\"";
    out += ",\"what\":";
    json::append_string(out, check.what);
    out += "}";
  }
  out += std::string("],\"verified\":") + (verification.ok() ? "true}" : "false}");
  std::printf("%s\n", out.c_str());
}

bool is_proof_file(const std::string& path) {
  auto start = read_file(path, kMostProofBytes);
  return start.ok() && start->find("\"kind\":\"greenlang-proof-1\"") != std::string::npos && start->starts_with("{");
}

Result<Verification> verify(const Context& context, const Options& options) {
  auto loaded = load_agent(context);
  if (!loaded) return std::move(loaded.error());
  auto key = key_text(options.key);
  if (!key) return std::move(key.error());
  const std::string sidecar = options.proof.empty() ? options.file + ".proof.json" : options.proof;
  const bool alone = options.proof.empty() && options.file.ends_with(".json") && is_proof_file(options.file);
  auto text = read_file(alone ? options.file : sidecar, kMostProofBytes);
  if (!text) {
    text.error().message += " (the proof of an output lies beside it as FILE.proof.json; --proof names another)";
    return std::move(text.error());
  }
  auto bundle = parse_bundle(*text);
  if (!bundle) {
    bundle.error().path = (alone ? options.file : sidecar) + bundle.error().path;
    return std::move(bundle.error());
  }
  if (alone) return verify_bundle(*bundle, *key, loaded->agent);
  auto output = InputFile::open(options.file);
  if (!output) return std::move(output.error());
  return verify_output(*bundle, *key, loaded->agent, output->fd());
}

Result<void> prove(const Options& options) {
  auto text = read_file(options.proof.empty() ? options.file + ".proof.json" : options.proof, kMostProofBytes);
  if (!text) return std::move(text.error());
  auto bundle = parse_bundle(*text);
  if (!bundle) return std::move(bundle.error());
  auto output = InputFile::open(options.file);
  if (!output) return std::move(output.error());
  auto row = prove_row(*bundle, output->fd(), options.row - 1);
  if (!row) return std::move(row.error());
  if (options.output == "-") {
    std::printf("%s\n", bundle_text(*row).c_str());
    return {};
  }
  auto file = NewFile::create(options.output);
  if (!file) return std::move(file.error());
  if (auto written = file->write(bundle_text(*row) + "\n"); !written) return written;
  return file->commit();
}

int audit(const Context& context, const std::string& given, bool json) {
  const std::string directory = ledger_directory(context, given);
  auto store = context.host.open_ledger_reader(directory);
  if (!store) return fail(store.error(), json);
  auto verified = ledger::verify_log(**store);
  if (!verified) return fail(verified.error(), json);
  if (json) {
    std::printf("{\"checkpoints\":%llu,\"entries\":%llu,\"key\":\"%s\",\"root\":\"%s\"}\n",
                static_cast<unsigned long long>(verified->checkpoints), static_cast<unsigned long long>(verified->entries),
                (*store)->verifier_text().c_str(), hex(verified->root).c_str());
  } else {
    std::printf("ok      %s entries, every leaf, node and checkpoint (%s) agree\nroot    %s\nkey     %s\n",
                grouped(verified->entries).c_str(), grouped(verified->checkpoints).c_str(), hex(verified->root).c_str(),
                (*store)->verifier_text().c_str());
  }
  return 0;
}

}  // namespace

void add_verify(CLI::App& app, Context& context) {
  auto options = std::make_shared<Options>();
  auto* command = app.add_subcommand("verify",
                                     "Check a proof offline and calculate the answer again.\n"
                                     "FILE is an output of `batch` (its proof lies beside it), or a proof file: of an\n"
                                     "answer (/v1/provenance/ID, call --record) or of one row (prove).");
  command->add_option("FILE", options->file, "Output or proof file")->required();
  command->add_option("--proof", options->proof, "Proof of the output, when not FILE.proof.json")->type_name("FILE");
  command->add_option("--key", options->key, "The log's key from a source you trust: its text or a file that holds it")->type_name("KEY");
  command->add_flag("--json", options->json, "As one JSON object");
  command->callback([options, &context] {
    auto verification = verify(context, *options);
    if (!verification) {
      context.exit_code = fail(verification.error(), options->json);
      return;
    }
    print(*verification, options->json);
    if (!verification->ok()) context.exit_code = 8;  // corrupt: not what was recorded
  });
}

void add_prove(CLI::App& app, Context& context) {
  auto options = std::make_shared<Options>();
  auto* command = app.add_subcommand("prove", "Cut the proof of one row out of a batch, to hand to somebody who needs no other row.");
  command->add_option("FILE", options->file, "Output of `batch`")->required();
  command->add_option("--row", options->row, "1 is the first row after the header")
      ->required()
      ->check(CLI::Validator(
          [](const std::string& text) {
    return parse_integer(text).value_or(0) > 0 ? std::string() : std::string("must be a whole number, 1 or more");
          },
          ""));
  command->add_option("-o,--output", options->output, "Proof file; - for standard output")->default_val("-");
  command->add_option("--proof", options->proof, "Proof of the output, when not FILE.proof.json")->type_name("FILE");
  command->callback([options, &context] {
    if (auto done = prove(*options); !done) context.exit_code = fail(done.error());
  });
}

void add_ledger(CLI::App& app, Context& context) {
  auto directory = std::make_shared<std::string>();
  auto json = std::make_shared<bool>(false);
  auto* command = app.add_subcommand("ledger", "Audit a whole ledger: every entry, node and checkpoint; also while a server writes.");
  command->add_option("--ledger", *directory, "Folder of the ledger")->type_name("DIR");
  command->add_flag("--json", *json, "As one JSON object");
  command->callback([directory, json, &context] { context.exit_code = audit(context, *directory, *json); });
}

}  // namespace greenlang::service
