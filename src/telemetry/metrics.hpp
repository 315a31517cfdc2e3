// Counters, histograms and gauges, exposed as Prometheus text (format 0.0.4) by prometheus-cpp.
//
// Why not prometheus-cpp's own Counter: two event loops that count in one atomic fight for its
// cache line on every request. Here each thread counts in its own shard; a scrape adds them up.
//
// Labels are bounded: every label has a declared set of values, and a value outside it is counted
// as "other", so that no caller can grow the number of series.
//
// Thread-safe: handles may be used from any thread, exposition() too. Registration is meant for
// start-up; it takes a lock. The Registry must outlive its handles.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace greenlang::telemetry {

namespace internal {

// Shards: one for each of the first kShards - 1 threads that count, the last is shared by the rest.
inline constexpr int kShards = 8;
inline constexpr std::size_t kCellsMax = 8192;  // 64 KiB a shard, touched only where used

using Cell = std::atomic<double>;

// The shard of this thread; given back when the thread ends.
int this_thread_shard();

struct Shards {
  Shards();
  // Adds to a cell of this thread's shard. No lock prefix unless the shard is the shared one.
  void add(std::uint32_t cell, double value) {
    const int shard = this_thread_shard();
    Cell& slot = cells[shard][cell];
    if (shard != kShards - 1) {
      slot.store(slot.load(std::memory_order_relaxed) + value, std::memory_order_relaxed);
    } else {
      slot.fetch_add(value, std::memory_order_relaxed);
    }
  }
  double sum(std::uint32_t cell) const;

  std::unique_ptr<Cell[]> cells[kShards];
};

struct Family;

}  // namespace internal

// Only goes up.
class Counter {
 public:
  Counter() = default;  // counts nothing until assigned
  void add(double value = 1) const {
    if (shards_) shards_->add(cell_, value);
  }

 private:
  friend class Registry;
  friend class CounterFamily;
  Counter(internal::Shards* shards, std::uint32_t cell) : shards_(shards), cell_(cell) {}
  internal::Shards* shards_ = nullptr;
  std::uint32_t cell_ = 0;
};

// Counts values into buckets; `observe` is a short linear search.
class Histogram {
 public:
  Histogram() = default;
  void observe(double value) const;

 private:
  friend class Registry;
  friend class HistogramFamily;
  Histogram(internal::Shards* shards, const internal::Family* family, std::uint32_t cell) : shards_(shards), family_(family), cell_(cell) {}
  internal::Shards* shards_ = nullptr;
  const internal::Family* family_ = nullptr;
  std::uint32_t cell_ = 0;  // buckets, then +Inf, then the sum
};

// One value for the process, set or moved. Contended when many threads move it often.
class Gauge {
 public:
  Gauge() = default;
  void set(double value) const {
    if (value_) value_->store(value, std::memory_order_relaxed);
  }
  void add(double value) const {
    if (value_) value_->fetch_add(value, std::memory_order_relaxed);
  }

 private:
  friend class Registry;
  explicit Gauge(internal::Cell* value) : value_(value) {}
  internal::Cell* value_ = nullptr;
};

// A label and all the values it may have; "other" is added by the registry.
struct Label {
  std::string name;
  std::vector<std::string> values;
};

// A series appears in the exposition once at() has named it. Keep the handle that at() returns:
// at() compares strings. The number of values must be the number of labels (GL_CHECK).
class CounterFamily {
 public:
  CounterFamily() = default;
  Counter at(std::initializer_list<std::string_view> label_values) const;

 private:
  friend class Registry;
  CounterFamily(internal::Shards* shards, internal::Family* family) : shards_(shards), family_(family) {}
  internal::Shards* shards_ = nullptr;
  internal::Family* family_ = nullptr;
};

class HistogramFamily {
 public:
  HistogramFamily() = default;
  Histogram at(std::initializer_list<std::string_view> label_values) const;

 private:
  friend class Registry;
  HistogramFamily(internal::Shards* shards, internal::Family* family) : shards_(shards), family_(family) {}
  internal::Shards* shards_ = nullptr;
  internal::Family* family_ = nullptr;
};

// Seconds: 100 us to 10 s, three a decade and a few more where the service's objectives lie.
std::vector<double> duration_buckets_s();

// Asking twice for the same name with the same kind, labels and buckets gives the same metric;
// with others, or beyond kCellsMax cells, or a name Prometheus does not allow, is a bug (GL_CHECK).
class Registry {
 public:
  Registry();
  ~Registry();
  Registry(const Registry&) = delete;
  Registry& operator=(const Registry&) = delete;

  Counter counter(std::string_view name, std::string_view help);
  CounterFamily counters(std::string_view name, std::string_view help, std::vector<Label> labels);
  Histogram histogram(std::string_view name, std::string_view help, std::vector<double> upper_bounds);
  HistogramFamily histograms(std::string_view name, std::string_view help, std::vector<Label> labels, std::vector<double> upper_bounds);
  Gauge gauge(std::string_view name, std::string_view help);

  // Asked at each scrape, on the scraping thread; must not throw and must outlive the registry.
  void gauge_from(std::string_view name, std::string_view help, std::function<double()> read);
  void counter_from(std::string_view name, std::string_view help, std::function<double()> read);

  // The text for GET /metrics, content type kExpositionType.
  std::string exposition() const;
  static constexpr std::string_view kExpositionType = "text/plain; version=0.0.4; charset=utf-8";

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace greenlang::telemetry
