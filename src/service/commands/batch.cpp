// `batch`: a file of rows through a tool, with one ledger entry and a proof file beside the output.
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <thread>

#include "base/json.hpp"
#include "base/text.hpp"
#include "ledger/merkle.hpp"
#include "service/batch/job.hpp"
#include "service/commands/command.hpp"
#include "service/commands/progress.hpp"
#include "service/proof/bundle.hpp"
#include "service/proof/entry.hpp"

namespace greenlang::service {
namespace {

struct Options {
  std::string input, output, tool = "calculate_emissions", format, ledger;
  bool json = false, no_ledger = false, quiet = false;
  int workers = 0;
};

RowFormat format_of(const Options& options) {
  const std::string& text = options.format;
  if (text == "csv") return RowFormat::kCsv;
  if (text == "ndjson") return RowFormat::kNdjson;
  const auto named = [&](const std::string& name) { return name.ends_with(".ndjson") || name.ends_with(".jsonl"); };
  return named(options.input) || (options.input == "-" && named(options.output)) ? RowFormat::kNdjson : RowFormat::kCsv;
}

std::string amount(double kg) {
  char text[64];
  std::snprintf(text, sizeof text, "%.3f", kg / 1000);
  return text;
}

void print_summary(const tool::Tool& tool, const BatchReport& report) {
  if (report.summary.empty()) return;
  std::fprintf(stderr, "\n%-7s %-36s %12s %18s %22s\n", "scope", "fuel", "rows", "t CO2e", "t CO2 biogenic (memo)");
  std::vector<double> totals(tool.add_up.size());
  for (const auto& [key, group] : report.summary) {
    const auto names = split(key, '\x1f');
    std::fprintf(stderr, "%-7s %-36s %12s %18s %22s\n", names[0].empty() ? "-" : std::string(names[0]).c_str(),
                 std::string(names.size() > 1 ? names[1] : "").c_str(), grouped(group.rows).c_str(), amount(group.sums[0]).c_str(),
                 amount(group.sums[1]).c_str());
    for (std::size_t i = 0; i < totals.size(); ++i) totals[i] += group.sums[i];
  }
  std::fprintf(stderr, "%-7s %-36s %12s %18s %22s\n", "", "all", grouped(report.rows - report.failed).c_str(), amount(totals[0]).c_str(),
               amount(totals[1]).c_str());
}

std::string report_json(const tool::Tool& tool, const BatchReport& report, const Bundle* bundle, const Options& options) {
  std::string out = "{\"failed\":" + std::to_string(report.failed) + ",\"groups\":[";
  bool first = true;
  for (const auto& [key, group] : report.summary) {
    out += first ? "{" : ",{";
    first = false;
    const auto names = split(key, '\x1f');
    for (std::size_t i = 0; i < tool.group_by.size(); ++i) {
      json::append_string(out, tool.group_by[i]);
      out.push_back(':');
      json::append_string(out, names[i]);
      out.push_back(',');
    }
    for (std::size_t i = 0; i < tool.add_up.size(); ++i) {
      json::append_string(out, tool.add_up[i]);
      out.push_back(':');
      // A sum of finite rows may overflow; JSON has no infinity.
      if (std::isfinite(group.sums[i])) append_number(out, group.sums[i]);
      else out += "null";
      out.push_back(',');
    }
    out += "\"rows\":" + std::to_string(group.rows) + "}";
  }
  out += "],\"input_sha256\":\"" + hex(report.input_sha256) + "\",\"ledger_entry\":";
  out += bundle != nullptr ? "\"" + std::to_string(bundle->index) + "\"" : "null";
  out += ",\"output\":";
  json::append_string(out, options.output);
  out += ",\"output_sha256\":\"" + hex(report.output_sha256) + "\",\"rows\":" + std::to_string(report.rows) + ",\"rows_root\":\"" +
         hex(report.rows_root) + "\"}";
  return out;
}

// Records the batch and gives the proof's bundle.
Result<Bundle> record(const tool::Agent& agent, const tool::Tool& tool, const BatchReport& report, RowFormat format, ledger::Log& log) {
  ledger::NewEntry entry;
  entry.body = batch_entry(agent, tool, report, format);
  Sha256 hash;
  entry.leaf = ledger::leaf_hash(hash, entry.body);
  auto appended = log.append(std::move(entry));
  if (!appended) return std::move(appended.error());
  return make_bundle(log, appended->index);
}

void print_report(const tool::Tool& tool, const BatchReport& report, const Bundle* bundle, const Options& options, double seconds) {
  print_summary(tool, report);
  std::fprintf(stderr, "\n%s rows answered, %s with an error, in %.2f s\n", grouped(report.rows).c_str(), grouped(report.failed).c_str(),
               seconds);
  if (report.failed > 0) std::fprintf(stderr, "the column \"error\" says line and reason of each\n");
  if (bundle != nullptr) std::fprintf(stderr, "recorded as ledger entry %s\n", grouped(bundle->index).c_str());
  if (options.output != "-") {
    std::fprintf(stderr, "output  %s\n", options.output.c_str());
    if (bundle != nullptr)
      std::fprintf(stderr, "proof   %s.proof.json   (check: verify %s)\n", options.output.c_str(), options.output.c_str());
  }
}

// Where the output goes: standard output, a device or pipe as it is, or a file that gets its name at the end.
struct Output {
  std::optional<NewFile> file;
  std::optional<int> device;
  int fd() const { return file ? file->fd() : device.value_or(STDOUT_FILENO); }
};

Result<Output> open_output(const Options& options, const struct ::stat& input) {
  Output out;
  if (options.output == "-") return out;
  struct ::stat about {};
  if (::stat(options.output.c_str(), &about) == 0) {
    if (about.st_dev == input.st_dev && about.st_ino == input.st_ino)
      return invalid(options.output, "is the input itself; give another name");
    if (!S_ISREG(about.st_mode) && !S_ISDIR(about.st_mode)) {
      const int fd = ::open(options.output.c_str(), O_WRONLY | O_CLOEXEC);
      if (fd < 0) return Error{ErrorCode::kUnavailable, std::string("cannot be opened: ") + std::strerror(errno), options.output};
      out.device = fd;
      return out;
    }
  }
  auto created = NewFile::create(options.output);
  if (!created) return std::move(created.error());
  out.file.emplace(std::move(*created));
  return out;
}

// Gives the output and its proof their names. An older output is taken away first: a crash in between leaves no output
// rather than one that contradicts its proof.
Result<void> name_files(Output& output, const Bundle* bundle, const Options& options) {
  if (!output.file) return {};
  const std::string proof_path = options.output + ".proof.json";
  if (bundle == nullptr) {
    ::unlink(proof_path.c_str());  // of an older output; it would not fit this one
    return output.file->commit();
  }
  auto proof = NewFile::create(proof_path);
  if (!proof) return std::move(proof.error());
  if (auto written = proof->write(bundle_text(*bundle) + "\n"); !written) return written;
  if (auto removed = output.file->remove_older(); !removed) return removed;
  if (auto named = proof->commit(); !named) return named;
  return output.file->commit();
}

// Opens what is needed, calculates, records, and gives the files their names, in this order: an output under its
// final name always has its ledger entry and its proof.
Result<void> batch(const Context& context, const Options& options) {
  auto loaded = load_agent(context);
  if (!loaded) return std::move(loaded.error());
  const tool::Tool* tool = loaded->agent.find(options.tool);
  if (tool == nullptr) return unknown_tool(loaded->agent, options.tool);
  const RowFormat format = format_of(options);
  auto input = InputFile::open(options.input);
  if (!input) return std::move(input.error());
  struct ::stat about {};
  ::fstat(input->fd(), &about);
  auto output = open_output(options, about);
  if (!output) return std::move(output.error());
  std::unique_ptr<ledger::Log> log;
  if (!options.no_ledger) {
    auto opened = open_log(context, ledger_directory(context, options.ledger));
    if (!opened) return std::move(opened.error());
    log = std::move(*opened);
  }
  watch_signals();
  Progress progress(S_ISREG(about.st_mode) ? static_cast<std::uint64_t>(about.st_size) : 0, options.quiet || options.json);
  const auto began = std::chrono::steady_clock::now();
  const BatchOptions how{format,
                         options.workers > 0 ? options.workers : static_cast<int>(std::max(1u, std::thread::hardware_concurrency()))};
  auto report = run_batch(
      *tool, input->fd(), output->fd(), how, [&](const BatchReport& so_far) { progress.show(so_far.input_bytes, so_far.rows); },
      stop_requested());
  progress.end();
  if (!report) {
    if (report.error().path.empty()) report.error().path = options.input == "-" ? "standard input" : options.input;
    return std::move(report.error());
  }
  if (output->file) {
    if (auto synced = output->file->sync(); !synced) return synced;
  }
  std::optional<Bundle> bundle;
  if (log != nullptr) {
    auto recorded = record(loaded->agent, *tool, *report, format, *log);
    if (!recorded) return std::move(recorded.error());
    bundle.emplace(std::move(*recorded));
  }
  const Bundle* shown = bundle ? &*bundle : nullptr;
  if (auto named = name_files(*output, shown, options); !named) return named;
  const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count();
  if (options.json && options.output != "-") std::printf("%s\n", report_json(*tool, *report, shown, options).c_str());
  else if (options.json) std::fprintf(stderr, "%s\n", report_json(*tool, *report, shown, options).c_str());
  else if (!options.quiet) print_report(*tool, *report, shown, options, seconds);
  return {};
}

}  // namespace

void add_batch(CLI::App& app, Context& context) {
  auto options = std::make_shared<Options>();
  auto* command = app.add_subcommand("batch",
                                     "Put a file of rows through a tool and record it with a proof.\n"
                                     "CSV: columns named as the tool's fields (see `tools`); others are carried along.\n"
                                     "A bad row gets a text in the column \"error\"; the rest goes on.");
  command->add_option("FILE", options->input, "Input, CSV or NDJSON; - for standard input")->required();
  command->add_option("-o,--output", options->output, "Output; - for standard output")->required();
  command->add_option("--tool", options->tool, "Tool for each row")->capture_default_str();
  command->add_option("--format", options->format, "csv or ndjson; else by the file's name")->check(CLI::IsMember({"csv", "ndjson"}));
  command->add_option("--ledger", options->ledger, "Folder of the ledger (else $GREENLANG_LEDGER, else the user's state folder)")
      ->type_name("DIR");
  command->add_flag("--no-ledger", options->no_ledger, "Do not record; no proof is made");
  command->add_option("--workers", options->workers, "Threads that calculate; one a core when left out")->check(CLI::Range(1, 256));
  command->add_flag("--json", options->json, "Report as one JSON object");
  command->add_flag("-q,--quiet", options->quiet, "No progress and no report");
  command->callback([options, &context] {
    if (auto done = batch(context, *options); !done) context.exit_code = fail(done.error(), options->json);
  });
}

}  // namespace greenlang::service
