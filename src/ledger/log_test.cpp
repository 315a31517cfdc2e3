#include "ledger/log.hpp"

#include <gtest/gtest.h>

#include <future>
#include <latch>
#include <map>

#include "ledger/memory_store.hpp"
#include "ledger/note.hpp"
#include "ledger/proof.hpp"

namespace greenlang::ledger {
namespace {

NewEntry make_entry(const std::string& body, const std::string& key = {}, const std::string& caller = "alice") {
  Sha256 hash;
  return {body, leaf_hash(hash, body), caller, key};
}

class Collector final : public Sink {
 public:
  void committed(std::span<const Done> done) noexcept override {
    const std::lock_guard lock(mutex_);
    ++calls_;
    all_.insert(all_.end(), done.begin(), done.end());
    changed_.notify_all();
  }
  std::vector<Done> wait_for(std::size_t count) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return all_.size() >= count; });
    return all_;
  }
  int calls() {
    const std::lock_guard lock(mutex_);
    return calls_;
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<Done> all_;
  int calls_ = 0;
};

// Holds the writer in its first delivery, so that a test decides what the next transaction takes.
class Gate final : public Sink {
 public:
  void committed(std::span<const Done>) noexcept override {
    entered_.set_value();
    open_.get_future().wait();
  }
  void wait_until_entered() { entered_.get_future().wait(); }
  void open() { open_.set_value(); }

 private:
  std::promise<void> entered_, open_;
};

struct Fixture {
  ManualClock clock{1'000};
  MemoryStore* store;  // owned by the log
  std::unique_ptr<Log> log;
  explicit Fixture(LogOptions options = {}) {
    auto owned = std::make_unique<MemoryStore>(std::move(*SigningKey::generate("log.example")));
    store = owned.get();
    log = std::make_unique<Log>(std::move(owned), clock, options);
  }
};

TEST(Log, AppendsReadsAndProves) {
  Fixture f;
  for (int i = 0; i < 300; ++i) EXPECT_EQ(f.log->append(make_entry(std::to_string(i)))->index, std::uint64_t(i));
  EXPECT_EQ(f.log->size(), 300u);
  const Result<Record> record = f.log->record(7);
  ASSERT_TRUE(record.ok());
  EXPECT_EQ(record->body, "7");
  EXPECT_EQ(record->caller, "alice");
  EXPECT_EQ(record->time_ms, 1'000);
  EXPECT_EQ(f.log->record(300).error().code, ErrorCode::kNotFound);

  const VerifierKey verifier = std::move(*VerifierKey::parse(f.log->verifier_text()));
  for (const std::uint64_t index : {0, 7, 255, 256, 299}) {
    const Result<Proof> proof = f.log->prove(index);
    ASSERT_TRUE(proof.ok()) << proof.error().message;
    const Checkpoint checkpoint = *parse_checkpoint(*verifier.open(proof->checkpoint));
    EXPECT_EQ(checkpoint.origin, f.log->origin());
    EXPECT_EQ(checkpoint.size, proof->size);
    Sha256 hash;
    const Digest leaf = leaf_hash(hash, f.log->record(index)->body);
    EXPECT_TRUE(verify_inclusion(leaf, index, proof->size, proof->path, checkpoint.root));
  }
  EXPECT_EQ(f.log->prove(300).error().code, ErrorCode::kNotFound);
  EXPECT_EQ(f.log->verify()->entries, 300u);
}

TEST(Log, DoesNotGiveAwayAProofThatDoesNotHold) {
  Fixture f;
  for (int i = 0; i < 5; ++i) ASSERT_TRUE(f.log->append(make_entry(std::to_string(i))).ok());
  f.store->stored_records()[2].leaf[0] ^= 1;
  EXPECT_EQ(f.log->prove(3).error().code, ErrorCode::kCorrupt);
  EXPECT_EQ(f.log->record(2).error().code, ErrorCode::kCorrupt);
  EXPECT_EQ(f.log->record(2).error().path, "entries/2");
}

TEST(Log, TilesHoldTheHashes) {
  Fixture f;
  Collector sink;
  for (int i = 0; i < 600; ++i) ASSERT_TRUE(f.log->submit(make_entry(std::to_string(i)), sink, i).ok());
  sink.wait_for(600);
  const Result<std::string> tile = f.log->tile({0, 2, 88});
  ASSERT_TRUE(tile.ok());
  ASSERT_EQ(tile->size(), 32u * 88);
  Sha256 hash;
  const Digest leaf = leaf_hash(hash, "599");
  EXPECT_EQ(tile->substr(32 * 87), std::string(leaf.begin(), leaf.end()));
  EXPECT_EQ(f.log->tile({1, 0, 2})->size(), 64u);
  EXPECT_EQ(f.log->tile({0, 2, 1})->size(), 32u);  // an earlier, narrower tile
  for (const TileId missing : {TileId{0, 2, 89}, {0, 2, 256}, {0, 3, 1}, {1, 0, 3}, {2, 0, 1}, {7, 0, 1}, {0, ~std::uint64_t{0}, 256}}) {
    EXPECT_EQ(f.log->tile(missing).error().code, ErrorCode::kNotFound);
  }
  for (const TileId bad : {TileId{-1, 0, 1}, {8, 0, 1}, {0, 0, 0}, {0, 0, 257}}) {
    EXPECT_EQ(f.log->tile(bad).error().code, ErrorCode::kInvalid);
  }
}

TEST(Log, AnIdempotencyKeyStandsForOneEntryOfOneCaller) {
  Fixture f;
  EXPECT_EQ(f.log->append(make_entry("a", "k"))->index, 0u);
  const Result<Appended> again = f.log->append(make_entry("a", "k"));
  ASSERT_TRUE(again.ok());
  EXPECT_EQ(again->index, 0u);
  EXPECT_TRUE(again->replayed);
  EXPECT_EQ(f.log->append(make_entry("b", "k")).error().code, ErrorCode::kConflict);
  EXPECT_EQ(f.log->append(make_entry("b", "k", "bob"))->index, 1u);
  EXPECT_EQ(f.log->append(make_entry("a"))->index, 2u);
  EXPECT_EQ(f.log->append(make_entry("a"))->index, 3u);
  EXPECT_TRUE(f.log->verify().ok());
}

TEST(Log, OneTransactionTakesAllThatWaitsAndCallsEachSinkOnce) {
  Fixture f;
  Gate gate;
  Collector one, two;
  ASSERT_TRUE(f.log->submit(make_entry("first"), gate, 0).ok());
  gate.wait_until_entered();
  for (int i = 0; i < 10; ++i) {
    ASSERT_TRUE(f.log->submit(make_entry(i % 2 ? "same" : "x", i < 2 ? "" : "k" + std::to_string(i / 4)), i % 2 ? one : two, i).ok());
  }
  EXPECT_EQ(f.log->queued(), 10u);
  gate.open();
  const std::vector<Done> of_one = one.wait_for(5), of_two = two.wait_for(5);
  EXPECT_EQ(one.calls(), 1);
  EXPECT_EQ(two.calls(), 1);
  for (int i = 0; i < 5; ++i) {
    EXPECT_EQ(of_one[i].token, std::uint64_t(2 * i + 1));
    EXPECT_EQ(of_two[i].token, std::uint64_t(2 * i));
  }
  // Within the batch: a conflict fails alone, the same again is a replay.
  EXPECT_EQ(of_one[1].result.error().code, ErrorCode::kConflict);  // "same" under k0, which is "x"
  EXPECT_TRUE(of_two[3].result->replayed);                         // "x" under k1 again
  f.log->stop();
  EXPECT_EQ(f.store->stored_checkpoints().size(), 3u);  // empty, first, all the rest
  EXPECT_TRUE(f.log->verify().ok());
}

TEST(Log, AFullQueueRefusesAndHurtsNobody) {
  Fixture f(LogOptions{.max_queue = 3, .max_batch = 2});
  Gate gate;
  Collector sink;
  ASSERT_TRUE(f.log->submit(make_entry("first"), gate, 0).ok());
  gate.wait_until_entered();
  for (int i = 0; i < 3; ++i) ASSERT_TRUE(f.log->submit(make_entry("x"), sink, i).ok());
  NewEntry refused = make_entry("kept");
  EXPECT_EQ(f.log->submit(std::move(refused), sink, 9).error().code, ErrorCode::kUnavailable);
  EXPECT_EQ(refused.body, "kept");  // NOLINT(bugprone-use-after-move): refused means not moved
  gate.open();
  sink.wait_for(3);
  EXPECT_EQ(sink.calls(), 2);  // max_batch
  EXPECT_EQ(f.log->append(std::move(refused))->index, 4u);
}

TEST(Log, AFailedTransactionAnswersAllOfItAndTheNextWorks) {
  Fixture f;
  ASSERT_TRUE(f.log->append(make_entry("a")).ok());
  f.store->fail_next({ErrorCode::kUnavailable, "disk full"});
  const Result<Appended> failed = f.log->append(make_entry("b", "k"));
  EXPECT_EQ(failed.error().message, "disk full");
  EXPECT_EQ(f.log->append(make_entry("b", "k"))->index, 1u);
  EXPECT_TRUE(f.log->verify().ok());
}

TEST(Log, LimitsAreChecked) {
  Fixture f;
  EXPECT_EQ(f.log->append(make_entry(std::string(kMaxBodyBytes + 1, 'x'))).error().code, ErrorCode::kTooLarge);
  EXPECT_EQ(f.log->append(make_entry("x", std::string(256, 'k'))).error().code, ErrorCode::kTooLarge);
  EXPECT_EQ(f.log->append(make_entry("x", "k", std::string(256, 'c'))).error().code, ErrorCode::kTooLarge);
  EXPECT_EQ(f.log->size(), 0u);
}

TEST(Log, StopDrainsThenRefuses) {
  Fixture f;
  Collector sink;
  for (int i = 0; i < 100; ++i) ASSERT_TRUE(f.log->submit(make_entry("x"), sink, i).ok());
  f.log->stop();
  EXPECT_EQ(sink.wait_for(100).size(), 100u);
  EXPECT_EQ(f.log->append(make_entry("y")).error().code, ErrorCode::kUnavailable);
  EXPECT_EQ(f.log->size(), 100u);
  EXPECT_TRUE(f.log->prove(99).ok());
  f.log->stop();
}

TEST(Log, ManyThreadsAppendAndRead) {
  Fixture f;
  constexpr int kThreads = 4, kEach = 500;
  std::latch start(kThreads);
  std::vector<std::thread> threads;
  std::vector<std::map<std::uint64_t, std::string>> seen(kThreads);
  for (int t = 0; t < kThreads; ++t) {
    threads.emplace_back([&, t] {
      start.arrive_and_wait();
      for (int i = 0; i < kEach; ++i) {
        const std::string body = std::to_string(t) + ":" + std::to_string(i);
        const std::uint64_t index = f.log->append(make_entry(body))->index;
        seen[t][index] = body;
        if (i % 50 == 0) {
          EXPECT_TRUE(f.log->prove(index).ok());
        }
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  std::size_t count = 0;
  for (const auto& map : seen) {
    for (const auto& [index, body] : map) EXPECT_EQ(f.log->record(index)->body, body);
    count += map.size();
  }
  EXPECT_EQ(count, std::size_t{kThreads * kEach});
  EXPECT_EQ(f.log->verify()->entries, std::uint64_t{kThreads * kEach});
}

}  // namespace
}  // namespace greenlang::ledger
