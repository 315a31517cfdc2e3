// For tests of the service: a small agent with a tool for rows and a nested one, files and batches. Not for production code.
#pragma once

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "base/clock.hpp"
#include "base/text.hpp"
#include "ledger/log.hpp"
#include "ledger/memory_store.hpp"
#include "ledger/merkle.hpp"
#include "service/batch/job.hpp"
#include "service/batch/rows.hpp"
#include "tool/tool.hpp"

namespace greenlang::service::testing {

inline constexpr std::array<std::string_view, 2> kUnits = {"kg", "t"};

struct Load {
  double amount = 0;
  std::string_view unit, label;
  std::optional<int> year;
};

struct Source {
  std::string_view id;
};

struct Weight {
  double weight_kg = 0;
  std::optional<double> per_year;
  std::string note;
  Source source;
};

struct Loads {
  std::vector<Load> loads;
};

struct Sum {
  double weight_kg = 0;
};

inline std::vector<tool::Field> load_fields() {
  using tool::field;
  std::vector<tool::Field> out;
  out.push_back(field<&Load::amount>("amount", "Amount.").required().at_least(0).at_most(1e9).example("2"));
  out.push_back(field<&Load::unit>("unit", "Its unit.").required().one_of(kUnits));
  out.push_back(field<&Load::label>("label", "A label.").longest(2'000'000));
  out.push_back(field<&Load::year>("year", "A year.").at_least(1990).at_most(2100));
  return out;
}

inline const tool::ObjectType& load_type() {
  static const tool::ObjectType kType{"Load", "A load.", load_fields()};
  return kType;
}

inline const tool::ObjectType& source_type() {
  static const tool::ObjectType kType{"Source", "A source.", [] {
                                        std::vector<tool::Field> out;
                                        out.push_back(tool::field<&Source::id>("id", "Its name."));
                                        return out;
                                      }()};
  return kType;
}

inline const tool::ObjectType& weight_type() {
  static const tool::ObjectType kType{"Weight", "A weight.", [] {
                                        using tool::field;
                                        std::vector<tool::Field> out;
                                        out.push_back(field<&Weight::weight_kg>("weight_kg", "In kg."));
                                        out.push_back(field<&Weight::per_year>("per_year", "Divided by the year, when given."));
                                        out.push_back(field<&Weight::note>("note", "The label again."));
                                        out.push_back(field<&Weight::source>("source", "Where from.").of(source_type()));
                                        return out;
                                      }()};
  return kType;
}

inline const tool::ObjectType& loads_type() {
  static const tool::ObjectType kType{"Loads", "Loads.", [] {
                                        std::vector<tool::Field> out;
                                        out.push_back(tool::field<&Loads::loads>("loads", "The loads.").required().of(load_type()));
                                        return out;
                                      }()};
  return kType;
}

inline const tool::ObjectType& sum_type() {
  static const tool::ObjectType kType{"Sum", "A sum.", [] {
                                        std::vector<tool::Field> out;
                                        out.push_back(tool::field<&Sum::weight_kg>("weight_kg", "In kg."));
                                        return out;
                                      }()};
  return kType;
}

// `bias_kg` makes an agent that claims to be the same and answers otherwise.
inline tool::Agent make_agent(double bias_kg = 0) {
  const auto weigh = [bias_kg](const Load& load, tool::Steps* steps) -> Result<Weight> {
    if (load.label == "refuse") return invalid("/label", "is refused, \"really\"");
    Weight out;
    const double kg = load.unit == "t" ? 1000 : 1;
    out.weight_kg = bias_kg + tool::product(steps, {"weight", "kg", "", "/weight_kg"}, {{"amount", load.amount}, {"kg_per_unit", kg}});
    if (load.year)
      out.per_year =
          tool::quotient(steps, {"per_year", "kg", "", "/per_year"}, {"weight", out.weight_kg}, {"year", static_cast<double>(*load.year)});
    out.note = load.label;
    out.source.id = load.unit == "t" ? "tonnes" : "kilograms";
    return out;
  };
  const auto weigh_all = [](const Loads& loads, tool::Steps*) -> Result<Sum> {
    Sum out;
    for (const Load& load : loads.loads) out.weight_kg += load.amount * (load.unit == "t" ? 1000 : 1);
    return out;
  };
  tool::Agent agent;
  agent.name = "scales";
  agent.version = "1.0.0";
  agent.doc = "For tests.";
  agent.data_version = "data-1";
  agent.tools.push_back(tool::Tool{"weigh",
                                   "1.0.0",
                                   "Weigh",
                                   "Weighs.",
                                   &load_type(),
                                   &weight_type(),
                                   tool::opener<Load, Weight>(load_type(), weight_type(), [weigh] { return weigh; }),
                                   {"source.id"},
                                   {"weight_kg"}});
  agent.tools.push_back(tool::Tool{"weigh_all", "1.0.0", "Weigh all", "Adds up.", &loads_type(), &sum_type(),
                                   tool::opener<Loads, Sum>(loads_type(), sum_type(), [weigh_all] { return weigh_all; })});
  return agent;
}

// An unnamed file that is gone when it is closed.
class File {
 public:
  explicit File(std::string_view bytes = {}) {
    char path[] = "/tmp/service_test_XXXXXX";
    fd_ = ::mkstemp(path);
    ::unlink(path);
    write(bytes);
    ::lseek(fd_, 0, SEEK_SET);
  }
  File(const File&) = delete;
  File& operator=(const File&) = delete;
  ~File() { ::close(fd_); }

  int fd() const { return fd_; }
  void write(std::string_view bytes) const {
    while (!bytes.empty()) {
      const ssize_t put = ::write(fd_, bytes.data(), bytes.size());
      GL_CHECK(put > 0);
      bytes.remove_prefix(static_cast<std::size_t>(put));
    }
  }
  // All of it, from its beginning.
  std::string bytes() const {
    std::string out(static_cast<std::size_t>(::lseek(fd_, 0, SEEK_END)), '\0');
    GL_CHECK(::pread(fd_, out.data(), out.size(), 0) == static_cast<ssize_t>(out.size()));
    return out;
  }

 private:
  int fd_ = -1;
};

struct Batch {
  Result<BatchReport> report = Error{};
  std::string output;
};

inline Batch run(std::string_view input, const BatchOptions& options = {}, const tool::Agent& agent = make_agent(),
                 std::string_view tool = "weigh") {
  const File in(input), out;
  const std::atomic<bool> stop{false};
  Batch batch;
  batch.report = run_batch(*agent.find(tool), in.fd(), out.fd(), options, {}, stop);
  batch.output = out.bytes();
  return batch;
}

// "message" of a batch that is refused as a whole.
inline std::string refusal(std::string_view input, RowFormat format = RowFormat::kCsv) {
  const Batch batch = run(input, {format});
  return batch.report.ok() ? "(no error)" : batch.report.error().message;
}

// A log in memory. `store` stays the log's.
struct Ledger {
  ManualClock clock{1'700'000'000'000};
  ledger::MemoryStore* store;
  ledger::Log log;

  Ledger() : Ledger(new ledger::MemoryStore(std::move(*ledger::SigningKey::generate("scales.example/log")))) {}
  explicit Ledger(ledger::MemoryStore* made) : store(made), log(std::unique_ptr<ledger::Store>(made), clock) {}

  // The index of the new entry.
  std::uint64_t append(const std::string& body) {
    Sha256 hash;
    ledger::NewEntry entry;
    entry.body = body;
    entry.leaf = ledger::leaf_hash(hash, body);
    auto appended = log.append(std::move(entry));
    GL_CHECK(appended.ok());
    return appended->index;
  }
};

inline std::vector<std::string> lines(std::string_view text) {
  std::vector<std::string> out;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    out.emplace_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return out;
}

}  // namespace greenlang::service::testing
