// Throughput and latency of a ledger on this machine's disk: one producer keeps a number of entries in flight, as an
// event loop does, and measures each from submit() to its acknowledgement.
//
//   sqlite_store_bench <new directory> [seconds=5] [in flight=64] [body bytes=750] [entries a second, 0: all it can]
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <thread>
#include <vector>

#include "adapters/sqlite/sqlite_store.hpp"
#include "ledger/log.hpp"
#include "ledger/merkle.hpp"

namespace {

using namespace greenlang;
using Clock = std::chrono::steady_clock;

struct Load {
  double seconds = 5;
  std::size_t in_flight = 64;
  std::size_t body_bytes = 750;
  double rate = 0;  // entries a second
};

// Collects acknowledged tokens; the producer waits here when everything is in flight.
class Acknowledged final : public ledger::Sink {
 public:
  void committed(std::span<const ledger::Done> done) noexcept override {
    const Clock::time_point now = Clock::now();
    const std::lock_guard lock(mutex_);
    for (const ledger::Done& one : done) {
      if (!one.result) std::fprintf(stderr, "%s\n", one.result.error().message.c_str()), std::abort();
      tokens_.push_back({one.token, now});
    }
    batches_++;
    ready_.notify_one();
  }
  struct One {
    std::uint64_t token;
    Clock::time_point at;
  };
  void take(std::vector<One>& out, bool wait) {
    std::unique_lock lock(mutex_);
    if (wait) ready_.wait(lock, [this] { return !tokens_.empty(); });
    out.clear();
    std::swap(out, tokens_);
  }
  std::uint64_t batches() const { return batches_; }

 private:
  std::mutex mutex_;
  std::condition_variable ready_;
  std::vector<One> tokens_;
  std::uint64_t batches_ = 0;
};

void report(std::vector<double>& latency_us, double seconds, std::uint64_t batches) {
  std::sort(latency_us.begin(), latency_us.end());
  const auto at = [&](double p) { return latency_us[static_cast<std::size_t>(p * (latency_us.size() - 1))]; };
  std::printf("%zu entries, %.0f a second, %.1f a transaction; latency us p50 %.0f p99 %.0f p99.9 %.0f max %.0f\n", latency_us.size(),
              latency_us.size() / seconds, double(latency_us.size()) / batches, at(0.5), at(0.99), at(0.999), latency_us.back());
}

void run(ledger::Log& log, const Load& load) {
  Sha256 hash;
  Acknowledged sink;
  std::vector<Clock::time_point> sent;
  std::vector<double> latency_us;
  std::vector<Acknowledged::One> acknowledged;
  const std::string filler(load.body_bytes, 'x');
  const Clock::time_point start = Clock::now();
  const auto elapsed = [&] { return std::chrono::duration<double>(Clock::now() - start).count(); };
  const auto collect = [&](bool wait) {
    sink.take(acknowledged, wait);
    for (const auto& one : acknowledged) {
      latency_us.push_back(std::chrono::duration<double, std::micro>(one.at - sent[one.token]).count());
    }
  };
  while (elapsed() < load.seconds) {
    while (sent.size() - latency_us.size() < load.in_flight && (load.rate == 0 || sent.size() < elapsed() * load.rate)) {
      ledger::NewEntry entry;
      entry.body = "{\"n\":" + std::to_string(sent.size()) + ",\"x\":\"" + filler + "\"}";
      entry.leaf = ledger::leaf_hash(hash, entry.body);
      sent.push_back(Clock::now());
      if (!log.submit(std::move(entry), sink, sent.size() - 1)) std::abort();
    }
    const bool full = sent.size() - latency_us.size() >= load.in_flight;
    if (!full) std::this_thread::sleep_for(std::chrono::microseconds(50));
    collect(full);
  }
  while (latency_us.size() < sent.size()) collect(true);
  report(latency_us, elapsed(), sink.batches());
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 2) return std::fprintf(stderr, "usage: see the head of the source\n"), 2;
  Load load;
  if (argc > 2) load.seconds = std::atof(argv[2]);
  if (argc > 3) load.in_flight = static_cast<std::size_t>(std::atol(argv[3]));
  if (argc > 4) load.body_bytes = static_cast<std::size_t>(std::atol(argv[4]));
  if (argc > 5) load.rate = std::atof(argv[5]);
  SystemClock clock;
  auto store = adapters::sqlite::open_store(argv[1], "bench.example/log");
  if (!store) return std::fprintf(stderr, "%s\n", store.error().message.c_str()), 1;
  ledger::Log log(std::move(*store), clock);
  run(log, load);
}
