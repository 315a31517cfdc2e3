// A good proof passes every check; one changed byte anywhere fails the check that it should.
#include "service/proof/verify.hpp"

#include <gtest/gtest.h>

#include <boost/json.hpp>

#include "service/proof/entry.hpp"
#include "service/proof/output_file.hpp"
#include "service/testing.hpp"

namespace greenlang::service {
namespace {

using testing::Batch;
using testing::File;
using testing::Ledger;
using testing::lines;
using testing::make_agent;

const std::string kInput =
    "amount,unit,label,year\n1,kg,van,2000\n2.5,t,\"a, \"\"b\"\"\",\n3,lb,,\n4,kg,\"two\nlines\",2020\n5,kg\n6,kg,\"x,line 9: malformed row: y\",\n"
    "7,lb,\"z,line 8: hm\",\n8,kg,refuse,\n9,kg,\xFF,\n10,kg,,1999\n";

std::string failed(const Verification& verification) {
  std::string out;
  for (const Check& check : verification.checks) {
    if (check.state == CheckState::kFailed) out += (out.empty() ? "" : "; ") + check.what;
  }
  return out;
}

std::string passed(const Verification& verification) {
  std::string out;
  for (const Check& check : verification.checks) {
    if (check.state == CheckState::kPassed) out += (out.empty() ? "" : "; ") + check.what;
  }
  return out;
}

// An answer, a batch and other entries around them in one log.
class Proof : public ::testing::Test {
 protected:
  void SetUp() override {
    tool::Answer answer;
    ASSERT_TRUE(agent.tools[0].open()->call(*json::parse(R"({"amount":2,"unit":"t","label":"van"})"), false, answer).empty());
    append_entry(answer_entry, agent, agent.tools[0], answer.input, answer.output);
    batch = testing::run(kInput);
    ASSERT_TRUE(batch.report.ok());
    for (int i = 0; i < 5; ++i) ledger.append("other " + std::to_string(i));
    const std::uint64_t answer_at = ledger.append(answer_entry);
    const std::uint64_t batch_at = ledger.append(batch_entry(agent, agent.tools[0], *batch.report, RowFormat::kCsv));
    for (int i = 0; i < 4; ++i) ledger.append("more " + std::to_string(i));
    answer_proof = *make_bundle(ledger.log, answer_at);
    batch_proof = *make_bundle(ledger.log, batch_at);
    key = ledger.log.verifier_text();
  }

  std::string failures(const Bundle& bundle) const { return failed(verify_bundle(bundle, key, agent)); }
  std::string output_failures(std::string_view output) const {
    const File file(output);
    return failed(verify_output(batch_proof, key, agent, file.fd()));
  }
  Bundle row_proof(std::uint64_t number) const {
    const File file(batch.output);
    auto bundle = prove_row(batch_proof, file.fd(), number);
    EXPECT_TRUE(bundle.ok()) << number;
    return bundle.ok() ? *bundle : Bundle{};
  }

  const tool::Agent agent = make_agent();
  Ledger ledger;
  std::string answer_entry, key;
  Batch batch;
  Bundle answer_proof, batch_proof;
};

TEST_F(Proof, OfAnAnswerPasses) {
  const Verification verification = verify_bundle(answer_proof, key, agent);
  EXPECT_TRUE(verification.ok()) << failed(verification);
  EXPECT_EQ(passed(verification), "the key is the log's; signature of the checkpoint; the entry is in the log; calculated again");
}

TEST_F(Proof, WithoutATrustedKeySaysSo) {
  const Verification verification = verify_bundle(answer_proof, "", agent);
  EXPECT_TRUE(verification.ok());
  ASSERT_EQ(verification.checks[0].state, CheckState::kSkipped);
  EXPECT_EQ(verification.checks[0].what, "the key is the log's");
}

TEST_F(Proof, AnyChangedByteOfTheEntryFails) {
  for (std::size_t i = 0; i < answer_proof.entry.size(); ++i) {
    Bundle bundle = answer_proof;
    bundle.entry[i] = static_cast<char>(bundle.entry[i] ^ 1);
    ASSERT_EQ(failures(bundle), "the entry is in the log") << i;
  }
}

TEST_F(Proof, AnyChangedByteOfThePathFails) {
  ASSERT_GE(answer_proof.inclusion.size(), 3u);
  for (std::size_t step = 0; step < answer_proof.inclusion.size(); ++step) {
    for (std::size_t i = 0; i < 32; ++i) {
      Bundle bundle = answer_proof;
      bundle.inclusion[step][i] ^= 1;
      ASSERT_EQ(failures(bundle), "the entry is in the log");
    }
  }
  Bundle bundle = answer_proof;
  bundle.inclusion.pop_back();
  EXPECT_EQ(failures(bundle), "the entry is in the log");
  bundle.inclusion.resize(answer_proof.inclusion.size() + 1);
  EXPECT_EQ(failures(bundle), "the entry is in the log");
}

TEST_F(Proof, AnotherIndexFails) {
  for (std::uint64_t index = 0; index < 20; ++index) {
    Bundle bundle = answer_proof;
    if (index == bundle.index) continue;
    bundle.index = index;
    EXPECT_EQ(failures(bundle), "the entry is in the log") << index;
  }
}

TEST_F(Proof, AnyChangedByteOfTheCheckpointFails) {
  for (std::size_t i = 0; i < answer_proof.checkpoint.size(); ++i) {
    Bundle bundle = answer_proof;
    bundle.checkpoint[i] = static_cast<char>(bundle.checkpoint[i] ^ 1);
    ASSERT_EQ(failures(bundle), "signature of the checkpoint") << i;
  }
}

TEST_F(Proof, AnotherKeyFails) {
  for (std::size_t i = 0; i < key.size(); ++i) {
    Bundle bundle = answer_proof;
    bundle.key[i] = static_cast<char>(bundle.key[i] ^ 1);
    ASSERT_EQ(failures(bundle), "the key is the log's") << i;
    ASSERT_FALSE(verify_bundle(bundle, "", agent).ok()) << i;
  }
  Ledger other;
  EXPECT_EQ(failed(verify_bundle(answer_proof, other.log.verifier_text(), agent)), "the key is the log's; signature of the checkpoint");
  EXPECT_EQ(failed(verify_bundle(answer_proof, "nonsense", agent)), "the log's key");
}

TEST_F(Proof, AnAnswerThatIsCalculatedOtherwiseFails) {
  EXPECT_EQ(failed(verify_bundle(answer_proof, key, make_agent(0.001))), "calculated again");
  // An entry that was recorded with a false output, properly signed.
  std::string entry = answer_entry;
  entry.replace(entry.find("\"weight_kg\":2000"), 16, "\"weight_kg\":1000");
  EXPECT_EQ(failures(*make_bundle(ledger.log, ledger.append(entry))), "calculated again");
  // One with an input that is refused.
  entry = answer_entry;
  entry.replace(entry.find("\"unit\":\"t\""), 10, "\"unit\":\"x\"");
  EXPECT_EQ(failures(*make_bundle(ledger.log, ledger.append(entry))), "calculated again");
}

TEST_F(Proof, OfAnotherVersionIsNotCalculatedAgain) {
  for (const char* change : {"data", "tool", "no tool"}) {
    tool::Agent other = make_agent(1);
    if (change == std::string_view("data")) other.data_version = "data-2";
    else if (change == std::string_view("tool")) other.tools[0].version = "2.0.0";
    else other.tools.erase(other.tools.begin());
    const Verification verification = verify_bundle(answer_proof, key, other);
    EXPECT_TRUE(verification.ok()) << change;
    EXPECT_EQ(verification.checks.back().state, CheckState::kSkipped) << change;
    const File file(batch.output);
    EXPECT_TRUE(verify_output(batch_proof, key, other, file.fd()).ok()) << change;
  }
}

TEST_F(Proof, OfSomethingElseThanACalculationFails) {
  EXPECT_EQ(failures(*make_bundle(ledger.log, 0)), "form of the entry");
  // Looks like a batch, and has no rows to speak of.
  const std::string body = R"({"data_version":"data-1","input":{"batch":{}},"output":[],"tool":"weigh","tool_version":"1.0.0"})";
  const Bundle bundle = *make_bundle(ledger.log, ledger.append(body));
  const File file(batch.output);
  EXPECT_EQ(failed(verify_output(bundle, key, agent, file.fd())), "form of the entry");
  EXPECT_FALSE(prove_row(bundle, file.fd(), 0).ok());
}

TEST_F(Proof, OfAnOutputFilePasses) {
  const File file(batch.output);
  const Verification verification = verify_output(batch_proof, key, agent, file.fd());
  EXPECT_TRUE(verification.ok()) << failed(verification);
  EXPECT_EQ(passed(verification),
            "the key is the log's; signature of the checkpoint; the entry is in the log; SHA-256 of the output file; "
            "Merkle root over its rows; every row calculated again");
  EXPECT_EQ(verification.checks.back().detail, "8 rows give the same bytes; 2 malformed rows have no input to calculate");
}

TEST_F(Proof, AnyChangedByteOfTheOutputFails) {
  const std::size_t header = batch.output.find('\n') + 1;
  for (std::size_t i = 0; i < batch.output.size(); ++i) {
    std::string output = batch.output;
    output[i] = static_cast<char>(output[i] ^ 1);
    const std::string failures = output_failures(output);
    const bool as_expected =
        i < header ? failures == "the output file" : failures.starts_with("SHA-256 of the output file; Merkle root over its rows");
    ASSERT_TRUE(as_expected) << i << ": " << failures;
  }
}

TEST_F(Proof, RowsMustBeThereInOrder) {
  const auto rows = lines(batch.output);
  std::string swapped = batch.output, removed = batch.output, doubled = batch.output;
  swapped.replace(swapped.find(rows[1] + "\n" + rows[2]), rows[1].size() + rows[2].size() + 1, rows[2] + "\n" + rows[1]);
  removed.erase(removed.find(rows[2]), rows[2].size() + 1);
  doubled.insert(doubled.find(rows[2]), rows[2] + "\n");
  for (const std::string& output : {swapped, removed, doubled})
    EXPECT_EQ(output_failures(output), "SHA-256 of the output file; Merkle root over its rows");
  EXPECT_EQ(output_failures(batch.output.substr(0, batch.output.size() / 2)),
            "SHA-256 of the output file; Merkle root over its rows; every row calculated again");
  EXPECT_EQ(output_failures(""), "the output file");
  EXPECT_EQ(output_failures(rows[0] + "\n"), "SHA-256 of the output file; Merkle root over its rows");
}

// A dishonest batch, properly recorded and signed: false numbers, hidden behind the words of an error.
TEST_F(Proof, FalseRowsOfASignedBatchAreFound) {
  for (const auto& [from, to] : {std::pair<std::string, std::string>{"van,2000,1,", "van,2000,1.5,"},
                                 {"\"x,line 9: malformed row: y\",,6,", "\"x,line 9: malformed row: y\",,5,"},
                                 {"10,kg,,1999,10,", "10,kg,,1999,9,"},
                                 {",,,,,,,,\"line 7: malformed row: has 2 cells", "5,kg,,,4,,,,\"line 7: malformed row: has 2 cells"}}) {
    std::string output = batch.output;
    ASSERT_NE(output.find(from), std::string::npos) << from << "\n" << output;
    output.replace(output.find(from), from.size(), to);
    BatchReport report = *batch.report;
    report.output_sha256 = sha256(output);
    const File file(output);
    report.rows_root = read_output(*parse_entry(batch_proof.entry), nullptr, file.fd())->rows_root;
    ::lseek(file.fd(), 0, SEEK_SET);
    const Bundle bundle = *make_bundle(ledger.log, ledger.append(batch_entry(agent, agent.tools[0], report, RowFormat::kCsv)));
    EXPECT_EQ(failed(verify_output(bundle, key, agent, file.fd())), "every row calculated again") << to;
  }
}

TEST_F(Proof, OfEachRowPasses) {
  for (std::uint64_t number = 0; number < batch.report->rows; ++number) {
    const Bundle bundle = row_proof(number);
    auto again = parse_bundle(bundle_text(bundle));
    ASSERT_TRUE(again.ok());
    const Verification verification = verify_bundle(*again, key, agent);
    const bool malformed =
        bundle.row->text.find(": malformed row: h") != std::string::npos || bundle.row->text.find("UTF-8 text") != std::string::npos;
    EXPECT_EQ(failed(verification), "") << bundle.row->text;
    EXPECT_EQ(verification.checks.back().state, malformed ? CheckState::kSkipped : CheckState::kPassed) << bundle.row->text;
    EXPECT_NE(passed(verification).find("the row is in the batch"), std::string::npos);
  }
}

TEST_F(Proof, AChangedRowFails) {
  const Bundle good = row_proof(1);
  ASSERT_EQ(failures(good), "");
  for (std::size_t i = 0; i < good.row->text.size(); ++i) {
    Bundle bundle = good;
    bundle.row->text[i] = static_cast<char>(bundle.row->text[i] ^ 1);
    ASSERT_TRUE(failures(bundle).starts_with("the row is in the batch")) << i;
  }
  for (std::uint64_t number = 0; number < 20; ++number) {
    Bundle bundle = good;
    bundle.row->number = number;
    EXPECT_EQ(failures(bundle), number == 1 ? "" : "the row is in the batch") << number;
  }
  for (std::uint64_t rows = 0; rows < 20; ++rows) {
    Bundle bundle = good;
    bundle.row->rows = rows;
    EXPECT_EQ(failures(bundle), rows == 10 ? "" : "the row is in the batch") << rows;
  }
  for (std::size_t step = 0; step < good.row->path.size(); ++step) {
    Bundle bundle = good;
    bundle.row->path[step][5] ^= 1;
    EXPECT_EQ(failures(bundle), "the row is in the batch");
  }
}

TEST_F(Proof, ARowOfASingleAnswerFails) {
  Bundle bundle = answer_proof;
  bundle.row = RowProof{"1,kg", 0, 1, {}};
  EXPECT_EQ(failures(bundle), "the row is in the batch");
  const File file(batch.output);
  EXPECT_EQ(failed(verify_output(answer_proof, key, agent, file.fd())), "the proof is of a batch");
  EXPECT_FALSE(prove_row(answer_proof, file.fd(), 0).ok());
}

TEST_F(Proof, OfARowNeedsTheFile) {
  const File file(batch.output);
  EXPECT_EQ(prove_row(batch_proof, file.fd(), 10).error().code, ErrorCode::kNotFound);
  const File other(batch.output + "x\n");
  EXPECT_EQ(prove_row(batch_proof, other.fd(), 0).error().code, ErrorCode::kCorrupt);
}

TEST_F(Proof, OfNdjsonPasses) {
  const Batch ndjson =
      testing::run("{\"amount\":1,\"unit\":\"kg\"}\n{\"amount\":\n{\"amount\":2,\"unit\":\"lb\"}\n\xFF\n", {RowFormat::kNdjson});
  ASSERT_TRUE(ndjson.report.ok());
  batch_proof = *make_bundle(ledger.log, ledger.append(batch_entry(agent, agent.tools[0], *ndjson.report, RowFormat::kNdjson)));
  EXPECT_EQ(output_failures(ndjson.output), "");
  for (std::size_t i = 0; i < ndjson.output.size(); ++i) {
    std::string output = ndjson.output;
    output[i] = static_cast<char>(output[i] ^ 1);
    ASSERT_TRUE(output_failures(output).starts_with("SHA-256 of the output file; Merkle root over its rows")) << i;
  }
  const File file(ndjson.output);
  EXPECT_EQ(failures(*prove_row(batch_proof, file.fd(), 2)), "");
}

}  // namespace
}  // namespace greenlang::service
