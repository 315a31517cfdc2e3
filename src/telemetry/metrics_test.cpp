#include "telemetry/metrics.hpp"

#include <gtest/gtest.h>

#include <thread>
#include <vector>

#include "telemetry/process.hpp"

namespace greenlang::telemetry {
namespace {

bool has(const Registry& registry, std::string_view line) {
  return ("\n" + registry.exposition()).find("\n" + std::string(line) + "\n") != std::string::npos;
}

TEST(Metrics, CountsInManyThreadsLoseNothing) {
  Registry registry;
  const Counter counter = registry.counter("made_total", "Things made.");
  const Histogram histogram = registry.histogram("size", "Sizes.", {1, 10});
  std::vector<std::thread> threads;
  for (int i = 0; i < 2 * internal::kShards; ++i) {  // more than have a shard of their own
    threads.emplace_back([&] {
      for (int n = 0; n < 10'000; ++n) {
        counter.add();
        histogram.observe(n % 2 ? 0.5 : 5);
      }
    });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_TRUE(has(registry, "made_total 160000"));
  EXPECT_TRUE(has(registry, "size_bucket{le=\"1\"} 80000"));
  EXPECT_TRUE(has(registry, "size_bucket{le=\"10\"} 160000"));
  EXPECT_TRUE(has(registry, "size_bucket{le=\"+Inf\"} 160000"));
  EXPECT_TRUE(has(registry, "size_count 160000"));
  EXPECT_TRUE(has(registry, "size_sum 440000"));
}

TEST(Metrics, ShardsOfEndedThreadsAreUsedAgain) {
  Registry registry;
  const Counter counter = registry.counter("a_total", "A.");
  int shard = -1;
  for (int i = 0; i < 50; ++i) {
    std::thread([&] {
      counter.add();
      shard = internal::this_thread_shard();
    }).join();
    EXPECT_LT(shard, internal::kShards - 1);
  }
  EXPECT_TRUE(has(registry, "a_total 50"));
}

TEST(Metrics, LabelsAreBounded) {
  Registry registry;
  const CounterFamily family = registry.counters("calls_total", "Calls.", {{"tool", {"a", "b"}}, {"status", {"ok", "bad"}}});
  family.at({"a", "ok"}).add(2);
  family.at({"b", "bad"}).add(3);
  for (int i = 0; i < 1000; ++i) family.at({"tool-" + std::to_string(i), "ok"}).add();
  EXPECT_TRUE(has(registry, R"(calls_total{tool="a",status="ok"} 2)"));
  EXPECT_TRUE(has(registry, R"(calls_total{tool="b",status="bad"} 3)"));
  EXPECT_TRUE(has(registry, R"(calls_total{tool="other",status="ok"} 1000)"));
  EXPECT_EQ(registry.exposition().find(R"(tool="a",status="bad")"), std::string::npos);
}

TEST(Metrics, BucketsIncludeTheirBound) {
  Registry registry;
  const auto family = registry.histograms("t", "T.", {{"x", {"y"}}}, {1, 2});
  for (const double value : {1.0, 1.5, 2.0, 2.5}) family.at({"y"}).observe(value);
  EXPECT_TRUE(has(registry, R"(t_bucket{x="y",le="1"} 1)"));
  EXPECT_TRUE(has(registry, R"(t_bucket{x="y",le="2"} 3)"));
  EXPECT_TRUE(has(registry, R"(t_bucket{x="y",le="+Inf"} 4)"));
}

TEST(Metrics, GaugesAndCallbacks) {
  Registry registry;
  const Gauge gauge = registry.gauge("open", "Open.");
  gauge.set(5);
  gauge.add(-2);
  registry.gauge_from("asked", "Asked.", [] { return 7.0; });
  EXPECT_TRUE(has(registry, "open 3"));
  EXPECT_TRUE(has(registry, "asked 7"));
  EXPECT_TRUE(has(registry, "# TYPE open gauge"));
  EXPECT_TRUE(has(registry, "# HELP open Open."));
}

TEST(Metrics, TheSameNameIsTheSameMetric) {
  Registry registry;
  registry.counter("a_total", "A.").add();
  registry.counter("a_total", "A.").add();
  EXPECT_TRUE(has(registry, "a_total 2"));
  EXPECT_DEATH(registry.gauge("a_total", "A."), "");
  EXPECT_DEATH(registry.counter("bad name", "A."), "");
}

TEST(Metrics, HandlesThatWereNotMadeByARegistryDoNothing) {
  Counter().add();
  Gauge().set(1);
  Histogram().observe(1);
  CounterFamily().at({"x"}).add();
  HistogramFamily().at({"x"}).observe(1);
}

TEST(ProcessMetrics, TellPlausibleValues) {
  Registry registry;
  add_process_metrics(registry);
  const std::string text = registry.exposition();
  const auto value = [&](const std::string& name) {
    const std::size_t at = text.find("\n" + name + " ");
    return at == text.npos ? -1 : std::stod(text.substr(at + name.size() + 2));
  };
  EXPECT_GT(value("process_resident_memory_bytes"), 1e6);
  EXPECT_GE(value("process_cpu_seconds_total"), 0);
  EXPECT_GE(value("process_open_fds"), 3);
  EXPECT_GT(value("process_start_time_seconds"), 1.6e9);
}

}  // namespace
}  // namespace greenlang::telemetry
